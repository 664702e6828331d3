/** What a receiver's engine reads of its own texts: each different one once per column, only what is wanted, and no NULL. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { readTexts } from './provider-texts.ts';

test('texts of all columns that are asked for, as they stand, and only wanted ones', async () => {
  using database = await openDatabase({ threads: 1, memoryLimit: '200MB' });
  await database.run(`CREATE TABLE "a ""table" AS SELECT * FROM (VALUES
    ('x.test', 'ü'), ('x.test', NULL), ('', 'x.test'), (NULL, 'X.test'), ('other', 'ü')) AS v(host, "odd ""name")`);
  const asked: string[] = [];
  const read = (columns: string[], wanted: (t: string) => boolean, signal = new AbortController().signal) =>
    readTexts(database, 'a "table', columns, wanted, signal);
  const all = (t: string) => asked.push(t) > 0;
  assert.deepEqual((await read(['host'], all)).sort(), ['', 'other', 'x.test']);
  assert.deepEqual(asked.sort(), ['', 'other', 'x.test'], 'each is hashed once');
  assert.deepEqual((await read(['host', 'odd "name'], (t) => t.endsWith('.test'))).sort(), ['X.test', 'x.test', 'x.test']);
  assert.deepEqual(await read([], all), []);
  const controller = new AbortController();
  controller.abort(new Error('the run ended'));
  await assert.rejects(read(['host'], all, controller.signal), /the run ended/);
});
