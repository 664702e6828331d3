/** Generated expressions, lowered to shared rows and evaluated row by row in the clear, against DuckDB on the same rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { agreementSchema, encodeCell, encodingsOf, tableColumn } from '@sluis/model';
import fc from 'fast-check';
import { openDuckDb } from './fixtures/clear-run.ts';
import { number, truth } from './fixtures/evaluate-expression.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const RUNS = Number(process.env['SLUIS_EXPRESSIONS'] ?? 60);
const uses = ['group', 'filter', 'aggregate', 'reveal'];
const DEFINITIONS = {
  a: { type: 'INTEGER', uses, nullable: true, bounds: [-20, 60] },
  k: { type: 'BIGINT', uses, bounds: [-1_000_000_000_000, 1_000_000_000_000] },
  d: { type: 'DECIMAL(9,2)', uses, nullable: true, bounds: ['-5000', '5000'] },
  f: { type: 'DOUBLE', uses, nullable: true, bounds: ['-40', '40'], scale: 3 },
  b: { type: 'BOOLEAN', uses, nullable: true },
  t: { type: 'DATE', uses, nullable: true, domain: { range: ['1969-11-20', '1970-04-10'] } },
  m: { type: 'TIMESTAMP', uses, domain: { range: ['1969-12-20 00:00:00', '1970-02-01 23:59:59'] } },
  s: { type: 'VARCHAR', uses, nullable: true, domain: { values: ['ox', 'Bee', 'ant', 'ape'] } },
  h: { type: 'VARCHAR', uses: ['filter', 'aggregate'], nullable: true },
};
const base = sampleAgreement();
const agreement = agreementSchema.parse({
  ...base,
  contributors: { ann: { identity: 'a'.repeat(64) } },
  tables: { beasts: { providers: [], deposits: { by: ['ann'] }, maximum_rows: 1000, columns: DEFINITIONS } },
});

/** Rows around every bound and sign, and some between. */
const ROWS: readonly Readonly<Record<string, string | null>>[] = Array.from({ length: 48 }, (_, i) => {
  const pick = <T>(list: readonly T[], step: number): T => list[(i * step + (i >> 3)) % list.length] as T;
  return {
    a: pick([null, '-20', '-1', '0', '1', '7', '59', '60', '-10'], 1),
    k: pick(['-1000000000000', '0', '1000000000000', '-1', '12345678901', '3'], 5),
    d: pick([null, '-5000.00', '-0.01', '0.00', '0.05', '0.50', '1.49', '5000.00', '-12.35', '-2.50'], 3),
    f: pick([null, '-40.0', '-0.5', '0.0', '0.125', '2.5', '39.999', '-2.001'], 3),
    b: pick([null, 'true', 'false'], 2),
    t: pick([null, '1969-11-20', '1969-12-31', '1970-01-01', '1970-02-28', '1970-03-01', '1970-04-10'], 5),
    m: pick(['1969-12-20 00:00:00', '1969-12-31 23:59:59', '1970-01-01 00:00:00', '1970-01-31 13:30:15', '1970-02-01 23:59:59'], 3),
    s: pick([null, 'ox', 'Bee', 'ant', 'ape'], 3),
    h: pick([null, 'fox', 'Fox', 'owl', ''], 2),
  };
});

/** Divisors that differ by row stand between « and »: where they are 0 the contract has NULL, and DuckDB infinity. */
const dividing = (sql: string): string => sql.replaceAll('«', 'nullif(').replaceAll('»', ', 0)');

