/** A holder's folder that others of the machine may write into is not used. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { HolderFolder } from './holder-folder.ts';
import { NOTHING_KEPT } from './kept-keys.ts';

test('a folder that others may write into is refused, a new one is for its owner alone', async () => {
  const group = await loadRistretto();
  const parent = mkdtempSync(join(tmpdir(), 'sluis-holder-'));
  const open = (path: string) => new HolderFolder(path, group, new Uint8Array(32), systemClock);
  try {
    const path = join(parent, 'own');
    assert.deepEqual(open(path).kept(), NOTHING_KEPT);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    for (const mode of [0o720, 0o702, 0o777]) {
      chmodSync(path, mode);
      assert.throws(() => open(path), { code: 'pseudonyms/open-folder' }, mode.toString(8));
    }
    chmodSync(path, 0o755);
    open(path);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
