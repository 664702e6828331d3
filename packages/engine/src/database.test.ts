import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';

const count = async (sql: string, options = {}): Promise<number> => {
  using database = await openDatabase(options);
  let rows = 0;
  for await (const chunk of database.chunks(sql)) rows += chunk.rowCount;
  return rows;
};

test('chunks hold all rows in their order and nothing else', async () => {
  for (const rows of [0, 1, 3, 2048, 2049, 100_000]) assert.equal(await count(`SELECT range AS a, range AS b FROM range(${rows})`), rows);
  using database = await openDatabase();
  const seen: unknown[] = [];
  for await (const chunk of database.chunks('SELECT a, a % 7 AS a FROM range(50_000) t(a) ORDER BY -a'))
    seen.push(...chunk.getColumnValues(0));
  assert.deepEqual(
    seen,
    Array.from({ length: 50_000 }, (_, i) => BigInt(49_999 - i)),
  );
});

test('a fault in the middle is not taken for the end', async () => {
  const failing = "SELECT CAST(CASE WHEN range = 900_000 THEN 'a' ELSE '1' END AS INTEGER) AS n FROM range(1_000_000)";
  await assert.rejects(count(failing), /broke off/);
  await assert.rejects(count(failing, { threads: 1 }), /broke off/);
  using database = await openDatabase();
  await assert.rejects(database.reasonOf(failing), /Conversion Error/);
  const interrupted = async () => {
    let rows = 0;
    for await (const chunk of database.chunks('SELECT * FROM range(1_000_000_000)')) {
      rows += chunk.rowCount;
      if (rows > 50_000) database.connection.interrupt();
    }
  };
  await assert.rejects(interrupted(), /broke off|INTERRUPT/);
});
