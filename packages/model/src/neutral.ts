/** Widths and neutral elements that providers, committee and receivers must agree on. */
import type { Plan, PlanAccumulator, PlanDominance } from './plan.ts';
import { pushdownProviders } from './plan-layout.ts';

/**
 * What a provider without contributing rows shares for an accumulator: 0 for a sum; for a minimum one above its
 * largest value, for a maximum one below its smallest, so that any real value wins.
 */
export function neutralElement(accumulator: Pick<PlanAccumulator, 'kind' | 'minimum' | 'maximum' | 'among'>): bigint {
  const { kind, among } = accumulator;
  if (kind === 'sum' || kind === 'histogram' || (among !== undefined && among.measure !== 'maximum')) return 0n;
  return accumulator.kind === 'min' ? BigInt(accumulator.maximum) + 1n : BigInt(accumulator.minimum) - 1n;
}

/** Bits of a signed integer whose absolute value is at most `magnitude`. */
export const signedBits = (magnitude: bigint): number => magnitude.toString(2).length + 1;

/** Words of the ring that holds a signed integer of `bits` bits. */
export const wordsForBits = (bits: number): number => Math.ceil(bits / 64);

/** Largest number of rows of one cell over all inputs: those of providers that push down, and shared ones. */
export const rowsOfCell = (plan: Pick<Plan, 'providers' | 'maximumRows' | 'rows'>): bigint =>
  mostRows(pushdownProviders(plan).length, plan.maximumRows, plan.rows?.maximumRows ?? 0);

/** Rows of so many providers that push down, and shared ones. */
export const mostRows = (pushing: number, each: number, shared: number): bigint => BigInt(pushing) * BigInt(each) + BigInt(shared);

/** Width in which two values of a minimum or maximum, the neutral element included, are compared. */
export const comparisonBits = (a: Pick<PlanAccumulator, 'minimum' | 'maximum'>): number =>
  signedBits(BigInt(a.maximum) - BigInt(a.minimum) + 2n);

/** Width of the dominance tests: 100 times the total of a cell. A dominance's `words` must hold it. */
export const dominanceBits = (plan: Pick<Plan, 'providers' | 'maximumRows' | 'rows'>, dominance: Pick<PlanDominance, 'maximum'>): number =>
  bitsOfDominance(rowsOfCell(plan), BigInt(dominance.maximum));

/** The same from the most rows of a cell and the largest size of one. */
export const bitsOfDominance = (rows: bigint, maximum: bigint): number => signedBits(100n * rows * maximum);
