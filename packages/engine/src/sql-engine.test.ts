import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from './sql-engine.ts';

const engine = createSqlEngine();
const refusedWith = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof RefusedError && error.code === code && text.test(error.message);

test('a statement survives parsing and printing', async () => {
  const ast = await engine.parse(
    "SELECT sector, sum(cost) FILTER (WHERE a <> 'it''s') AS total FROM t GROUP BY ALL ORDER BY 2 DESC LIMIT 3",
  );
  const printed = await engine.print(ast);
  assert.match(printed, /FILTER \(WHERE \(a != 'it''s'\)\)/);
  assert.equal(await engine.print(await engine.parse(printed)), printed);
});

test('a syntax error names line and column', async () => {
  await assert.rejects(engine.parse('SELECT a\nFROM WHERE'), refusedWith('plan/syntax', /near "WHERE" \(line 2, column 6\)/));
});

test('only one SELECT is accepted', async () => {
  for (const sql of [
    'SELECT 1; SELECT 2',
    '',
    '  -- nothing',
    'DROP TABLE t',
    "COPY (SELECT 1) TO 'x'",
    "ATTACH 'x'",
    'SET threads = 1',
    'INSTALL httpfs',
  ]) {
    await assert.rejects(engine.parse(sql), refusedWith('plan/syntax', /./), sql);
  }
});

test('values come back as text with their types', async () => {
  const table = await engine.evaluate(
    "SELECT 1 AS a, 1.50::DECIMAL(9,2) AS b, NULL::DATE AS c, 'x' AS a, 170141183460469231731687303715884105727 AS e",
  );
  assert.deepEqual(table.rows, [['1', '1.50', null, 'x', '170141183460469231731687303715884105727']]);
  assert.deepEqual(
    table.columns.map((c) => c.type),
    ['INTEGER', 'DECIMAL(9,2)', 'DATE', 'VARCHAR', 'HUGEINT'],
  );
});

test('an evaluated statement reaches no file, setting or extension', async () => {
  const attempts = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd.csv'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT getenv('HOME')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
  ];
  for (const sql of attempts) await assert.rejects(engine.evaluate(sql), refusedWith('plan/cannot-evaluate', /./), sql);
  for (const sql of ["SELECT 1) TO '/tmp/x'; COPY (SELECT 1", 'SELECT 1; CREATE TABLE t AS SELECT 1', 'PRAGMA database_list']) {
    await assert.rejects(engine.evaluate(sql), RefusedError, sql);
  }
});

test('large whole numbers and joins survive parsing and printing', async () => {
  const sql =
    'SELECT a FROM t , u WHERE (a = 9007199254740993) OR (a = -9223372036854775807) OR (a = 170141183460469231731687303715884105727)';
  const printed = await engine.print(await engine.parse(sql));
  for (const digits of ['9007199254740993', '9223372036854775807', '170141183460469231731687303715884105727'])
    assert.ok(printed.includes(digits), digits);
});
