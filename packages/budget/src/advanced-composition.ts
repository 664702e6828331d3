/** Composition of guarantees that says nothing about the mechanisms behind them. */
import type { Repeated } from './renyi.ts';

/**
 * ε at δ of (ε_i, δ_i)-private mechanisms: the least of the three bounds of Kairouz, Oh & Viswanath 2017, Theorem 3.5, with
 * what δ leaves over 1 − Π(1 − δ_i). Infinity where nothing is left, or an event has no finite ε.
 */
export function advancedEpsilon(guarantees: readonly { epsilon: number; delta: number; times: number }[], delta: number): number {
  let [kept, sum, squares, drift] = [0, 0, 0, 0];
  for (const { epsilon: e, delta: d, times } of guarantees) {
    kept += times * Math.log1p(-d);
    sum += times * e;
    squares += times * e * e;
    drift += times * e * Math.tanh(e / 2);
  }
  const left = (1 - (1 - delta) / Math.exp(kept)) * (1 - 1e-12);
  if (!(left > 1e-15)) return Number.POSITIVE_INFINITY;
  const second = drift + Math.sqrt(2 * squares * Math.log(Math.E + Math.sqrt(squares) / left));
  const third = drift + Math.sqrt(2 * squares * Math.log(1 / left));
  return Math.min(sum, second, third) * (1 + 1e-12);
}

/** What Dwork, Rothblum & Vadhan 2010 give for k times ε₀: √(2k·log(1/δ'))·ε₀ + k·ε₀·(e^{ε₀} − 1). For comparison only. */
export const dworkEpsilon = (epsilon: number, times: number, delta: number): number =>
  Math.sqrt(2 * times * Math.log(1 / delta)) * epsilon + times * epsilon * Math.expm1(epsilon);

/** Repeated randomised responses without their revealing part, and the probability that none reveals. */
export function withoutRevealing(events: readonly Repeated[]): { events: Repeated[]; reveals: number } {
  let log = 0;
  const hidden = events.map(({ loss, times }): Repeated => {
    if (loss.kind !== 'response') return { loss, times };
    log += times * Math.log1p(-loss.delta);
    return { loss: { ...loss, delta: 0 }, times };
  });
  return { events: hidden, reveals: -Math.expm1(log) * (1 + 1e-13) };
}
