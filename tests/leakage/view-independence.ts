/** The claims about a compute party's view, and the controls that show what the tests would catch. */
import assert from 'node:assert/strict';
import { layoutOf } from '@sluis/model';
import * as data from '../seam/readings.ts';
import { CHANGED, COMMITTEE, type Experiment, held, type Observed, VERSIONS } from './observed-runs.ts';
import { type Comparison, compare, type RunView, shapeDifferences } from './two-samples.ts';

/**
 * α of each single test. A comparison makes three, and there are three observers: a false alarm in less than one of
 * a million runs of this suite, as long as the view is independent of the data.
 */
export const ALPHA = 1e-7;
/**
 * α of the numbers, by a bound that is far from sharp: 24 runs all above 24 others have a probability of 6e-14, where it gives
 * 4e-8. A smaller one would find nothing.
 */
const NUMBERS_ALPHA = 1e-5;

const bytesOf = (views: readonly Observed[]): RunView[] => views.map((v) => v.bytes);
const alarms = ({ worst, drift, bytes }: Comparison): string[] => [
  ...(worst.p < ALPHA ? [`worst ${worst.p} at ${worst.where}`] : []),
  ...(drift < ALPHA ? [`drift ${drift}`] : []),
  ...(bytes < ALPHA ? [`bytes ${bytes}`] : []),
];

export function assertIndependent({ views }: Experiment): string[] {
  return COMMITTEE.map((name) => {
    const [a, b] = views[name];
    assert.deepEqual(shapeDifferences(bytesOf([...a, ...b])), [], `${name}: lengths and order of messages`);
    for (const other of [...a, ...b]) assert.deepEqual(other.texts, a[0]?.texts, `${name}: the text of messages of structure`);
    assert.deepEqual(numberAlarms(a, b), [], `${name}: numbers in messages of structure`);
    const comparison = compare(bytesOf(a), bytesOf(b));
    assert.deepEqual(alarms(comparison), [], name);
    assert.ok(comparison.positions > 50_000, `${name}: there is something to compare (${comparison.positions} bits)`);
    const { positions, worst, drift, bytes } = comparison;
    return `${name}: ${positions} bits, p-values ${worst.p.toFixed(3)} (worst), ${drift.toFixed(3)} (drift), ${bytes.toFixed(3)} (bytes)`;
  });
}

/** Times, log positions and meters vary from run to run: none may lie higher over one version than over the other. */
function numberAlarms(a: readonly Observed[], b: readonly Observed[]): string[] {
  const slots = a[0]?.numbers.length ?? 0;
  for (const { numbers } of [...a, ...b]) assert.equal(numbers.length, slots);
  return Array.from({ length: slots }, (_, i) => i).flatMap((i) => {
    const z = rankDifference(
      a.map((v) => v.numbers[i] as number),
      b.map((v) => v.numbers[i] as number),
    );
    // Bonferroni over the slots; a normal variable exceeds z with probability below exp(−z²/2).
    return slots * 2 * Math.exp((-z * z) / 2) < NUMBERS_ALPHA ? [`number ${i}: z = ${z.toFixed(1)}`] : [];
  });
}

/** Standardised Wilcoxon rank sum, ties averaged. Source: Lehmann 1975. */
function rankDifference(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((v) => ({ v, first: true })), ...b.map((v) => ({ v, first: false }))].sort((x, y) => x.v - y.v);
  const n = all.length;
  let [sum, ties] = [0, 0];
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && all[j]?.v === all[i]?.v) j++;
    for (let k = i; k < j; k++) if (all[k]?.first === true) sum += (i + j + 1) / 2;
    ties += (j - i) ** 3 - (j - i);
    i = j;
  }
  const variance = ((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1)));
  return variance === 0 ? 0 : (sum - (a.length * (n + 1)) / 2) / Math.sqrt(variance);
}

/** The changed provider's vectors in the plan's layout: what must not show. */
function partials({ plan }: Experiment, version: 0 | 1): BigUint64Array[] {
  const own = VERSIONS[version];
  const columns = { count: own.rows, present: data.present(own), accumulator: data.sums(own) } as const;
  return layoutOf(plan).map((c) => BigUint64Array.from(columns[c.kind as keyof typeof columns], BigInt));
}

