/** Noise on several values that change together: every way in which they can is at most what is charged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccountedEvent, deltaOf, epsilonOf } from './index.ts';
import { summedCloseness } from './summed-gaussian.ts';

/** Loss of every result with its probability. */
type Losses = readonly (readonly [loss: number, probability: number])[];

/** Of independent values, by running through all results (losses add up). */
const together = (parts: readonly Losses[]): Losses => {
  let all = new Map<number, [number, number]>([[0, [0, 1]]]);
  for (const part of parts) {
    const next = new Map<number, [number, number]>();
    for (const [l, p] of all.values())
      for (const [m, r] of part) {
        const key = Math.round((l + m) * 1e9);
        const known = next.get(key);
        if (known === undefined) next.set(key, [l + m, p * r]);
        else known[1] += p * r;
      }
    all = next;
  }
  return [...all.values()];
};
const deltaAt = (losses: Losses, epsilon: number): number =>
  losses.reduce((s, [l, p]) => (l > epsilon ? s - p * Math.expm1(epsilon - l) : s), 0);
function epsilonAt(losses: Losses, delta: number): number {
  let [low, high] = [0, 60];
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (deltaAt(losses, middle) <= delta) high = middle;
    else low = middle;
  }
  return low;
}

/** Noise with these weights, changed by this much. */
function noise(weight: (x: number) => number, change: number, reach: number): Losses {
  let all = 0;
  for (let x = -reach; x <= reach; x++) all += weight(x);
  return Array.from(
    { length: 2 * reach + 1 },
    (_, i) => [Math.log(weight(i - reach) / weight(i - reach - change)), weight(i - reach) / all] as const,
  );
}
const gaussian = (v: number, change: number, of = 12): Losses =>
  noise((x) => Math.exp((-x * x) / (2 * v)), change, Math.ceil(of * Math.sqrt(v)));
const laplace = (scale: number, change: number): Losses => noise((x) => Math.exp(-Math.abs(x) / scale), change, Math.ceil(45 * scale));

/** All ways to write n as a sum of at most `parts` positive whole numbers' k-th powers, largest first. */
function ways(n: number, power: number, largest = n): number[][] {
  if (n === 0) return [[]];
  const out: number[][] = [];
  for (let m = Math.min(largest, Math.floor(n ** (1 / power) + 1e-9)); m >= 1; m--)
    for (const rest of ways(n - m ** power, power, m)) out.push([m, ...rest]);
  return out;
}

function covers(event: AccountedEvent, worlds: readonly Losses[], what: string, above = 1e-3): void {
  for (const delta of [1e-2, 1e-5, 1e-9]) {
    const [ours, truths] = [epsilonOf([event], delta), worlds.map((w) => epsilonAt(w, delta))];
    const worst = Math.max(...truths);
    assert.ok(ours >= worst - 1e-8, `${what}: ${ours} is below ${worst} at ${delta}`);
    assert.ok(ours <= worst + above, `${what}: ${ours} is more than ${above} above ${worst} at ${delta}`);
  }
  for (const epsilon of [0.1, 0.5, 1, 2]) {
    const worst = Math.max(...worlds.map((w) => deltaAt(w, epsilon)));
    assert.ok(deltaOf([event], epsilon) >= worst * (1 - 1e-10), `${what}: δ at ${epsilon}`);
  }
}

test('discrete Gaussian noise: every vector of whole numbers of this squared length', () => {
  for (const [squared, v] of [
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 4],
    [4, 17],
    [5, 9],
    [8, 13],
    [9, 30],
  ] as const) {
    const worlds = ways(squared, 2).map((m) => together(m.map((change) => gaussian(v, change))));
    covers({ kind: 'discrete-gaussian', variance: `${v}`, squaredL2: `${squared}`, times: 1 }, worlds, `s = ${squared}, v = ${v}`);
  }
});

test('discrete Gaussian noise too small for the lattice argument: still never below the truth', () => {
  for (const [squared, v] of [
    [4, 0.7],
    [6, 0.9],
    [9, 0.5],
  ] as const) {
    const worlds = ways(squared, 2).map((m) => together(m.map((change) => gaussian(v, change, 20))));
    covers({ kind: 'discrete-gaussian', variance: `${v}`, squaredL2: `${squared}`, times: 1 }, worlds, `s = ${squared}, v = ${v}`, 10);
  }
});

