import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readInput } from './connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-input-'));
after(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test('a byte order mark is no part of a text', () => {
  assert.equal(readInput(put('mark.txt', '\ufeffNL91\r\n')), 'NL91\r\n');
});

test('a file that is not there, a folder, and other text than UTF-8 are each called what they are', () => {
  assert.throws(() => readInput(join(folder, 'none.txt')), { code: 'usage/file-unreadable', message: /There is no file .*none\.txt/ });
  assert.throws(() => readInput(folder), { code: 'usage/file-unreadable', message: /is a folder/ });
  assert.throws(() => readInput(put('latin.txt', Buffer.from('caf\xe9', 'latin1'))), {
    code: 'usage/file-encoding',
    message: /latin\.txt is not UTF-8/,
  });
});