const random = (like: readonly BigUint64Array[]): BigUint64Array[] =>
  like.map((c) => new BigUint64Array(crypto.getRandomValues(new Uint8Array(8 * c.length)).buffer));

/** Control: the changed provider sends one compute party its plain partials where a component should be. */
export function assertFindsPlain(experiment: Experiment): void {
  const leaking = leak(experiment, (plain) => held(random(plain), plain));
  assert.notDeepEqual(alarms(compare(...leaking)), [], 'a plain partial is caught');
}

/** Control: it shares among two components that one party holds; each of them alone is uniformly random. */
export function assertFindsTooFewComponents(experiment: Experiment): void {
  const leaking = leak(experiment, (plain) => {
    const mine = random(plain);
    return held(
      mine,
      plain.map((c, i) => c.map((v, k) => v - (mine[i]?.[k] ?? 0n))),
    );
  });
  const comparison = compare(...leaking);
  assert.match(comparison.worst.where, /components, sum/, 'it shows in the sum only');
  assert.notDeepEqual(alarms(comparison), []);
}

/**
 * Control and power: a leak that makes one in fifty bits 1 with probability 3/4 instead of 1/2 over one version. With 24
 * runs of each it adds 3 to a summand of mean 1 at these positions: with M positions about 0.04·√M standard deviations
 * (20 for M = 250,000), so that its power is 1 for all purposes.
 */
export function assertFindsFaint({ views }: Experiment): void {
  const [a, b] = views.arbiter.map(bytesOf) as [RunView[], RunView[]];
  const faint = b.map(
    (view) =>
      new Map(
        [...view].map(([key, bytes]) => [key, bytes.map((byte, i) => (i % 50 === 0 ? byte | (Math.random() < 0.5 ? 0xff : 0) : byte))]),
      ),
  );
  assert.ok(compare(a, faint).drift < ALPHA, 'a faint leak is caught');
}

/**
 * Control: the tests keep their size. When runs are relabelled at random nothing depends on the label, and p-values lie
 * below 5 % in 5 % of cases: in more than 24 of 100 with probability below 1e-9 (1e-8 if it were 6 %). Fisher's test may be stricter.
 */
export function assertKeepsSize({ views }: Experiment): void {
  const runs = bytesOf(views.arbiter.flat());
  const low = { worst: 0, drift: 0, bytes: 0 };
  for (let time = 0; time < 100; time++) {
    const [a, b] = halves(runs);
    const { worst, drift, bytes } = compare(a, b);
    low.worst += Number(worst.p < 0.05);
    low.drift += Number(drift < 0.05);
    low.bytes += Number(bytes < 0.05);
  }
  for (const [name, count] of Object.entries(low)) assert.ok(count <= 24, `${name}: ${count} of 100 below 5 %`);
}

function halves(runs: readonly RunView[]): [RunView[], RunView[]] {
  const order = runs.map((run) => ({ run, at: Math.random() })).sort((x, y) => x.at - y.at);
  const half = runs.length / 2;
  return [order.slice(0, half).map((o) => o.run), order.slice(half).map((o) => o.run)];
}

/** What the party without data would have seen of the changed provider. */
function leak(experiment: Experiment, parts: (plain: readonly BigUint64Array[]) => [string, Uint8Array][]): [RunView[], RunView[]] {
  const [a, b] = experiment.views.arbiter.map((sample, version) =>
    sample.map(({ bytes }) => {
      const changed = new Map(bytes);
      for (const [what, part] of parts(partials(experiment, version as 0 | 1))) {
        assert.equal(part.length, bytes.get(`${CHANGED} ${what}`)?.length, 'a leak of the right shape');
        changed.set(`${CHANGED} ${what}`, part);
      }
      return changed;
    }),
  );
  return [a as RunView[], b as RunView[]];
}

/** Both versions really differ, and the same cells pass: what the committee may learn is the same. */
export function assertVersionsDiffer(): void {
  const [a, b] = VERSIONS;
  const differing = a.rows.filter((n, c) => n !== b.rows[c]).length;
  assert.ok(differing > data.REGIONS / 2, `${differing} cells differ`);
  assert.ok(data.present(a).filter((bit, c) => bit !== data.present(b)[c]).length > 20, 'in some the provider is present only once');
}
