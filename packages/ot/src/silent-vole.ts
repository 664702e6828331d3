/**
 * Silent VOLE: short messages make short correlated noise, which each side expands on its own. First, correlated transfers
 * give both the products of Δ with the receiver's noise values (one transfer a bit) and the keys of the trees; then one
 * message of the sender makes b' and c' with c' = e·Δ ⊕ b' for the receiver's sparse e; compression makes e look random.
 * Source: Boyle et al. 2019; Weng et al. 2021 (Wolverine); parameters in `vole-shape.ts`.
 */
import { concatBytes } from '@sluis/base';
import { type Arena, linearEvaluation } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import { compress, compressBoth } from './compression.ts';
import { receiveRows, sendRows } from './correlated-rows.ts';
import { Expansion, SEED_BYTES } from './expansion.ts';
import { proveNoise, verifyNoise } from './noise-check.ts';
import { choicesOf, drawPlaces } from './noise-places.ts';
import { growTrees, LEAF_MARGIN_BYTES, mendTrees, treeMessageBytes } from './noise-trees.ts';
import { hashRows, shiftedRows, TRANSFERS_PER_LEVEL } from './tree-keys.ts';
import { randomElements, type VoleOptions, type VoleReceiverShare, type VoleSenderShare } from './vole.ts';
import { type VoleShape, voleShape } from './vole-shape.ts';

const ELEMENT = 16;
const BITS = 128;

const vectorBytes = ({ trees, leaves }: VoleShape): number => ELEMENT * trees * leaves + LEAF_MARGIN_BYTES;
/** Products that transfers make: the noise values', and with a check one that hides what it shows. */
const productsOf = ({ trees }: VoleShape, { threat }: VoleOptions): number => trees + (threat === 'malicious' ? 1 : 0);
const transfersOf = ({ trees, depth }: VoleShape): number => TRANSFERS_PER_LEVEL * trees * depth;

/** Puts the products of the first rows together: 16 bytes each. */
function productsFrom(arena: Arena, rows: number, count: number): number {
  const out = arena.reserve(ELEMENT * count);
  arena.attach(linearEvaluation).sumPowers(rows, out, count);
  return out;
}

export async function sendSilently(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleSenderShare> {
  const shape = voleShape(count);
  const vector = arena.reserve(vectorBytes(shape));
  const products = productsOf(shape, options);
  const transfers = transfersOf(shape);
  const { delta, rows, session } = await sendRows(link, arena, BITS * products + transfers, options);
  const b = productsFrom(arena, rows, products);
  const expansion = new Expansion(arena, session.subarray(0, SEED_BYTES));
  const paths = rows + ELEMENT * BITS * products;
  const shifted = shiftedRows(arena, paths, transfers, delta);
  const keys = [hashRows(arena, expansion, paths, transfers).slice(), hashRows(arena, expansion, shifted, transfers).slice()] as const;
  const roots = options.random.bytes(SEED_BYTES * shape.trees);
  const noiseProducts = arena.words(b, 4 * products).slice();
  await link.send('ot/trees', await growTrees(arena, expansion, shape, vector, roots, keys, noiseProducts));
  if (options.threat === 'malicious') await proveNoise(link, arena, { vector, shape, session }, delta, noiseProducts);
  await compress(arena, vector, count, shape.trees * shape.leaves - count);
  arena.reset(vector + Math.ceil(count / 4) * 64);
  return { delta, b: vector };
}

export async function receiveSilently(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleReceiverShare> {
  const shape = voleShape(count);
  const noise = arena.reserve(ELEMENT * count);
  const vector = arena.reserve(vectorBytes(shape));
  const products = productsOf(shape, options);
  const transfers = transfersOf(shape);
  const values = randomElements(products, options);
  const places = drawPlaces(shape, options.random);
  const { rows, session } = await receiveRows(link, arena, concatBytes(values, choicesOf(shape, places)), options);
  const c = productsFrom(arena, rows, products);
  const expansion = new Expansion(arena, session.subarray(0, SEED_BYTES));
  const keys = hashRows(arena, expansion, rows + ELEMENT * BITS * products, transfers).slice();
  const valueProducts = arena.words(c, 4 * products).slice();
  const message = await link.receive('ot/trees', treeMessageBytes(shape));
  await mendTrees(arena, expansion, shape, vector, message, keys, places, valueProducts);
  if (options.threat === 'malicious') {
    await verifyNoise(link, arena, { vector, shape, session }, { places, values }, valueProducts, options.random);
  }
  await compressBoth(arena, { vector, noise }, count, shape.trees * shape.leaves - count, (rest) => {
    placeNoise(arena, shape, { places, values }, { noise, count, rest });
  });
  arena.reset(vector + Math.ceil(count / 4) * 64);
  return { a: noise, c: vector };
}

/** Writes the noise: its first `count` elements at `noise`, the others at `rest`, 32 bytes apart. Neither time nor addresses tell places. */
function placeNoise(
  arena: Arena,
  { trees, leaves }: VoleShape,
  { places, values }: { readonly places: Uint32Array; readonly values: Uint8Array },
  { noise, count, rest }: { readonly noise: number; readonly count: number; readonly rest: number },
): void {
  const { placeElement } = arena.attach(linearEvaluation);
  const value = arena.reserve(ELEMENT);
  for (let tree = 0; tree < trees; tree++) {
    const [first, place] = [tree * leaves, places[tree] as number];
    const before = Math.min(leaves, Math.max(0, count - first));
    arena.bytes(value, ELEMENT).set(values.subarray(ELEMENT * tree, ELEMENT * (tree + 1)));
    if (before > 0) placeElement(noise + ELEMENT * first, ELEMENT, before, place, value);
    if (before < leaves) placeElement(rest + 2 * ELEMENT * (first + before - count), 2 * ELEMENT, leaves - before, place - before, value);
  }
}
