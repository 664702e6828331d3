/** Noisy minima and maxima in a plan: at which rank they are found, why that suffices, and what explain says of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFinaliser } from '@sluis/engine';
import { divideRationals, parseRational, rational } from '@sluis/math';
import { agreementSchema, type PlanQuantile, type Plan, type Released } from '@sluis/model';
import { noisy, plan, refused, ROW } from './fixtures/noisy-questions.ts';
import { addedNoise } from './noise-parts.ts';
import { rankWithin } from './rows-off.ts';

const quantilesOf = ({ accumulators }: Plan): PlanQuantile[] => accumulators.flatMap(({ quantile }) => quantile ?? []);
const said = (explanation: { readonly sentences: readonly { readonly text: string }[] }): string =>
  explanation.sentences.map((s) => s.text).join(' ');

const QUESTION = `SELECT sector, min(severity) AS least, max(severity) AS most, max(severity) - min(severity) AS spread
  FROM incidents GROUP BY sector WITH NOISE (epsilon = 1)`;

test('a minimum and a maximum are found at a rank from both ends, in the same noisy bins and at the price of one count', async () => {
  const { plan: made, explanation } = await plan(QUESTION);
  assert.deepEqual(made.noise?.histograms, [{ sensitivity: '1', parameter: '1' }]);
  const [least, most, ...ends] = quantilesOf(made);
  const rank = String(rankWithin(addedNoise('discrete-laplace', 'shares', rational(1n)), 5, 0.05));
  assert.deepEqual([least?.at, least?.rank, most?.at, most?.rank], [0, rank, 10_000, rank]);
  // Both are in a column of two aggregates, and have one pair of ends each.
  assert.deepEqual(
    ends.map((q) => `${q.at} ${q.rank} ${q.end?.side}`),
    [`0 ${rank} low`, `0 ${rank} high`, `10000 ${rank} low`, `10000 ${rank} high`],
  );
  assert.deepEqual(
    made.columns.map((c) => c.name),
    ['sector', 'least', 'least_low', 'least_high', 'most', 'most_low', 'most_high', 'spread', 'spread_low', 'spread_high'],
  );
  const words = said(explanation);
  assert.match(
    words,
    new RegExp(`min\\("severity"\\) is not the very smallest value.*quantile near the end: about the ${rank}\\w\\w smallest`),
  );
  assert.match(words, new RegExp(`between the smallest value and the ${2 * Number(rank) - 1}\\w\\w smallest`));
  assert.match(words, /noise of 5 counts.*"least" is depends on the values.*at most \d+ rows before and beyond/s);
  assert.doesNotMatch(words, /drown max/);
});

test('where so little noise is asked for that the very smallest value is found, explain says so and promises nothing else', async () => {
  const { plan: made, explanation } = await plan('SELECT min(severity) AS x, max(severity) AS y FROM incidents WITH NOISE (epsilon = 10)');
  assert.deepEqual(
    quantilesOf(made).map((q) => q.rank),
    ['1', '1', '1', '1', '1', '1'],
  );
  const words = said(explanation);
  for (const [name, end] of [
    ['min', 'smallest'],
    ['max', 'largest'],
  ])
    assert.match(words, new RegExp(`${name}\\("severity"\\) is the very ${end} value, which is one row's own, in 95 of 100 cases`));
  assert.doesNotMatch(words, /is not the very|about the smallest/);
});

test('they need no use reveal, since the value of many rows is shown; exact ones do', async () => {
  const level = { level: { type: 'INTEGER', nullable: true, uses: ['aggregate'], bounds: ['0', '99'] } };
  const terms = noisy(ROW, { required: false }, level);
  await plan('SELECT min(level) AS x, max(level) FILTER (WHERE severity > 2) AS y FROM incidents WITH NOISE (epsilon = 1)', terms);
  await refused('SELECT min(level) FROM incidents', 'plan/column-use-missing', /"reveal"/, terms);
});

test('dates and declared texts have noisy minima too; a rank beyond the rows that there can be is said to drown', async () => {
  const days = { day: { type: 'DATE', uses: ['aggregate'], domain: { range: ['2026-01-01', '2026-12-31'] } } };
  const terms = noisy(ROW, { required: false }, days);
  const prepared = await plan(
    'SELECT min(day) AS first, max(sector) FILTER (WHERE severity > 1) AS last FROM incidents WITH NOISE (epsilon = 1)',
    terms,
  );
  assert.deepEqual(
    prepared.plan.columns.map((c) => c.type),
    ['DATE', 'DATE', 'DATE', 'VARCHAR', 'VARCHAR', 'VARCHAR'],
  );
  const { incidents } = terms.tables;
  const few = agreementSchema.parse({ ...terms, tables: { incidents: { ...incidents, maximum_rows: 40 } } });
  assert.match(
    said((await plan('SELECT min(day) AS first FROM incidents WITH NOISE (epsilon = 1)', few)).explanation),
    /Noise may drown min\("day"\).*at most 120/,
  );
});

test('what is opened becomes values of the column’s type, with an interval', async () => {
  const prepared = await plan('SELECT sector, max(severity) AS most FROM incidents GROUP BY sector WITH NOISE (epsilon = 1)');
  const { plan: made } = prepared;
  const released: Released = {
    passed: made.outputs.map(() => Uint8Array.of(1, 1, 1)),
    counts: made.contributions.map(() => [null, null, null]),
    accumulators: made.accumulators.map(({ quantile }) =>
      Array<bigint>(3).fill(quantile?.end === undefined ? 4n : quantile.end.side === 'low' ? 3n : 5n),
    ),
  };
  const { rows } = await createFinaliser().finalise(prepared, released);
  assert.deepEqual(
    rows.map((r) => r.slice(1).map(Number)),
    [1, 2, 3].map(() => [4, 3, 5]),
  );
});

/** P(noise = x) of discrete Laplace noise of one curator. */
function laplace(scale: number, reach: number): Map<number, number> {
  const q = Math.exp(-1 / scale);
  return new Map(Array.from({ length: 2 * reach + 1 }, (_, i) => [i - reach, ((1 - q) / (1 + q)) * q ** Math.abs(i - reach)]));
}