const whole = fc.constantFrom('-3', '0', '1', '2', '7', '10', '100');
const leaf = fc.constantFrom(
  'a',
  'd',
  'f',
  'a',
  'd',
  'length(s)',
  'month(t)',
  "t - DATE '1970-01-01'",
  'hour(m)',
  'second(m)',
  'isodow(t)',
  '2',
  '0.5',
  '-1',
  'CAST(b AS INTEGER)',
  "date_diff('hour', TIMESTAMP '1970-01-01 00:00:00', m)",
  'dayofweek(m)',
  'minute(m)',
);
const { num, cond } = fc.letrec<{ num: string; cond: string }>((tie) => ({
  num: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.tuple(tie('num'), fc.constantFrom('+', '-'), tie('num')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    fc.tuple(tie('num'), whole).map(([x, c]) => `(${x} * ${c})`),
    fc.tuple(tie('num'), fc.constantFrom('2', '-3', '0.7')).map(([x, c]) => `(${x} / ${c})`),
    fc
      .tuple(fc.constantFrom('a', 'k', '(a + 3)'), fc.constantFrom('//', '%'), fc.constantFrom('7', '-3', '10'))
      .map(([x, op, y]) => `(${x} ${op} ${y})`),
    fc
      .tuple(
        fc.constantFrom('a', 'k', '(a + 3)', '(k - a)'),
        fc.constantFrom('//', '%'),
        fc.constantFrom('a', '(a - 7)', 'k', 'length(s)', '(5 - a)'),
      )
      .map(([x, op, y]) => `(${x} ${op} «${y}»)`),
    fc
      .tuple(
        fc.constantFrom('d', 'a', '(d - a)'),
        fc.constantFrom('a', 'd', 'k', 'length(s)', '(5 - a)', '(a - 7)', '(d + 0.01)', '(a * a + 1)'),
      )
      .map(([x, y]) => `(${x} / «${y}»)`),
    fc.tuple(fc.constantFrom('abs', 'sign', 'floor', 'ceil', 'round', 'trunc', '-'), tie('num')).map(([f, x]) => `${f}(${x})`),
    fc.tuple(fc.constantFrom('greatest', 'least', 'coalesce', 'nullif'), tie('num'), tie('num')).map(([f, x, y]) => `${f}(${x}, ${y})`),
    fc.tuple(tie('cond'), tie('num'), tie('num')).map(([c, x, y]) => `CASE WHEN ${c} THEN ${x} ELSE ${y} END`),
    fc.tuple(tie('cond'), tie('num')).map(([c, x]) => `CASE WHEN ${c} THEN ${x} END`),
    fc.constantFrom('round(d, 1)', 'CAST(d AS INTEGER)', 'CAST(a AS DECIMAL(9,3))', 'a ^ 2', 'CAST(a AS DOUBLE)', 'CAST(f AS INTEGER)'),
  ),
  cond: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(
      'b',
      'NOT b',
      "s = 'ox'",
      "s <> 'Bee'",
      "h = 'fox'",
      "h IN ('owl', '')",
      "h NOT IN ('Fox', NULL)",
      "upper(s) LIKE 'A%'",
      's IS NULL',
      'h IS NOT NULL',
      "t > DATE '1970-01-01'",
      't <= CAST(m AS DATE)',
      't < m',
      "m >= TIMESTAMP '1970-01-01 00:00:00'",
      "s IS DISTINCT FROM 'ant'",
      'b IS NOT DISTINCT FROM (a > 0)',
      'CAST(a AS BOOLEAN)',
      "date_trunc('month', t) = DATE '1970-01-01'",
      "lower(s) = 'bee' OR s > 'ap'",
    ),
    fc
      .tuple(tie('num'), fc.constantFrom('=', '<>', '<', '>', '<=', '>=', 'IS DISTINCT FROM'), tie('num'))
      .map(([x, op, y]) => `(${x} ${op} ${y})`),
    fc
      .tuple(
        fc.constantFrom('a', 'd', 'f', 'month(t)'),
        fc.constantFrom('BETWEEN -1 AND 7', 'IN (0, 1, 0.5)', 'NOT IN (7, -1, 2.5)', 'IN (1, NULL)'),
      )
      .map(([x, y]) => `${x} ${y}`),
    fc.tuple(tie('cond'), fc.constantFrom('AND', 'OR'), tie('cond')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    tie('cond').map((x) => `(NOT ${x})`),
    fc.tuple(tie('num'), fc.constantFrom('IS NULL', 'IS NOT NULL')).map(([x, y]) => `(${x}) ${y}`),
    fc.tuple(tie('cond'), tie('cond')).map(([x, y]) => `coalesce(${x}, ${y})`),
  ),
}));

