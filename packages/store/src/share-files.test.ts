import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StationError } from '@sluis/base';
import { shareFiles } from './share-files.ts';

test('pieces are private, whole, replaced by the same name, and removed together', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'sluis-shares-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const files = shareFiles(home);
  const batch = 'ab'.repeat(16);
  assert.deepEqual(await files.list(), []);
  await files.put(batch, 0, new Uint8Array([1, 2, 3]));
  await files.put(batch, 12, new Uint8Array(70_000).fill(7));
  await files.put(batch, 0, new Uint8Array([4]));
  assert.deepEqual([...(await files.get(batch, 0))], [4]);
  assert.equal((await files.get(batch, 12)).length, 70_000);
  assert.deepEqual((await readdir(join(home, 'deposits', batch))).sort(), ['0', '12'], 'nothing half-written stays');
  assert.equal((await stat(join(home, 'deposits', batch, '0'))).mode & 0o077, 0);
  assert.equal((await stat(join(home, 'deposits'))).mode & 0o077, 0);
  await writeFile(join(home, 'deposits', 'stray'), '');
  assert.deepEqual(await files.list(), [batch]);
  await files.remove(batch);
  await files.remove(batch);
  assert.deepEqual(await files.list(), []);
  await assert.rejects(files.get(batch, 0), (e) => e instanceof StationError && e.code === 'store/failed');
});

test('names from elsewhere never lead out of the folder', async () => {
  const files = shareFiles('/nonexistent');
  for (const batch of ['../../etc', '', 'AB'.repeat(16), `${'ab'.repeat(16)}/x`])
    await assert.rejects(async () => files.put(batch, 0, new Uint8Array(1)), RangeError, batch);
  await assert.rejects(async () => files.get('ab'.repeat(16), -1), RangeError);
  await assert.rejects(async () => files.get('ab'.repeat(16), 0.5), RangeError);
});
