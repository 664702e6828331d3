/** No allow-listed function can fail, whatever the row: a failing expression would be an oracle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { allowList, prepare, providerStatement } from './index.ts';
import { openDuckDb } from './fixtures/clear-run.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();

/** Arguments for functions that don't take the default ones (a number, then literals). */
const CALLS: Readonly<Record<string, string>> = {
  round: 'round(dbl, 2)',
  round_even: 'round_even(dbl, 2)',
  atan2: 'atan2(dbl, dbl)',
  greatest: 'greatest(int, big)',
  least: 'least(int, big)',
  pi: 'pi()',
  substring: 'substring(txt, 2, 3)',
  substr: 'substr(txt, 2)',
  left: 'left(txt, 2)',
  right: 'right(txt, 2)',
  replace: "replace(txt, 'a', 'b')",
  translate: "translate(txt, 'a', 'b')",
  concat_ws: "concat_ws('-', txt, txt)",
  lpad: "lpad(txt, 5, ' ')",
  rpad: "rpad(txt, 5, ' ')",
  split_part: "split_part(txt, '-', 1)",
  position: "position('a' IN txt)",
  strpos: "strpos(txt, 'a')",
  instr: "instr(txt, 'a')",
  regexp_replace: "regexp_replace(txt, 'a', 'b')",
  like_escape: "txt LIKE 'a' ESCAPE '!'",
  not_like_escape: "txt NOT LIKE 'a' ESCAPE '!'",
  ilike_escape: "txt ILIKE 'a' ESCAPE '!'",
  not_ilike_escape: "txt NOT ILIKE 'a' ESCAPE '!'",
  '~~': "txt LIKE '%a%'",
  '!~~': "txt NOT LIKE '%a%'",
  '~~*': "txt ILIKE '%a%'",
  '!~~*': "txt NOT ILIKE '%a%'",
  '~~~': "txt GLOB 'a*'",
  '||': 'txt || txt',
  make_date: 'make_date(int, int, int)',
  date_part: "date_part('year', ts)",
  datepart: "datepart('month', ts)",
  date_trunc: "date_trunc('month', ts)",
  datetrunc: "datetrunc('month', ts)",
  date_add: 'date_add(ts, INTERVAL 3 MONTH)',
  strftime: "strftime(ts, '%Y-%m')",
  strptime: "strptime(txt, '%Y-%m-%d')",
  try_strptime: "try_strptime(txt, '%Y-%m-%d')",
  case: 'CASE WHEN int > 0 THEN dbl END',
  if: 'if(int > 0, dbl, 1)',
  ifnull: 'ifnull(dbl, 0)',
  coalesce: 'coalesce(dbl, 0)',
  nullif: 'nullif(dbl, 0)',
  '@': '@ int',
  length: 'length(txt)',
  epoch: 'epoch(ts)',
};
for (const name of ['date_diff', 'datediff', 'date_sub', 'datesub']) (CALLS as Record<string, string>)[name] = `${name}('day', day, ts)`;
for (const name of ['regexp_matches', 'regexp_full_match', 'regexp_extract', 'starts_with', 'prefix', 'ends_with', 'suffix', 'contains'])
  (CALLS as Record<string, string>)[name] = `${name}(txt, 'a')`;
for (const unit of ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'quarters'])
  (CALLS as Record<string, string>)[`to_${unit}`] = `ts + to_${unit}(3)`;

