/** How long the committee takes over a noisy answer: to decide what is shown, and to release it, on secrets as in a run. */
import assert from 'node:assert/strict';
import { systemRandom } from '@sluis/base';
import { noiseOnSecrets } from '@sluis/dp/joint';
import { commitComponent, commitMask, encodeComponent, encodeMask } from '@sluis/ledger';
import { openingMasks, type Plan } from '@sluis/model';
import { simulateCommittee } from '@sluis/mpc/simulation';
import type { Committee } from '@sluis/technique';
import { constant, on, shareAll } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import { compareTimes, type TimeComparison, timedPairs } from './timed-pairs.ts';

export interface Timed {
  readonly plan: Plan;
  /** Rows of each provider in every group. */
  readonly rows: bigint;
  /** Up to where: the decision alone, or commitments to the opened cells as well. */
  readonly through: 'decision' | 'release';
  /** What a planted leak does where a cell is shown. */
  readonly onShown?: () => void;
}

export interface Taken {
  /** From the first party's start, with its shares in hand, to the last one's end. */
  readonly ms: number;
  readonly shown: number;
}

export async function timeTaken({ plan, rows, through, onShown }: Timed): Promise<Taken> {
  const given = constant(plan, (kind) => (kind === 'count' ? rows : kind === 'present' ? (rows === 0n ? 0n : 1n) : rows * 7n));
  const inputsOf = shareAll(plan, given);
  const { results } = await simulateCommittee(async (committee) => {
    const inputs = inputsOf(committee);
    const from = performance.now();
    const totals = await noiseOnSecrets.addNoise(committee, plan, await noiseOnSecrets.combine(committee, plan, inputs), systemRandom);
    const passes = await noiseOnSecrets.decide(committee, plan, inputs, totals);
    const decided = performance.now();
    const opened = await Promise.all(passes.map((p) => committee.openBits(p)));
    const shown = opened[0]?.reduce((a, b) => a + b, 0) ?? 0;
    const before = performance.now();
    if (committee.me === 0) for (let i = 0; i < shown; i++) onShown?.();
    const planted = performance.now() - before;
    if (through === 'release') await release(committee, plan, opened, totals);
    return { from, to: through === 'release' ? performance.now() : decided + planted, shown };
  });
  return { ms: Math.max(...results.map((r) => r.to)) - Math.min(...results.map((r) => r.from)), shown: results[0].shown };
}

const RUN = '0'.repeat(32);

/** Step 5 of the flow: what passed is gathered, re-randomised and committed to. */
async function release(
  committee: Committee,
  plan: Plan,
  passed: readonly Uint8Array[],
  totals: Awaited<ReturnType<typeof noiseOnSecrets.addNoise>>,
): Promise<void> {
  const masks = openingMasks(plan, passed);
  const places = (mask: Uint8Array) => Uint32Array.from(Array.from(mask, (bit, i) => (bit === 1 ? i : -1)).filter((i) => i >= 0));
  const columns = [
    ...masks.counts.map((mask, i) => committee.gather(totals.counts[i] ?? assert.fail(), places(mask))),
    ...masks.accumulators.map((mask, i) => committee.gather(totals.accumulators[i] ?? assert.fail(), places(mask))),
  ].filter((c) => c.length > 0);
  const fresh = columns.length === 0 ? [] : [committee.components(await committee.rerandomise(committee.concat(columns)))];
  const salt = systemRandom.bytes(32);
  commitMask(RUN, salt, encodeMask(passed));
  for (const { mine, next } of fresh) for (const part of [mine, next]) commitComponent(RUN, committee.me, salt, encodeComponent([part]));
}

/** Does nothing for so long. */
export function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Noise on a count and a sum. */
export const SIZES = { count: on('10'), sum: on('300', '30'), maximumRows: 1000 };

export interface Compared extends TimeComparison {
  /** Groups shown in all runs: of empty ones, and of full ones. */
  readonly shown: readonly [number, number];
}

/** Groups that are full, against empty ones. */
export async function emptyBesideFull(of: Omit<Timed, 'rows'>, pairs: number, tolerance: number, coin: () => number): Promise<Compared> {
  const shown: [number, number] = [0, 0];
  const timed = (rows: bigint, side: 0 | 1) => async () => {
    const taken = await timeTaken({ ...of, rows });
    shown[side] += taken.shown;
    return taken.ms;
  };
  return { ...compareTimes(await timedPairs(pairs, coin, timed(300n, 1), timed(0n, 0)), tolerance), shown };
}
