/** Prio3: what a client's report and an aggregator's check of it cost in CPU time, one core, without a network. */
import { systemRandom, utf8 } from '@sluis/base';
import { type Prio3, prio3Count, prio3Histogram, prio3Sum, prio3SumVec, VERIFY_KEY_BYTES } from '@sluis/prio';
import type { Benchmark, Figure } from './figure.ts';

const prio: Benchmark = async ({ quick, only }) => {
  const seconds = quick ? 0.3 : 2;
  const kinds: [string, () => Figure[]][] = [
    ['count', () => figures('count', prio3Count(), true, seconds)],
    ['sum to 2^32', () => figures('sum to 2^32', prio3Sum(2n ** 32n - 1n), 77n, seconds)],
    ['histogram of 100', () => figures('histogram of 100', prio3Histogram(100), 42, seconds)],
    ['histogram of 1000', () => figures('histogram of 1000', prio3Histogram(1000), 42, seconds)],
    ['sums of 100 to 255', () => figures('sums of 100 to 255', prio3SumVec(100, 255n), Array<bigint>(100).fill(7n), seconds)],
  ];
  return kinds.filter(([name]) => only === null || name.includes(only)).flatMap(([, run]) => run());
};
export default prio;

/** How often something runs in a second of this process's CPU time. */
function rate(seconds: number, once: () => void): number {
  once();
  const begun = process.cpuUsage();
  for (let times = 1; ; times++) {
    once();
    const { user, system } = process.cpuUsage(begun);
    if ((user + system) / 1e6 > seconds) return times / ((user + system) / 1e6);
  }
}

function figures<V>(name: string, prio3: Prio3<V, unknown>, value: V, seconds: number): Figure[] {
  const [context, key] = [utf8('bench'), systemRandom.bytes(VERIFY_KEY_BYTES)];
  const report = prio3.shard(context, value, systemRandom);
  const check = (aggregator: number) =>
    prio3.verifyInit(key, context, aggregator, report.nonce, report.publicShare, report.inputShares[aggregator] as Uint8Array);
  const [leader, helper] = [check(0), check(1)];
  const shares = [leader.verifierShare, helper.verifierShare];
  const message = prio3.verifierSharesToMessage(context, shares);
  const sum = prio3.aggregate();
  const bytes = [report.publicShare, ...report.inputShares].reduce((n, part) => n + part.length, report.nonce.length);
  return [
    { name: `${name}: client`, value: rate(seconds, () => prio3.shard(context, value, systemRandom)), unit: 'reports/s' },
    { name: `${name}: first aggregator`, value: rate(seconds, () => check(0)), unit: 'reports/s' },
    { name: `${name}: second aggregator`, value: rate(seconds, () => check(1)), unit: 'reports/s' },
    {
      name: `${name}: deciding and adding`,
      value: rate(seconds, () => {
        prio3.verifierSharesToMessage(context, shares);
        sum.add(prio3.verifyNext(leader.state, message));
      }),
      unit: 'reports/s',
    },
    { name: `${name}: report`, value: bytes, unit: 'bytes' },
  ];
}