function calls(): string[] {
  const { arithmetic, number, text, pattern, date, condition, cast } = allowList();
  const pairs = [
    ['int', 'int'],
    ['big', 'big'],
    ['dec', 'dec'],
    ['dbl', 'dbl'],
    ['big', 'dec'],
    ['huge', 'huge'],
  ];
  const symbols = arithmetic.filter((a) => /^\W+$/.test(a)).flatMap((op) => pairs.map(([a, b]) => `${a} ${op} ${b}`));
  const named = arithmetic.filter((a) => /^\w+$/.test(a)).map((f) => `${f}(int, int)`);
  const numbers = number.flatMap((f) => (CALLS[f] === undefined ? ['int', 'big', 'dec', 'dbl'].map((x) => `${f}(${x})`) : [CALLS[f]]));
  const texts = [...text, ...pattern].map((f) => CALLS[f] ?? `${f}(txt)`);
  const dates = date.flatMap((f) => (CALLS[f] === undefined ? [`${f}(ts)`, `${f}(day)`] : [CALLS[f]]));
  const casts = cast
    .filter((t) => t !== 'INTERVAL')
    .flatMap((t) => ['txt', 'dbl', 'big', 'dec', 'huge'].map((x) => `CAST(${x} AS ${t === 'DECIMAL' ? 'DECIMAL(6,2)' : t})`));
  const mixed = [
    'day + int',
    'ts - INTERVAL 3 YEAR',
    'day - day',
    'txt < day::VARCHAR',
    'sqrt(ln(dbl) - 1) / int',
    'exp(exp(dbl)) * 0',
    '-int',
    '-big',
    'abs(-big)',
    'txt::BOOLEAN',
    'day BETWEEN ts AND ts',
    'day < ts',
    'day IN (ts, day)',
    'day + INTERVAL 1 MONTH',
    'day - ts',
    "date_trunc('month', day)",
    "strftime(day, '%Y')",
    'coalesce(day, ts)',
    'CASE WHEN paid THEN day ELSE ts END',
    'greatest(day, ts)',
    'nullif(ts, day)',
    'CAST(day AS TIMESTAMP)',
    'CAST(ts AS DATE)',
    "CAST('1' || txt AS INT) % 0",
  ];
  return [...symbols, ...named, ...numbers, ...texts, ...dates, ...condition.map((c) => CALLS[c] ?? ''), ...casts, ...mixed];
}

const uses = ['filter', 'aggregate', 'group', 'reveal'];
const column = (type: string) => ({ type, uses, nullable: true });
const agreement = sampleAgreement({
  columns: {
    int: column('INTEGER'),
    big: column('BIGINT'),
    dec: column('DECIMAL(18,4)'),
    dbl: column('DOUBLE'),
    txt: column('VARCHAR'),
    day: column('DATE'),
    ts: column('TIMESTAMP'),
  },
});
const WIDE = 'SELECT *, big * 3 AS huge FROM incidents';

test('every allow-listed function is total on extreme values, in filters and in sums', async () => {
  const db = await openDuckDb();
  await db.run(`CREATE TABLE incidents AS SELECT int::INTEGER AS int, big::BIGINT AS big, dec::DECIMAL(18,4) AS dec, dbl::DOUBLE AS dbl, txt::VARCHAR AS txt, day::DATE AS day, ts::TIMESTAMP AS ts, true AS paid FROM (VALUES
    (0, 0, 0, 0, '', '1970-01-01', '1970-01-01 00:00:00'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (-2147483648, -9223372036854775808, -99999999999999.9999, -1.7e308, 'aé🚢-nan', '0001-01-01', '0001-01-01 00:00:00'),
    (2147483647, 9223372036854775807, 99999999999999.9999, 1.7e308, '2024-02-30', '9999-12-31', '9999-12-31 23:59:59.999999'),
    (-1, -1, -0.0001, 5e-324, 'inf', '2024-02-29', '290000-01-01 00:00:00'),
    (7, 10, 1.5, -0.5, '1e999', '5000000-01-01', '2024-02-29 12:30:00')
  ) AS v(int, big, dec, dbl, txt, day, ts)`);
  const failures: string[] = [];
  for (const call of calls()) {
    for (const sql of [`SELECT count(*) FROM (${WIDE}) WHERE (${call}) IS NULL`, `SELECT sum(${call}) FROM (${WIDE})`]) {
      let statement: string;
      try {
        statement = providerStatement((await prepare({ sql, agreement, agreementId: 'a' }, engine)).plan);
      } catch (error) {
        const code = (error as RefusedError).code;
        const sums = sql.startsWith('SELECT sum');
        if (!(sums && /^plan\/(type-mismatch|no-bounds)$/.test(code))) failures.push(`${call}: ${(error as Error).message}`);
        continue;
      }
      await db.runAndReadAll(statement).catch((error: Error) => failures.push(`${call}: ${error.message.split('\n')[0]}\n  ${statement}`));
    }
  }
  assert.deepEqual(failures, []);
});