/** P(some sum of the first noises exceeds the bound in size), by the distribution of those that have not yet. */
function leaves(noise: ReadonlyMap<number, number>, steps: number, bound: number): number {
  let inside = new Map([[0, 1]]);
  for (let i = 0; i < steps; i++) {
    const next = new Map<number, number>();
    for (const [at, p] of inside)
      for (const [x, q] of noise) if (Math.abs(at + x) <= bound) next.set(at + x, (next.get(at + x) ?? 0) + p * q);
    inside = next;
  }
  return 1 - [...inside.values()].reduce((a, b) => a + b, 0);
}

test('the rank is one that noise in all bins together exceeds in at most 5 of 100 cases, and hardly larger than that needs', () => {
  for (const [scale, size] of [
    [1, 2],
    [2, 5],
    [4, 12],
    [3, 40],
  ] as const) {
    const rank = Number(rankWithin(addedNoise('discrete-laplace', 'bits', rational(BigInt(scale))), size, 0.05));
    const noise = laplace(scale, 30 * scale);
    assert.ok(leaves(noise, size - 1, rank - 1) <= 0.05, `${rank} of ${size} values`);
    // Three quarters of it, or the rank for noise of half the scale, would be left too often.
    assert.ok(size === 2 || leaves(noise, size - 1, Math.floor(rank * 0.75) - 1) > 0.05, `${rank} of ${size} values is too large`);
    const wrong = Number(
      rankWithin(addedNoise('discrete-laplace', 'bits', divideRationals(rational(BigInt(scale)), rational(2n))), size, 0.05),
    );
    assert.ok(size === 2 || leaves(noise, size - 1, wrong - 1) > 0.05);
  }
});

test('the rank follows from public facts: more values, less ε or more rows of a unit make it larger, and nothing else', async () => {
  const rankOf = async (sql: string, agreement = noisy()) => Number(quantilesOf((await plan(sql, agreement)).plan)[0]?.rank);
  const wide = (most: string) => noisy(ROW, { required: false }, { level: { type: 'INTEGER', uses: ['aggregate'], bounds: ['0', most] } });
  const [small, large] = [
    await rankOf('SELECT min(level) AS x FROM incidents WITH NOISE (epsilon = 1)', wide('99')),
    await rankOf('SELECT min(level) AS x FROM incidents WITH NOISE (epsilon = 1)', wide('9999')),
  ];
  // With the square root of the number of values.
  assert.ok(large > 9 * small && large < 11 * small, `${small} ${large}`);
  const dear = await rankOf('SELECT min(severity) AS x FROM incidents WITH NOISE (epsilon = 2)');
  const cheap = await rankOf('SELECT min(severity) AS x FROM incidents WITH NOISE (epsilon = 0.1)');
  assert.ok(cheap > 15 * dear, `${dear} ${cheap}`);
  for (const [mechanism, generation] of [
    ['laplace', 'bits'],
    ['gaussian', 'shares'],
    ['gaussian', 'bits'],
  ] as const) {
    const { plan: made } = await plan(
      `SELECT max(severity) AS x FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = ${mechanism})`,
      noisy(ROW, { required: false, generation }),
    );
    const { parameter } = made.noise?.histograms[0] ?? assert.fail();
    const expected = rankWithin(addedNoise(`discrete-${mechanism}`, generation, parseRational(parameter)), 5, 0.05);
    assert.equal(quantilesOf(made)[0]?.rank, String(expected));
  }
});
