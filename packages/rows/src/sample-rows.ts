/**
 * A sample of the rows that take part: those whose key has a small hash, under a hash function that the compute parties
 * draw together and nobody knows. Rows with the same key are in it together, or not at all.
 */
import type { PlanRows } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { lowerNumber } from './lower.ts';
import type { RowTable } from './row-table.ts';
import { type NumberValue, sized, widthOf } from './row-values.ts';
import { TableProgram } from './table-program.ts';

/** The hash is compared in so many bits: fractions are multiples of 2^-16. */
export const SAMPLE_BITS = 16;

/** Bits of a hash, of which the highest count. */
export const WORD = 64;

/**
 * Run by: all three compute parties, in step. The hash is 16 bits of Σ a·key + b in Z_2^64 with secret random a and b, new
 * in every run: every key is in the sample with exactly the declared chance, and any two keys of up to 49 bits independently
 * of each other (the 16 bits begin with the highest bit of a key; of wider keys they are the highest ones, and two keys
 * that differ by a multiple of a large power of two may go together more often).
 *
 * Learns: nobody anything, nor how many rows are in the sample. Cost: a product a row and key, up to 64 bits and a comparison
 * of 18 bits a row. Source: multiply-shift hashing, Dietzfelbinger 1996 (Universal hashing and k-wise independent random
 * variables via integer arithmetic without primes), with secret parameters.
 */
export async function sampleRows(committee: Committee, rows: PlanRows, table: RowTable): Promise<RowTable> {
  const { sample } = rows;
  if (sample === undefined) return table;
  const on = new TableProgram(table);
  const keys = sample.keys.map((key) => lowerNumber(on.lowering, key));
  // NULL hashes as 0, whatever stands there.
  const nodes = keys.map((key) => on.program.mask(key.present, sized(on.program, key, 1)));
  const found = await on.run(committee, nodes);
  const random = await randomWords(committee, nodes.length + 1);
  const spread = (i: number) => committee.gather(random, new Uint32Array(table.length).fill(i));
  const parts: SecretColumn[] = [spread(nodes.length)];
  for (const [i, node] of nodes.entries()) parts.push(await committee.multiply(spread(i), found.column(node)));
  const from = firstBit(keys);
  const bits = await committee.toBits(committee.sum(parts), from + SAMPLE_BITS);
  // A number that is made of bits is signed.
  const hash = await committee.fromBits(bits.slice(from), 1);
  const most = BigInt(sample.threshold) - (1n << BigInt(SAMPLE_BITS - 1));
  const below = await committee.negative(committee.addConstant(hash, -most), SAMPLE_BITS + 2);
  return { ...table, valid: await committee.and(table.valid, below) };
}

/** Where the bits of the hash begin: with the highest bit of the widest key, or so that they just have room. */
export const firstBit = (keys: readonly NumberValue[]): number =>
  Math.min(WORD - SAMPLE_BITS, Math.max(...keys.map((k) => widthOf(k.low, k.high))) - 1);

async function randomWords(committee: Committee, count: number): Promise<SecretColumn> {
  const bits = await committee.randomBits(count * WORD);
  const slices: SecretBits[] = Array.from({ length: WORD }, (_, b) => committee.sliceBits(bits, b * count, count));
  return committee.fromBits(slices, 1);
}
