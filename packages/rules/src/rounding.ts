/** Rounds totals to multiples on secrets, after the rules were decided on exact ones and before anything is opened. */
import { inputsOf, type Plan, rowsOfCell, signedBits } from '@sluis/model';
import type { Committee, CommitteeMeter, SecretColumn, Totals } from '@sluis/technique';
import { countBits } from './thresholds.ts';

/** Columns of one width and base, which are one vector. */
interface Batch {
  readonly words: number;
  readonly base: bigint;
  readonly bits: number;
  /** Contributions by index, then accumulators by index after them. */
  readonly members: number[];
}

/** Width of the sum of an accumulator over all inputs. */
export function sumBits(plan: Plan, a: Pick<Plan['accumulators'][number], 'minimum' | 'maximum'>): number {
  return signedBits(mostOf(plan, a));
}

function mostOf(plan: Plan, a: Pick<Plan['accumulators'][number], 'minimum' | 'maximum'>): bigint {
  const [low, high] = [-BigInt(a.minimum), BigInt(a.maximum)];
  return BigInt(inputsOf(plan).length) * (low > high ? low : high);
}

/** Bits of what an accumulator or, without one, a number of rows can become when it is rounded up. */
export const roundedBits = (plan: Plan, base: bigint, a?: Plan['accumulators'][number]): number =>
  signedBits((a === undefined ? rowsOfCell(plan) : mostOf(plan, a)) + base);

function batchesOf(plan: Plan): Batch[] {
  const { rounding } = plan;
  if (rounding === undefined) return [];
  const counts = plan.contributions.map((_, c) => ({ words: 1, base: BigInt(rounding.counts), bits: countBits(plan), index: c }));
  const sums = plan.accumulators.flatMap((a, i) => {
    const base = rounding.accumulators[i] ?? null;
    return base === null ? [] : [{ words: a.words, base: BigInt(base), bits: sumBits(plan, a), index: plan.contributions.length + i }];
  });
  const batches = new Map<string, Batch>();
  for (const { index, ...kind } of [...counts, ...sums]) {
    const key = `${kind.words}/${kind.base}/${kind.bits}`;
    const batch = batches.get(key) ?? { ...kind, members: [] };
    batch.members.push(index);
    batches.set(key, batch);
  }
  return [...batches.values()];
}

/**
 * The nearest multiple of each value's base, half-way away from zero. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything; who is shown the result never sees the exact value. Cost: one division by a public number per
 * width and base. The rules of a cell are those of its exact value.
 */
export async function round(committee: Committee, plan: Plan, totals: Totals): Promise<Totals> {
  const all = [...totals.counts, ...totals.accumulators];
  for (const { base, bits, members } of batchesOf(plan)) {
    const joined = committee.concat(members.map((m) => all[m] as SecretColumn));
    const rounded = committee.scale(await committee.rescale(joined, base, bits), base);
    members.forEach((m, at) => {
      all[m] = committee.slice(rounded, at * plan.cellCount, plan.cellCount);
    });
  }
  const { length } = totals.counts;
  return { ...totals, counts: all.slice(0, length), accumulators: all.slice(length) };
}

export function roundingCost(meter: CommitteeMeter, plan: Plan): void {
  for (const { words, base, bits, members } of batchesOf(plan)) meter.rescale(plan.cellCount * members.length, base, bits, words);
}
