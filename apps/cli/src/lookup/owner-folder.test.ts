/** The owner's folder: a crash while publishing leaves the old version; damage is noticed; secrets are the owner's alone. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { chunksOf } from '@sluis/lookup';
import { openDatabase, type ServeOptions } from './owned-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-owner-'));
after(() => rmSync(folder, { recursive: true }));
const register = join(folder, 'Watch list.csv');
const OPTIONS: ServeOptions = { on: 'id', client: [], limit: 10, limitAll: 100, window: 60, padTo: 1 };
const signal = new AbortController().signal;
const code = (expected: string) => (e: unknown) => (e as { code?: string }).code === expected;

test('a version is published whole or not at all', async () => {
  writeFileSync(register, 'id\na\nb\n');
  const first = await openDatabase(register, OPTIONS);
  assert.equal((await first.publish(signal)).publication.database, 'watch-list');
  const { path } = first.folder;
  for (const name of ['owner.json', 'records-1.bin']) assert.equal(statSync(join(path, name)).mode & 0o077, 0, name);
  // As a crash leaves it: everything of the next version is there but for the file that puts it in force.
  writeFileSync(join(path, 'records-2.bin'), 'half');
  writeFileSync(join(path, 'publication-2.json'), '{');
  writeFileSync(join(path, 'chunks', 'f'.repeat(64)), 'x');
  writeFileSync(register, 'id\na\nb\nc\n');
  const again = await openDatabase(register, OPTIONS);
  assert.equal(again.current().publication.version, 1);
  const made = await again.publish(signal);
  assert.deepEqual([made.publication.version, made.report.entries], [2, 3]);
  assert.deepEqual(new Set(readdirSync(join(path, 'chunks'))), new Set(chunksOf(made.publication)), 'what was left over is gone');
  assert.deepEqual(
    readdirSync(path)
      .filter((n) => n.includes('-'))
      .sort(),
    ['publication-2.json', 'records-2.bin'],
  );
  assert.equal(again.folder.chunk('../owner.json'), null);
});

test('cancelled before it is published, nothing changes', async () => {
  writeFileSync(register, 'id\na\nb\nc\nd\n');
  const database = await openDatabase(register, OPTIONS);
  await assert.rejects(database.publish(AbortSignal.abort()), code('run/cancelled'));
  assert.equal((await openDatabase(register, OPTIONS)).current().publication.version, 2);
});

test('a file that is not there leaves nothing behind', async () => {
  await assert.rejects(openDatabase(join(folder, 'none.csv'), OPTIONS), code('usage/lookup'));
  assert.deepEqual(
    readdirSync(folder).filter((n) => n.startsWith('none')),
    [],
  );
});

test('damage, other options and files that others can read are refused', async () => {
  await assert.rejects(openDatabase(register, { ...OPTIONS, database: 'other' }), code('usage/lookup'));
  await assert.rejects(openDatabase(register, { ...OPTIONS, home: folder }), code('usage/lookup'));
  const { path } = (await openDatabase(register, OPTIONS)).folder;
  writeFileSync(join(path, 'records-2.bin'), 'half');
  await assert.rejects(openDatabase(register, OPTIONS), code('lookup/damaged-folder'));
  chmodSync(join(path, 'owner.json'), 0o644);
  await assert.rejects(openDatabase(register, OPTIONS), code('lookup/damaged-folder'));
});
