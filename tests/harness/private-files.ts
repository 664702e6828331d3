/** Whether what Sluis keeps is for its owner alone. */
import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below `folder` has mode 0600 and every folder, itself included, 0700. @returns the names looked at. */
export function assertPrivate(folder: string): string[] {
  const names = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
  for (const name of names) {
    const found = lstatSync(join(folder, name));
    assert.equal((found.mode & 0o777).toString(8), found.isDirectory() ? '700' : '600', join(folder, name));
  }
  return names;
}