test(`${RUNS} generated pairs of expressions mean on shared rows what they mean in DuckDB (seed ${seed})`, {
  timeout: 3_000_000,
}, async (t) => {
  const engine = createSqlEngine();
  const db = await openDuckDb();
  const columns = Object.entries(DEFINITIONS);
  const literals = ROWS.map((r, i) => `(${i}, ${columns.map(([c]) => (r[c] === null ? 'NULL' : `'${r[c]}'`)).join(', ')})`);
  const typed = columns.map(([c, { type }]) => `CAST(${c} AS ${type}) AS ${c}`);
  await db.run(
    `CREATE TABLE beasts AS SELECT i, ${typed.join(', ')} FROM (VALUES ${literals.join(', ')}) AS v(i, ${columns.map(([c]) => c).join(', ')})`,
  );
  const encoded = ROWS.map((r) => {
    const cells = encodingsOf(agreement.tables['beasts'] ?? { columns: {} }).map(({ column: c }): [string, bigint | null] => {
      const definition = agreement.tables['beasts']?.columns[tableColumn(c)];
      const text = r[tableColumn(c)] ?? null;
      const code = definition === undefined ? 'missing' : encodeCell(agreement.collaboration, c, definition, text);
      assert.ok(typeof code === 'bigint', `${c}: ${text}`);
      return [c, text === null ? null : code];
    });
    return [new Map(cells)];
  });
  const failures: string[] = [];
  let refused = 0;
  const samples = fc.sample(fc.record({ cond, num }), { seed, numRuns: RUNS });
  for (const sample of samples) {
    const asked = `SELECT count(*) FILTER (WHERE ${sample.cond}), sum(${sample.num}) FROM beasts`;
    const sql = asked.replaceAll(/[«»]/g, '');
    const prepared = await prepare({ sql, agreement, agreementId: 'a' }, engine).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      return error;
    });
    if (prepared instanceof RefusedError) {
      if (/over shared rows|no-bounds|type-mismatch|38 digits/.test(`${prepared.message} ${prepared.code}`)) refused++;
      else failures.push(`${sql}\n    ${prepared.message}`);
      continue;
    }
    const { plan } = prepared;
    const [counted, summed] = plan.aggregates;
    const condition = plan.rows?.contributions[counted?.contribution ?? -1] ?? null;
    const index = summed?.accumulators[0] ?? -1;
    const [measure, scale] = [plan.rows?.accumulators[index], plan.accumulators[index]?.scale ?? 0];
    assert.ok(measure !== undefined);
    const wanted = (
      await db.runAndReadAll(
        dividing(`SELECT CAST(TRY(${sample.cond}) AS BOOLEAN) IS TRUE, CAST(TRY(${sample.num}) AS DOUBLE) FROM beasts ORDER BY i`),
      )
    ).getRowsJson();
    encoded.forEach((row, i) => {
      const [yes, value] = [condition === null || truth(condition, row) === true, number(measure.expression, row)];
      const [wantedYes, wantedValue] = [wanted[i]?.[0] === true, wanted[i]?.[1] ?? null];
      const near =
        value !== null &&
        wantedValue !== null &&
        Math.abs(Number(value) / 10 ** scale - Number(wantedValue)) <=
          1e-9 * Math.max(1, Math.abs(Number(wantedValue))) + 0.51 * 10 ** -Math.max(scale, 6);
      if (yes !== wantedYes) failures.push(`row ${i}: ${sample.cond} is ${yes} instead of ${wantedYes}`);
      if (!near && (value !== null || wantedValue !== null))
        failures.push(`row ${i}: ${sample.num} is ${value} / 10^${scale} instead of ${wantedValue}`);
    });
  }
  t.diagnostic(`${refused} of ${RUNS} pairs are refused`);
  assert.deepEqual(failures.slice(0, 12), [], `seed ${seed}, ${failures.length} differences`);
  assert.ok(refused < 0.6 * RUNS, `${refused} of ${RUNS} refused`);
});
