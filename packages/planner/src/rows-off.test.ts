/** How many rows noise moves a quantile, and `WITHIN 20 ROWS AT 95 PERCENT`, which asks for the noise that moves it no more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddedNoise } from '@sluis/budget';
import { divideRationals, multiplyRationals, parseRational, rational } from '@sluis/math';
import { outsideOf } from './calibrate-error.ts';
import { noisy, plan, refused, ROW } from './fixtures/noisy-questions.ts';
import { addedNoise } from './noise-parts.ts';
import { rowsOff } from './rows-off.ts';

const laplaceOf = (scale: number): AddedNoise => addedNoise('discrete-laplace', 'bits', rational(BigInt(scale)));

/** P(noise = x) of discrete Laplace noise of one curator. */
function probabilities(scale: number): readonly (readonly [number, number])[] {
  const [q, reach] = [Math.exp(-1 / scale), 25 * scale];
  return Array.from({ length: 2 * reach + 1 }, (_, i) => [i - reach, ((1 - q) / (1 + q)) * q ** Math.abs(i - reach)] as const);
}

/** P(some noisy count less its share of all is off by more than `rows`), over all sums of all noises. */
function leaves(scale: number, size: number, alpha: number, rows: number): number {
  const noise = probabilities(scale);
  let inside = 0;
  const most = 14 * scale * Math.ceil(Math.sqrt(size));
  for (let total = -most; total <= most; total++) {
    let open = new Map([[0, 1]]);
    for (let v = 0; v < size; v++) {
      const next = new Map<number, number>();
      for (const [at, p] of open)
        for (const [x, q] of noise) {
          const sum = at + x;
          if (v === size - 1 ? sum === total : Math.abs(sum - alpha * total) <= rows) next.set(sum, (next.get(sum) ?? 0) + p * q);
        }
      open = next;
    }
    inside += open.get(total) ?? 0;
  }
  return 1 - inside;
}

test('noise moves a quantile by more rows than said in at most 5 of 100 cases, and often by half as many', () => {
  for (const [scale, size, at] of [
    [1, 4, 5000],
    [2, 6, 5000],
    [1, 5, 2500],
  ] as const) {
    const rows = Number(rowsOff(laplaceOf(scale), { at, extreme: false, size }, 0.05));
    assert.ok(leaves(scale, size, at / 10_000, rows) <= 0.05, `${rows} rows at ${at}`);
    assert.ok(leaves(scale, size, at / 10_000, Math.floor(rows / 2)) > 0.05, `${rows} rows at ${at} are too many`);
  }
});

test('an error in rows becomes an epsilon before anything is looked at; a fifth more noise would exceed it', async () => {
  const wide = noisy(ROW, { required: false }, { level: { type: 'INTEGER', uses: ['aggregate'], bounds: ['0', '99'] } });
  for (const [sql, percent] of [
    ['SELECT median(level) AS m FROM incidents WITHIN 20 ROWS AT 95 PERCENT', '95'],
    ['SELECT sector, min(level) AS m, quantile_disc(level, 0.9) AS q FROM incidents GROUP BY sector WITHIN 40 ROWS AT 99 PERCENT', '99'],
    [
      'SELECT max(level) AS m, count(*) AS n FROM incidents WITH NOISE (delta = 1e-6, mechanism = gaussian) WITHIN 120 ROWS AT 95 PERCENT',
      '95',
    ],
  ] as const) {
    const { plan: made, explanation } = await plan(sql, wide);
    const noise = made.noise ?? assert.fail();
    const rows = BigInt(/WITHIN (\d+)/.exec(sql)?.[1] ?? 0);
    const parameter = parseRational(noise.histograms[0]?.parameter ?? '');
    const off = (by: bigint): bigint => {
      const added = addedNoise(
        noise.mechanism,
        noise.generation,
        divideRationals(multiplyRationals(parameter, rational(by)), rational(100n)),
      );
      const all = made.accumulators.flatMap(({ quantile }) =>
        quantile === undefined || quantile.end !== undefined
          ? []
          : [rowsOff(added, { at: quantile.at, extreme: quantile.rank !== undefined, size: 100 }, outsideOf(percent))],
      );
      return all.reduce((a, b) => (b - a > 0n ? b : a));
    };
    assert.ok(off(100n) <= rows, sql);
    assert.ok(off(noise.mechanism === 'discrete-laplace' ? 120n : 144n) > rows, sql);
    for (const { quantile } of made.accumulators) if (quantile?.rank !== undefined) assert.ok(2n * BigInt(quantile.rank) - 2n <= rows);
    const words = explanation.sentences.map((s) => s.text).join(' ');
    assert.match(words, new RegExp(`In ${percent} of 100 cases (it lies between the|.* is at most \\d+ rows off)`));
    assert.equal((await plan(made.sql, wide)).hash, (await plan(sql, wide)).hash, 'the printed question is the same one');
  }
});

test('the plain WITHIN stays refused for quantiles, with the spelling that can be kept; sums have no error in rows', async () => {
  const rows = (n: number) => new RegExp(`in its own unit depends on the data.*WITHIN ${n} ROWS AT 9\\d PERCENT`);
  for (const call of ['median(severity)', 'min(severity)', 'max(severity)', 'quantile_disc(severity, 0.1)'])
    await refused(`SELECT ${call} FROM incidents WITHIN 25 AT 95 PERCENT`, 'plan/unsupported', rows(25));
  await refused('SELECT median(severity) FROM incidents WITHIN 0.5 AT 90 PERCENT', 'plan/unsupported', rows(20));
  await refused('SELECT sum(severity) FROM incidents WITHIN 25 ROWS AT 95 PERCENT', 'plan/unsupported', /no number of rows.*MEDIAN/);
  await refused('SELECT avg(severity) FROM incidents WITHIN 25 ROWS AT 95 PERCENT', 'plan/unsupported', /no number of rows/);
  await refused(
    'SELECT max(severity) - min(severity) AS x FROM incidents WITHIN 25 ROWS AT 95 PERCENT',
    'plan/unsupported',
    /computed column "x"/,
  );
  await refused('SELECT median(severity) FROM incidents WITHIN 2.5 ROWS AT 95 PERCENT', 'plan/syntax', /not whole/);
  const { plan: counted } = await plan('SELECT count(*) AS n FROM incidents WITHIN 25 ROWS AT 95 PERCENT');
  const { plan: plain } = await plan('SELECT count(*) AS n FROM incidents WITHIN 25 AT 95 PERCENT');
  assert.deepEqual(counted.noise?.counts, plain.noise?.counts);
});
