import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePrivate } from './files.ts';

test('a private file is private, also where a readable one stood before', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-files-'));
  try {
    const paths = [join(folder, 'fresh', 'a'), join(folder, 'b')];
    writeFileSync(paths[1] ?? '', 'something longer than the secret', { mode: 0o644 });
    for (const path of paths) {
      writePrivate(path, 'secret');
      assert.equal(readFileSync(path, 'utf8'), 'secret');
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
