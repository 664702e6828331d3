/**
 * The oblivious key-value store: blocks such that a decoding row of any stored item gives that item's value, and of any other
 * item something that has nothing to do with its value. Each row has 128 random coefficients at consecutive places.
 *
 * Which blocks come out depends on the items, but they are sent under a mask as long as themselves, so nothing else is asked
 * of them than that decoding is right. A system has no solution with a probability below 2^-40 (store-failures.ts); then another seed
 * is taken, so that answers are never wrong.
 * Source: Bienstock, Patel, Seo & Yeo 2023 ("Near-Optimal Oblivious Key-Value Stores…"), §4 (random band matrices).
 */
import type { Random } from '@sluis/base';
import { setKernels, SUM_TABLE_BYTES } from '@sluis/kernels';
import type { ItemRows } from './item-rows.ts';
import { eachStripe, pause, STRIPE } from './stripes.ts';

const BLOCK = 16;
const PIVOT = 32;
export const SEED_BYTES = 16;

/** Solves for `length` blocks at the address `blocks`. Returns the seed under which it worked. Cost: about 0.2 µs an item. */
export async function encodeStore(rows: ItemRows, blocks: number, length: number, random: Random): Promise<Uint8Array> {
  const { arena } = rows;
  const top = arena.top;
  const pivots = arena.reserve(PIVOT * length);
  for (;;) {
    const seed = random.bytes(SEED_BYTES);
    await rows.arrange(seed, length);
    arena.bytes(pivots, PIVOT * length).fill(0);
    if (!(await eliminated(rows, pivots))) continue;
    await substituted(rows, pivots, blocks, length);
    arena.reset(top);
    return seed;
  }
}

async function eliminated(rows: ItemRows, pivots: number): Promise<boolean> {
  const kernels = rows.arena.attach(setKernels);
  let failures = 0;
  await eachStripe(rows.count, STRIPE, (from, n) => {
    failures += kernels.eliminate(rows.records + 8 * from, n, rows.digests + 32 * from, rows.seed, pivots);
  });
  return failures === 0;
}

async function substituted(rows: ItemRows, pivots: number, blocks: number, length: number): Promise<void> {
  const kernels = rows.arena.attach(setKernels);
  const top = rows.arena.top;
  const tables = rows.arena.reserve(SUM_TABLE_BYTES);
  for (let to = length; to > 0; to -= STRIPE) {
    kernels.substitute(pivots, Math.max(0, to - STRIPE), to, length, tables, blocks);
    await pause();
  }
  rows.arena.reset(top);
}

/**
 * Decodes every row: block k at `decoded` belongs to record k of the rows; with `values` (an address, or 0) the rows' own
 * values are copied there in the same order. Cost: about 0.06 µs an item.
 */
export async function decodeStore(rows: ItemRows, blocks: number, length: number, decoded: number, values: number): Promise<void> {
  const kernels = rows.arena.attach(setKernels);
  const top = rows.arena.top;
  const tables = rows.arena.reserve(SUM_TABLE_BYTES);
  await eachStripe(rows.count, STRIPE, (from, n) => {
    const [to, also] = [decoded + BLOCK * from, values === 0 ? 0 : values + BLOCK * from];
    kernels.decodeRows(rows.records + 8 * from, n, rows.digests + 32 * from, rows.seed, blocks, length, tables, to, also);
  });
  rows.arena.reset(top);
}