test('discrete Laplace noise: a change spread over several values costs no more than one in a single value', () => {
  for (const [l1, scale] of [
    [2, 1],
    [3, 2],
    [4, 5],
    [6, 4],
  ] as const) {
    const worlds = ways(l1, 1).map((m) => together(m.map((change) => laplace(scale, change))));
    covers({ kind: 'discrete-laplace', scale: `${scale}`, l1: `${l1}`, times: 1 }, worlds, `m = ${l1}, scale ${scale}`);
    const single = worlds[0] as Losses;
    for (const world of worlds) assert.ok(deltaAt(world, 0.3) <= deltaAt(single, 0.3) + 1e-12);
  }
});

test('shares of discrete Gaussian noise: their sum, exactly convolved', () => {
  for (const [shares, v] of [
    [2, 1.5],
    [2, 4],
    [3, 2],
  ] as const) {
    const reach = Math.ceil(14 * Math.sqrt(shares * v));
    let sum = new Map<number, number>([[0, 1]]);
    for (let i = 0; i < shares; i++) {
      const next = new Map<number, number>();
      for (const [x, p] of sum)
        for (let y = -reach; y <= reach; y++) next.set(x + y, (next.get(x + y) ?? 0) + p * Math.exp((-y * y) / (2 * v)));
      sum = next;
    }
    const weight = (x: number): number => sum.get(x) ?? 0;
    const worlds = [[1], [1, 1]].map((m) => together(m.map((change) => noise(weight, change, reach))));
    const event = (changed: number): AccountedEvent => ({
      kind: 'summed-discrete-gaussian',
      shares,
      variance: `${v}`,
      squaredL2: `${changed}`,
      l1: `${changed}`,
      values: 5,
      times: 1,
    });
    covers(event(1), worlds.slice(0, 1), `${shares} shares of ${v}`, 2e-3);
    covers(event(2), worlds.slice(1), `${shares} shares of ${v} on two values`, 2e-3);
  }
  // Kairouz, Liu & Steinke 2021, Theorem 1: τ = 10·Σ e^(−2π²v·k/(k + 1)); ours is proved in the same way and smaller.
  for (const [shares, v] of [
    [2, 1],
    [3, 1.2],
    [10, 2],
  ] as const) {
    let tau = 0;
    for (let k = 1; k < shares; k++) tau += 10 * Math.exp((-2 * Math.PI ** 2 * v * k) / (k + 1));
    const ours = summedCloseness(shares, v) ?? Number.NaN;
    assert.ok(ours > tau / 10 && ours < tau);
  }
  const small = { kind: 'summed-discrete-gaussian', shares: 2, variance: '0.5', squaredL2: '1', l1: '1', values: 1, times: 1 } as const;
  assert.throws(() => epsilonOf([small], 1e-6), { code: 'budget/shares-too-small' });
});

test('noise so wide that results are gathered in blocks: the exact curve of discrete Laplace noise, and of continuous', () => {
  // P(x ≤ t) of noise of this rate.
  const atMost = (t: number, rate: number): number =>
    t < 0 ? Math.exp(rate * t) / (1 + Math.exp(-rate)) : 1 - Math.exp(-rate * (t + 1)) / (1 + Math.exp(-rate));
  for (const [scale, shift] of [
    [50_000, 50_000],
    [100_000, 30_000],
    [1_000_000, 2_500_000],
  ] as const) {
    const exact = (epsilon: number): number => {
      // Losses (m − 2x)/scale above ε are those of x below this.
      const last = Math.ceil((shift - epsilon * scale) / 2) - 1;
      return atMost(last, 1 / scale) - Math.exp(epsilon) * atMost(last - shift, 1 / scale);
    };
    for (const part of [0.05, 0.3, 0.7, 0.95]) {
      const epsilon = (part * shift) / scale;
      for (const kind of ['discrete-laplace', 'laplace'] as const) {
        const ours = deltaOf([{ kind, scale: `${scale}`, l1: `${shift}`, times: 1 }], epsilon);
        // The continuous curve differs by the chance of a single result.
        const slack = kind === 'laplace' ? 1e-9 : 1e-12;
        assert.ok(ours >= exact(epsilon) * (1 - slack), `${kind} ${scale} ${shift} ${epsilon}: ${ours} is below ${exact(epsilon)}`);
        assert.ok(ours <= exact(epsilon - 2e-4), `${kind} ${scale} ${shift} ${epsilon}: ${ours} for ${exact(epsilon)}`);
      }
    }
  }
});
