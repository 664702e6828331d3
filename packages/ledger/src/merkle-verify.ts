/** Verifying Merkle proofs from hashes alone (RFC 9162 §2.1.3.2 and §2.1.4.2, which hold for RFC 6962 trees). */
import { constantTimeEqual } from '@sluis/crypto';
import { nodeHash } from './merkle.ts';

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/** Whether a leaf stands at `index` of the tree with this size and root. Never throws. */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || leaf.length !== 32) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const part of proof) {
    if (sn === 0 || part.length !== 32) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(part, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = nodeHash(hash, part);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && constantTimeEqual(hash, root);
}

/** Whether the tree of `from` leaves is a prefix of the tree of `to` leaves. Never throws. */
export function verifyConsistency(
  from: number,
  to: number,
  proof: readonly Uint8Array[],
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
): boolean {
  if (!isCount(from) || !isCount(to) || from > to || proof.some((p) => p.length !== 32)) return false;
  // An empty tree is a prefix of every tree: there is nothing to prove, so nothing is accepted as a proof of it.
  if (from === 0) return false;
  if (from === to) return proof.length === 0 && constantTimeEqual(fromRoot, toRoot);
  const path = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : [...proof];
  let fn = from - 1;
  let sn = to - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  const first = path.shift();
  if (first === undefined) return false;
  let older = first;
  let newer = first;
  for (const part of path) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      older = nodeHash(part, older);
      newer = nodeHash(part, newer);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      newer = nodeHash(newer, part);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && constantTimeEqual(older, fromRoot) && constantTimeEqual(newer, toRoot);
}
