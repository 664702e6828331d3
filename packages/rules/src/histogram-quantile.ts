/**
 * Quantiles over rows that stay with their providers: each shares how often every value occurs; the committee adds the
 * counts and searches them on secrets. No count, no place and no step of the search is opened.
 */
import { type Plan, type PlanQuantile, rowsOfCell, signedBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import type { ProviderColumns } from './contributions.ts';

const UNITS = 10_000n;

/** Width of the comparisons: counts are compared in ten-thousandths. */
export const quantileBits = (plan: Plan): number => signedBits(2n * UNITS * (rowsOfCell(plan) + 1n));

/**
 * The quantile of each cell. Run by: all three compute parties, in step.
 *
 * With c(v) the number of values up to v and n that of all, the discrete quantile is the smallest v with
 * 10000·c(v) ≥ at·n. The continuous one is (with t = at·(n − 1)) the sum over v of t − 10000·(c(v) − 1), clamped to
 * 0 … 10000: what lies at or below the lower of the two values counts in full, what lies between them by the fraction.
 *
 * Learns: nobody anything. Cost: one comparison per value and cell (two if continuous), see `quantileCost`.
 */
export async function quantileOf(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  counts: readonly SecretColumn[],
  quantile: PlanQuantile,
  words: number,
): Promise<SecretColumn> {
  const size = plan.histograms?.[quantile.histogram]?.size ?? 0;
  const upTo = cumulated(committee, providers, quantile.histogram, size);
  const n = counts[quantile.contribution] as SecretColumn;
  const bits = quantileBits(plan);
  const steps = quantile.continuous
    ? await continuousSteps(committee, upTo, n, quantile, size, bits)
    : await committee.inject(await discreteSteps(committee, upTo, n, quantile, size, bits), 1);
  const found = committee.sum(Array.from({ length: size }, (_, v) => committee.slice(steps, v * plan.cellCount, plan.cellCount)));
  const offset = BigInt(quantile.low) * (quantile.continuous ? UNITS : 1n);
  const most = BigInt(size) * (quantile.continuous ? UNITS : 1n);
  const wide = words === 1 ? found : await committee.widen(found, signedBits(most), words);
  return committee.addConstant(wide, offset);
}

/** c(v) for every value and cell, value by value. Local. */
function cumulated(committee: Committee, providers: readonly ProviderColumns[], histogram: number, size: number): SecretColumn {
  const columns: SecretColumn[] = [];
  for (let v = 0; v < size; v++) {
    const here = committee.sum(providers.map((p) => p.bins[histogram]?.[v] as SecretColumn));
    const before = columns.at(-1);
    columns.push(before === undefined ? here : committee.add(before, here));
  }
  return committee.concat(columns);
}

const repeated = (committee: Committee, column: SecretColumn, times: number): SecretColumn =>
  committee.concat(Array.from({ length: times }, () => column));

/** 1 for every value below the quantile. */
function discreteSteps(
  committee: Committee,
  upTo: SecretColumn,
  n: SecretColumn,
  { at }: PlanQuantile,
  size: number,
  bits: number,
): Promise<SecretBits> {
  // The quantile at 0 is the smallest value: nothing up to the values below it.
  const target = at === 0 ? committee.constant(n.length, 1, 1n) : committee.scale(n, BigInt(at));
  return committee.less(committee.scale(upTo, UNITS), repeated(committee, target, size), bits);
}

async function continuousSteps(
  committee: Committee,
  upTo: SecretColumn,
  n: SecretColumn,
  { at }: PlanQuantile,
  size: number,
  bits: number,
): Promise<SecretColumn> {
  const target = committee.scale(committee.addConstant(n, -1n), BigInt(at));
  const rest = committee.addConstant(committee.subtract(repeated(committee, target, size), committee.scale(upTo, UNITS)), UNITS);
  // rest < 0: above both values; rest ≥ 10000: at or below the lower one.
  const signs = await committee.negative(committee.concat([rest, committee.addConstant(rest, -UNITS)]), bits);
  const [above, notBelow] = [committee.sliceBits(signs, 0, rest.length), committee.sliceBits(signs, rest.length, rest.length)];
  const between = committee.xor(above, notBelow);
  const [full, part] = [committee.constant(rest.length, 1, UNITS), rest];
  const masked = await committee.mask(committee.concatBits([committee.not(notBelow), between]), committee.concat([full, part]));
  return committee.add(committee.slice(masked, 0, rest.length), committee.slice(masked, rest.length, rest.length));
}
