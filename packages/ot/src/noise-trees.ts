/**
 * Trees of seeds with four children a node: the sender knows all leaves, the receiver all but one, at a place of its choice
 * that the sender does not learn. Leaves of all trees follow each other as one vector.
 *
 * A tree is expanded level by level; the receiver puts anything in the place it does not know, expands it as well, and mends
 * its children with the sums that it may open. Neither time nor addresses depend on the place.
 * Source: Goldreich, Goldwasser & Micali 1986; Boyle et al. 2019.
 */
import { pause } from '@sluis/base';
import { type Arena, type LinearEvaluation, linearEvaluation } from '@sluis/kernels';
import { blockBytes, blocksFrom, xorBlocks } from './blocks.ts';
import { type Expansion, EXPANDED_BYTES, SEED_BYTES } from './expansion.ts';
import { LEVEL_BYTES, LEVEL_WORDS, openSums, sealSums } from './tree-keys.ts';
import { nodesAt, type VoleShape } from './vole-shape.ts';

/** Room after the leaves of the last tree, for whole groups of three expansions. */
export const LEAF_MARGIN_BYTES = 4 * EXPANDED_BYTES;

/** Expands single trees into the vector of leaves. */
class TreeGrower {
  readonly arena: Arena;
  readonly field: LinearEvaluation;
  readonly shape: VoleShape;
  readonly #expansion: Expansion;
  readonly #levels: readonly [number, number];
  readonly #vector: number;
  readonly sums: number;

  constructor(arena: Arena, expansion: Expansion, shape: VoleShape, vector: number) {
    this.arena = arena;
    this.field = arena.attach(linearEvaluation);
    this.shape = shape;
    this.#expansion = expansion;
    this.#vector = vector;
    const room = SEED_BYTES * nodesAt(shape, shape.depth - 1) + LEAF_MARGIN_BYTES;
    this.#levels = [arena.reserve(room), arena.reserve(room)];
    this.sums = arena.reserve(EXPANDED_BYTES);
  }

  /** Where a tree's level lies while it grows; the last is in the vector. */
  level(tree: number, level: number): number {
    if (level === this.shape.depth) return this.#vector + SEED_BYTES * this.shape.leaves * tree;
    return this.#levels[level & 1] as number;
  }

  /** Makes a level from the one above, and the sums of its four classes. */
  grow(tree: number, level: number): Uint32Array {
    const out = this.level(tree, level);
    this.#expansion.run('tree', this.level(tree, level - 1), out, nodesAt(this.shape, level - 1), { level, tree });
    return this.sumsOf(tree, level);
  }

  sumsOf(tree: number, level: number): Uint32Array {
    this.field.sumClasses(this.level(tree, level), nodesAt(this.shape, level), this.sums);
    return this.arena.words(this.sums, 16);
  }

  /** Adds four blocks to the children of one node: to all, but nothing to most, so that no address tells which. */
  mend(tree: number, level: number, parent: number, four: Uint32Array): void {
    this.arena.words(this.sums, 16).set(four);
    this.field.addToGroup(this.level(tree, level), nodesAt(this.shape, level - 1), parent, this.sums);
  }

  /** The sum of all leaves. */
  total(tree: number): Uint32Array {
    const sums = this.sumsOf(tree, this.shape.depth);
    return Uint32Array.from({ length: 4 }, (_, w) => [0, 4, 8, 12].reduce((x, at) => x ^ (sums[at + w] as number), 0));
  }
}

/** Bytes that the sender sends: sealed sums, and one block a tree that closes it. */
export const treeMessageBytes = ({ trees, depth }: VoleShape): number => trees * (depth * LEVEL_BYTES + SEED_BYTES);

/**
 * The sender's leaves, at `vector`.
 *
 * @param roots - 16 fresh random bytes a tree. @param keys - see `sealSums`. @param b - words of the sender's part of the
 *   noise values' products.
 * @returns the message for `mendTrees`. Learns: nothing.
 */
export async function growTrees(
  arena: Arena,
  expansion: Expansion,
  shape: VoleShape,
  vector: number,
  roots: Uint8Array,
  keys: readonly [Uint32Array, Uint32Array],
  b: Uint32Array,
): Promise<Uint8Array> {
  const grower = new TreeGrower(arena, expansion, shape, vector);
  const message = new Uint32Array(treeMessageBytes(shape) / 4);
  const closing = shape.trees * shape.depth * LEVEL_WORDS;
  for (let tree = 0; tree < shape.trees; tree++) {
    await pause();
    arena.bytes(grower.level(tree, 0), SEED_BYTES).set(roots.subarray(SEED_BYTES * tree, SEED_BYTES * (tree + 1)));
    for (let level = 1; level <= shape.depth; level++) {
      const number = tree * shape.depth + level - 1;
      sealSums(grower.grow(tree, level), keys, number, message.subarray(number * LEVEL_WORDS));
    }
    const total = grower.total(tree);
    for (let w = 0; w < 4; w++) message[closing + 4 * tree + w] = (total[w] as number) ^ (b[4 * tree + w] as number);
  }
  return blockBytes(message);
}

/** The digits, base 4 from the root, of the way to a leaf. */
export const wayTo = (leaf: number, depth: number): number[] =>
  Array.from({ length: depth }, (_, i) => (leaf >>> (2 * (depth - 1 - i))) & 3);

/**
 * The receiver's leaves, at `vector`: the sender's, but at place α of each tree the sender's ⊕ β·Δ.
 *
 * @param places - α of each tree. @param c - words of the receiver's part of β·Δ: c = βΔ ⊕ b.
 */
export async function mendTrees(
  arena: Arena,
  expansion: Expansion,
  shape: VoleShape,
  vector: number,
  message: Uint8Array,
  keys: Uint32Array,
  places: Uint32Array,
  c: Uint32Array,
): Promise<void> {
  const grower = new TreeGrower(arena, expansion, shape, vector);
  const sealed = blocksFrom(message);
  const closing = shape.trees * shape.depth * LEVEL_WORDS;
  for (let tree = 0; tree < shape.trees; tree++) {
    await pause();
    arena.bytes(grower.level(tree, 0), SEED_BYTES).fill(0);
    const close = xorBlocks(sealed.subarray(closing + 4 * tree, closing + 4 * tree + 4), c.subarray(4 * tree, 4 * tree + 4));
    let parent = 0;
    wayTo(places[tree] as number, shape.depth).forEach((digit, i) => {
      const level = i + 1;
      const number = tree * shape.depth + i;
      const own = grower.grow(tree, level);
      const due = openSums(sealed.subarray(number * LEVEL_WORDS), keys, number, digit);
      if (level === shape.depth) closeSums(due, digit, close);
      grower.mend(tree, level, parent, xorBlocks(own, due));
      parent = 4 * parent + digit;
    });
  }
}

/**
 * Makes the sum of the unknown class such that all sums and `close` add up to nothing: the unknown leaf then becomes `close`
 * plus all other leaves. At higher levels that class may become anything, like its parent.
 */
function closeSums(sums: Uint32Array, digit: number, close: Uint32Array): void {
  for (let w = 0; w < 4; w++) {
    const rest = [0, 4, 8, 12].reduce((sum, at) => sum ^ (sums[at + w] as number), close[w] as number);
    for (let k = 0; k < 4; k++) sums[4 * k + w] = (sums[4 * k + w] as number) | (rest & (((k ^ digit) - 1) >> 31));
  }
}
