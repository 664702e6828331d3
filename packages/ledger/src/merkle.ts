/** The Merkle tree of RFC 6962 (§2.1): hashing, inclusion and consistency proofs, and their offline verification. */
import { sha256 } from '@sluis/crypto';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** Root of the empty tree. */
export const EMPTY_ROOT: Uint8Array = sha256();

export const leafHash = (data: Uint8Array): Uint8Array => sha256(LEAF, data);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);

/** Hashes of complete subtrees, level by level (level 0: leaves). Memory: 64 bytes a leaf. */
export class MerkleTree {
  readonly #levels: Uint8Array[][] = [[]];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let level = 0; ; level++) {
      const nodes = this.#levels[level] ?? [];
      this.#levels[level] = nodes;
      nodes.push(hash);
      if (nodes.length % 2 === 1) return;
      hash = nodeHash(this.node(level, nodes.length - 2), hash);
    }
  }

  /** Hash of the complete subtree over leaves [index·2^level, (index + 1)·2^level); throws RangeError if not complete. */
  node(level: number, index: number): Uint8Array {
    const hash = this.#levels[level]?.[index];
    if (hash === undefined) throw new RangeError('no such node in the tree');
    return hash;
  }

  /** Root of the first `size` leaves. */
  root(size = this.size): Uint8Array {
    this.#requireSize(size);
    return size === 0 ? EMPTY_ROOT : this.#hash(0, size);
  }

  /** PATH(index, D[size]), from the leaf upwards. */
  inclusionProof(index: number, size = this.size): Uint8Array[] {
    this.#requireSize(size);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError('no such leaf in the tree');
    return this.#path(index, 0, size);
  }

  /** PROOF(from, D[to]). */
  consistencyProof(from: number, to = this.size): Uint8Array[] {
    this.#requireSize(to);
    if (!Number.isSafeInteger(from) || from < 0 || from > to) throw new RangeError('the smaller tree comes first');
    return from === 0 || from === to ? [] : this.#subproof(from, 0, to, true);
  }

  #requireSize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) throw new RangeError('the tree has not that many leaves');
  }

  /** MTH of leaves [start, end): start is a multiple of the largest power of two below the length. */
  #hash(start: number, end: number): Uint8Array {
    const length = end - start;
    const level = Math.log2(length);
    if (Number.isInteger(level)) return this.node(level, start / length);
    const k = splitPoint(length);
    return nodeHash(this.#hash(start, start + k), this.#hash(start + k, end));
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const k = start + splitPoint(end - start);
    return index < k ? [...this.#path(index, start, k), this.#hash(k, end)] : [...this.#path(index, k, end), this.#hash(start, k)];
  }

  #subproof(from: number, start: number, end: number, whole: boolean): Uint8Array[] {
    if (from === end) return whole ? [] : [this.#hash(start, end)];
    const k = start + splitPoint(end - start);
    if (from <= k) return [...this.#subproof(from, start, k, whole), this.#hash(k, end)];
    return [...this.#subproof(from, k, end, false), this.#hash(start, k)];
  }
}

/** The largest power of two smaller than n (n ≥ 2). */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
