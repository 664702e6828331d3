/**
 * Sums per cell where cells are few: every row has a secret 0 or 1 for each value of a key, and a cell's sum is an inner
 * product, of which only the result is sent. With several keys the first ones' digits are multiplied into the summands,
 * the last ones' are the other factor: Σ a·s·b costs (cells of a + cells of b) and not their product.
 */
import type { Committee, SecretBits, SecretColumn, SecretKey } from '@sluis/technique';
import { type Stretch, stretchesOf } from './summands.ts';

/** Rows at a time: bounds memory, whatever the number of rows. */
export const STRIPE = 2 ** 16;
/** Inner products under way at a time. */
const AT_ONCE = 64;

export interface Digit extends SecretKey {
  /** Number of values, 0 … size − 1. */
  readonly size: number;
}

/** A column to be added up; per owner if stretches of owners are asked for. 0 where a row does not count. */
export interface Summand {
  readonly column: SecretColumn;
  readonly ownerOf: Uint32Array | null;
}

/** How digits are split into first and last ones. */
export function splitDigits(sizes: readonly number[], summands: number): { readonly first: number; readonly cost: number } {
  const product = (list: readonly number[]) => list.reduce((n, s) => n * s, 1);
  let best = { first: 0, cost: 2 * product(sizes) };
  for (let first = 1; first < sizes.length; first++) {
    const a = product(sizes.slice(0, first));
    const cost = 2 * (a + product(sizes.slice(first))) + a * summands;
    if (cost < best.cost) best = { first, cost };
  }
  return best;
}

/**
 * Run by: all three compute parties, in step.
 *
 * @param owners - number of owners where summands ask for them.
 * @returns per summand its sums: `cells` long, or owner by owner.
 * Learns: nobody anything. Cost per row: an equality and an injection for each value of each key, and a product for each
 * summand and combination of the first keys; one element per result and 65,536 rows.
 */
export async function oneHotSums(
  committee: Committee,
  digits: readonly Digit[],
  summands: readonly Summand[],
  owners: number,
  length: number,
): Promise<SecretColumn[]> {
  let totals: SecretColumn[] | null = null;
  for (let from = 0; from < length; from += STRIPE) {
    const size = Math.min(STRIPE, length - from);
    const cut = digits.map((d) => ({ ...d, column: committee.slice(d.column, from, size) }));
    const parts = summands.map((s) => ({
      column: committee.slice(s.column, from, size),
      stretches: s.ownerOf === null ? null : stretchesOf(s.ownerOf.subarray(from, from + size), 0, size),
    }));
    const sums = await stripeSums(committee, cut, parts, owners, size);
    totals = totals === null ? sums : totals.map((t, i) => committee.add(t, sums[i] as SecretColumn));
  }
  return totals ?? [];
}

interface Part {
  readonly column: SecretColumn;
  readonly stretches: readonly Stretch[] | null;
}

async function stripeSums(
  committee: Committee,
  digits: readonly Digit[],
  parts: readonly Part[],
  owners: number,
  size: number,
): Promise<SecretColumn[]> {
  const { first } = splitDigits(
    digits.map((d) => d.size),
    parts.length,
  );
  const hot: SecretBits[][] = [];
  for (const d of digits) hot.push(await oneHot(committee, d));
  const front = first === 0 ? null : await combinations(committee, hot.slice(0, first));
  const back = await combinations(committee, hot.slice(first));
  const sums: SecretColumn[] = [];
  for (const part of parts) {
    const { words } = part.column;
    const lasts = await factors(committee, back, words, size);
    const columns = front === null ? [part.column] : [];
    for (const bits of front ?? []) columns.push(await committee.mask(bits, part.column));
    const cells = columns.flatMap((column) => lasts.map((last) => [column, last] as const));
    sums.push(await productsPerOwner(committee, cells, part.stretches, owners, words));
  }
  return sums;
}

/** Σ x·y per pair and owner; owner slow, pair fast. Pairs without a second factor are just added up. */
async function productsPerOwner(
  committee: Committee,
  pairs: readonly (readonly [SecretColumn, SecretColumn | null])[],
  stretches: readonly Stretch[] | null,
  owners: number,
  words: number,
): Promise<SecretColumn> {
  const whole = [{ owner: 0, from: 0, length: pairs[0]?.[0].length ?? 0 }];
  const jobs = (stretches ?? whole).flatMap((s) => pairs.map((pair, p) => ({ s, pair, place: s.owner * pairs.length + p })));
  const results: SecretColumn[] = [];
  for (let at = 0; at < jobs.length; at += AT_ONCE) {
    const started = jobs.slice(at, at + AT_ONCE).map(({ s, pair: [x, y] }) => {
      const part = (c: SecretColumn) => (s.length === c.length ? c : committee.slice(c, s.from, s.length));
      return y === null ? Promise.resolve(committee.total(part(x))) : committee.innerProduct(part(x), part(y));
    });
    results.push(...(await Promise.all(started)));
  }
  const places = Array.from({ length: (stretches === null ? 1 : owners) * pairs.length }, (): SecretColumn[] => []);
  for (const [i, { place }] of jobs.entries()) places[place]?.push(results[i] as SecretColumn);
  return committee.concat(places.map((list) => (list.length === 0 ? committee.constant(1, words, 0n) : committee.sum(list))));
}

/** One vector of bits per value of the digit. */
async function oneHot(committee: Committee, digit: Digit): Promise<SecretBits[]> {
  const n = digit.column.length;
  const shifted = Array.from({ length: digit.size }, (_, v) => committee.addConstant(digit.column, -BigInt(v)));
  const bits = await committee.isZero(committee.concat(shifted), digit.bits);
  return shifted.map((_, v) => committee.sliceBits(bits, v * n, n));
}

/** Conjunctions of one bit of each digit, in mixed radix, first digit slowest. Null for no digits: always 1. */
async function combinations(committee: Committee, hot: readonly (readonly SecretBits[])[]): Promise<readonly SecretBits[] | null> {
  let open: readonly SecretBits[] | null = null;
  for (const bits of hot) {
    if (open === null) {
      open = bits;
      continue;
    }
    const pairs: (readonly [SecretBits, SecretBits])[] = open.flatMap((a) => bits.map((b) => [a, b] as const));
    const n = (bits[0] as SecretBits).length;
    const joined: SecretBits = await committee.and(
      committee.concatBits(pairs.map((p) => p[0])),
      committee.concatBits(pairs.map((p) => p[1])),
    );
    open = pairs.map((_, i) => committee.sliceBits(joined, i * n, n));
  }
  return open;
}

async function factors(
  committee: Committee,
  bits: readonly SecretBits[] | null,
  words: number,
  size: number,
): Promise<readonly (SecretColumn | null)[]> {
  if (bits === null) return [null];
  const ring = await committee.inject(committee.concatBits(bits), words);
  return bits.map((_, i) => committee.slice(ring, i * size, size));
}
