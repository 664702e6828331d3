import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { InvalidError } from '@sluis/base';
import { openDatabase } from './database.ts';
import { readTable } from './read-columns.ts';
import { sqlSource } from './source.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-csv-'));
});
after(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');

test('no row is left out or taken for something else, whatever it begins with', async () => {
  const hashes = await readTable(put('hashes.csv', `id,kind\n${lines(50, (i) => `${i % 5 === 0 ? '#' : ''}${i},a`)}`));
  assert.equal(hashes.columns[0]?.length, 50);
  assert.equal(hashes.columns[0]?.[0], '#0');
  const single = await readTable(put('single.csv', `#tag\n${lines(50, (i) => (i % 2 === 0 ? '#x' : "'t Hooft'"))}`));
  assert.deepEqual([single.names, single.columns[0]?.length, single.columns[0]?.[1]], [['#tag'], 50, "'t Hooft'"]);
  const words = await readTable(put('words.csv', `name,town\nann,Delft\nbob,Leiden\n`));
  assert.deepEqual(words, {
    names: ['name', 'town'],
    columns: [
      ['ann', 'bob'],
      ['Delft', 'Leiden'],
    ],
  });
});

test('quotes, line breaks and separators in fields are read also far behind the first rows', async () => {
  const late = await readTable(put('late.csv', `id,note\n${lines(60_000, (i) => (i === 50_000 ? `${i},"a, ""b""\nc"` : `${i},x`))}`));
  assert.equal(late.columns[1]?.length, 60_000);
  assert.equal(late.columns[1]?.[50_000], 'a, "b"\nc');
});

test('a byte order mark, line ends, separators and packing do not matter', async () => {
  const expected = {
    names: ['id', 'my, note'],
    columns: [
      ['01', '2'],
      ['a;b', null],
    ],
  };
  const text = '"id","my, note"\n01,"a;b"\n2,\n';
  for (const [name, content] of [
    ['plain.csv', text],
    ['crlf.csv', text.replaceAll('\n', '\r\n')],
    ['cr.csv', text.replaceAll('\n', '\r')],
    ['mark.csv', `\ufeff${text}`],
    ['packed.csv.gz', gzipSync(text)],
    ['packed.csv.zst', zstdCompressSync(text)],
    ['semicolons.csv', 'id;"my, note"\n01;"a;b"\n2;\n'],
    ['tabs.tsv', 'id\t"my, note"\n01\ta;b\n2\t\n'],
  ] as const) {
    assert.deepEqual(await readTable(put(name, content)), expected, name);
  }
  assert.deepEqual((await readTable(put('spaces.csv', ' id ; note\n1; a\n'))).names, ['id', 'note']);
  const long = put('long.csv.gz', gzipSync(`id,note\n${lines(200_000, (i) => `${i},${(i * 7919) % 100_003}`)}`));
  assert.equal((await readTable(long)).columns[0]?.length, 200_000);
});

test('what is wrong is said with its line and without any value', async () => {
  const refused = async (name: string, content: string | Uint8Array, about: RegExp, code = 'dataset/source') => {
    const error = await readTable(put(name, content)).then(
      () => assert.fail(`${name} was read`),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof InvalidError, name);
    assert.equal(error.code, code, name);
    assert.match(error.message, about, name);
    assert.doesNotMatch(`${error.message} ${error.remedy}`, /secret/, name);
  };
  await refused('empty.csv', '', /is empty/);
  await refused('blank.csv', '\nid,note\n1,secret\n', /empty first line/);
  await refused('twice.csv', 'id,note,ID\n1,secret,2\n', /"ID" stands twice/, 'dataset/duplicate-columns');
  await refused('title.csv', 'Report\nid,note\n1,secret\n', /Line 2 has 2 fields, the first line has 1\./);
  await refused('short.csv', 'id,note\nsecret\n1,a\n', /Line 2 has 1 field, the first line has 2\./);
  await refused('long.csv', 'id,note\n1,a\n2,secret,x\n', /Line 3 has 3 fields/);
  await refused('late.csv', `id,note\n${lines(60_000, (i) => (i === 50_000 ? 'secret' : `${i},x`))}`, /Line 50002 has 1 field/);
  await refused('latin.csv', Buffer.from('id,note\n1,secret\xe9\n', 'latin1'), /Line \d is not UTF-8/);
  await refused('latin-head.csv', Buffer.from('id,secr\xe9t\n1,a\n', 'latin1'), /is not UTF-8 text/);
  await refused('wide.csv', Buffer.from('\ufeffid,note\n1,secret\n', 'utf16le'), /UTF-16/);
  await refused('open.csv', 'id,note\n1,"secret\n2,b\n', /Line|line 2/);
  await refused('open-head.csv', 'id,"note\n1,secret\n', /first line that does not end/);
  await refused('behind.csv', 'id,"note" secret\n1,a\n', /behind a closing quote/);
  await refused('ends.csv', 'id,note\r\n1,secret\n2,b\r\n', /end in different ways/);
  await refused('broken.csv.gz', 'secret', /cannot be unpacked/);
  await refused('no.parquet', 'secret, and more of it than nothing', /no Parquet file/);
  await assert.rejects(readTable(folder.concat('/none.csv')), { code: 'dataset/source', message: /There is no file/ });
  await assert.rejects(readTable(folder), { code: 'dataset/source', message: /is a folder/ });
});

test('files that SQL names are read the same way, several and of different columns too', async () => {
  put('part-1.csv', `id,kind\n${lines(10, (i) => `${i % 2 ? '' : '#'}0${i},a`)}`);
  put('part-2.csv', 'kind;id;more\nb;0;x\n');
  using parser = await openDatabase({ threads: 1 });
  const source = await sqlSource(parser, `SELECT p.id AS code, kind FROM 'part-*.csv' AS p WHERE p.id <> '#00'`, folder);
  assert.equal(source.files.length, 2);
  using database = await openDatabase({ files: source.files });
  const rows = await database.text(source.sql);
  assert.equal(rows.length, 10);
  assert.deepEqual(rows.at(-1), ['0', 'b']);
  assert.deepEqual(rows[0], ['01', 'a']);
});
