/** Arithmetic with ranges of numbers, after the noise: where each operand is in its range, the result is in the result's. */

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Covers rounding of the few operations here. */
const SLACK = 1e-12;

const wider = (low: number, high: number): Range => ({ low: low - SLACK * Math.abs(low), high: high + SLACK * Math.abs(high) });

export const around = (value: bigint, within: bigint): Range => wider(Number(value - within), Number(value + within));
export const plus = (a: Range, b: number): Range => wider(a.low + b, a.high + b);
export const minus = (a: Range, b: Range): Range => wider(a.low - b.high, a.high - b.low);
export const scaled = (a: Range, by: number): Range => (by < 0 ? wider(a.high * by, a.low * by) : wider(a.low * by, a.high * by));

export function times(a: Range, b: Range): Range {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return wider(Math.min(...corners), Math.max(...corners));
}

export function square(a: Range): Range {
  const [l, h] = [a.low * a.low, a.high * a.high];
  return a.low <= 0 && a.high >= 0 ? wider(0, Math.max(l, h)) : wider(Math.min(l, h), Math.max(l, h));
}

/** A mean: a sum over a number of rows that is at least 1, or the range all means lie in. */
export function over(sum: Range, count: Range, most: number): Range {
  const n = { low: Math.max(1, count.low), high: Math.max(1, count.high) };
  return clamped(times(sum, { low: 1 / n.high, high: 1 / n.low }), -most, most);
}

export const clamped = (a: Range, low: number, high: number): Range => ({
  low: Math.min(high, Math.max(low, a.low)),
  high: Math.max(low, Math.min(high, a.high)),
});

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
