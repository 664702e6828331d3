/** The station's token and keys can't be read through a dataset. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { refuseOwnFiles } from './own-files.ts';

test('own files are refused by name and through a link; data beside them is not', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'sluis-own-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const name of ['token', 'unlock.secret', 'keys.sealed', 'state.db', 'state.db-wal', 'rows.csv'])
    writeFileSync(join(home, name), 'x');
  symlinkSync(join(home, 'token'), join(home, 'innocent.csv'));
  for (const name of ['token', 'unlock.secret', 'keys.sealed', 'state.db', 'state.db-wal', 'innocent.csv'])
    assert.throws(() => refuseOwnFiles(home, [join(home, 'rows.csv'), join(home, name)]), { code: 'dataset/own-file' });
  refuseOwnFiles(home, [join(home, 'rows.csv'), join(home, 'not-there.csv')]);
});
