import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NAME } from '@sluis/model';
import { namesForValues, partyFiles, partyName } from './parties.ts';
import { freePorts } from './ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-parties-'));
after(() => rmSync(folder, { recursive: true }));
const code = (wanted: string) => (thrown: unknown) => (thrown as { code?: string }).code === wanted;

test('a folder gives one organisation per party file, in order', () => {
  for (const name of ['party_west.csv', 'party_north.parquet', 'all.csv', 'notes.txt']) writeFileSync(join(folder, name), 'a\n1\n');
  assert.deepEqual(partyFiles(folder, undefined), [
    { name: 'north', table: null, file: join(folder, 'party_north.parquet') },
    { name: 'west', table: null, file: join(folder, 'party_west.csv') },
  ]);
});

test('among tables of single owners a name may say which table, else a dot is part of the name', () => {
  const file = join(folder, 'all.csv');
  const given = [`north.claims=${file}`, `north.codes=${file}`, `south=${file}`];
  assert.deepEqual(
    partyFiles(undefined, given, true).map((p) => [p.name, p.table]),
    [
      ['north', 'claims'],
      ['north', 'codes'],
      ['south', null],
    ],
  );
  assert.equal(partyFiles(undefined, given)[0]?.name, 'north-claims');
  assert.throws(() => partyFiles(undefined, [given[0] ?? '', `North.Claims=${file}`], true), /Two tables are called "North.Claims"/);
});

test('named parties keep their order; missing files, doubles and mixtures are refused', () => {
  const file = join(folder, 'all.csv');
  assert.deepEqual(
    partyFiles(undefined, [`z=${file}`, `a=${file}`]).map((p) => p.name),
    ['z', 'a'],
  );
  for (const args of [
    [undefined, undefined],
    [folder, [`a=${file}`]],
    [undefined, ['a']],
    [undefined, [`a=${join(folder, 'none.csv')}`]],
    [undefined, [`a=${file}`, `A=${file}`]],
    [join(folder, 'none'), undefined],
  ] as const) {
    assert.throws(() => partyFiles(args[0], args[1]), code('usage/parties'));
  }
});

test('names are such as agreements accept, and all different', () => {
  for (const text of ['Zürich', '1990s', 'São Paulo (centro)', '', '—', 'x'.repeat(200)]) assert.match(partyName(text), NAME);
  assert.equal(partyName('Zürich'), 'Zurich');
  assert.equal(partyName('2'), 'p2');
  assert.deepEqual(namesForValues(['a b', 'A-b', null, '—']), ['a-b', 'A-b-2', 'none', 'party']);
});

test('free ports are different and can be listened on', async () => {
  const ports = await freePorts(12);
  assert.equal(new Set(ports).size, 12);
  await Promise.all(
    ports.map(
      (port) =>
        new Promise<void>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
        }),
    ),
  );
});
