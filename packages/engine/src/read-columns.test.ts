/** Columns of files as text, with the type that their values have. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readColumns, readTable, requireColumns } from './read-columns.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-columns-'));
after(() => rmSync(folder, { recursive: true }));

test('columns come in the order asked, text unchanged, with their type', async () => {
  writeFileSync(join(folder, 'a.csv'), 'id,code,n,amount\nx,007,1,1.50\n"a,""b",,2,2.00\n é ,1,,3.25\n');
  const [n, id, code, amount] = await readColumns('a.csv', ['n', 'id', 'code', 'amount'], folder);
  assert.deepEqual(id, { type: 'VARCHAR', values: ['x', 'a,"b', ' é '] });
  assert.deepEqual(n, { type: 'BIGINT', values: ['1', '2', null] });
  assert.deepEqual(code, { type: 'VARCHAR', values: ['007', null, '1'] });
  assert.deepEqual(amount, { type: 'DECIMAL(18,2)', values: ['1.50', '2.00', '3.25'] });
});

test('many rows keep their order', async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => `k${i}`);
  writeFileSync(join(folder, 'b.csv'), `id\n${rows.join('\n')}\n`);
  assert.deepEqual((await readColumns('b.csv', ['id'], folder))[0]?.values, rows);
});

test('a column or file that is not there is named', async () => {
  const code = (expected: string) => (e: unknown) => (e as { code?: string }).code === expected;
  await assert.rejects(readColumns('a.csv', ['nope'], folder), code('dataset/no-column'));
  await assert.rejects(readColumns('none.csv', ['id'], folder), code('dataset/source'));
});

test('columns are found by the names that a shared table may call them, and what is lacking is named', async () => {
  writeFileSync(join(folder, 'names.csv'), 'E-mail,Id\nx,1\n');
  await requireColumns('names.csv', ['e_mail', 'id', 'ID'], folder);
  await assert.rejects(requireColumns('names.csv', ['id', 'mail'], folder), { code: 'dataset/no-column', remedy: 'It has: E-mail, Id.' });
});

test('a whole table keeps its columns, their order and its rows as they are written', async () => {
  writeFileSync(join(folder, 'whole.csv'), 'b,a b,c\n007,"x, y",\n1.50,,z\n');
  assert.deepEqual(await readTable('whole.csv', folder), {
    names: ['b', 'a b', 'c'],
    columns: [
      ['007', '1.50'],
      ['x, y', null],
      [null, 'z'],
    ],
  });
});
