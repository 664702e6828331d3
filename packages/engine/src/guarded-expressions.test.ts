/** Found in a security review: what guards a failing expression must hold where the expression stands twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';

test('TRY guards what it holds, also where the same expression stands in two of them', async () => {
  using database = await openDatabase({ threads: 1 });
  await database.run("CREATE TABLE t AS SELECT 'a' AS x UNION ALL SELECT '5'");
  const twice = 'count(TRY(CAST(x AS INTEGER) + 1)) + count(TRY(CAST(x AS INTEGER) + 2))';
  assert.deepEqual(await database.text(`SELECT ${twice} FROM t`), [['2']]);
  await assert.rejects(database.text('SELECT sum(CAST(x AS INTEGER)) FROM t'), 'the control, without a guard, fails');
});
