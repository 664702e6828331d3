import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBase64, fromHex, utf8 } from '@sluis/base';
import { certificateValidity, seal, verifySignature } from '@sluis/crypto';
import { createKeyFile, openKeyFile } from './key-file.ts';

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-keys-'));
  try {
    await createKeyFile(folder, { name: 'delta', hosts: ['delta.example'], days: 30 });
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('keys sign, open and serve, and their card verifies', () =>
  withFolder(async (folder) => {
    const keys = await openKeyFile(folder);
    const signature = await keys.signer.sign('approval', utf8('yes'));
    assert.ok(verifySignature(fromHex(keys.card.identity), 'approval', utf8('yes'), signature));
    assert.ok(!verifySignature(fromHex(keys.card.identity), 'receipt', utf8('yes'), signature), 'another purpose');
    assert.ok(!verifySignature(fromHex(keys.card.identity), 'approval', utf8('no'), signature), 'another message');
    const box = seal(fromBase64(keys.card.sealing), utf8('share'), utf8('run 1'));
    assert.deepEqual(await keys.opener.open(box, utf8('run 1')), utf8('share'));
    await assert.rejects(keys.opener.open(box, utf8('run 2')), { code: 'crypto/cannot-open' });
    const { until } = certificateValidity(keys.tls.cert);
    assert.ok(Math.abs(until.getTime() - Date.now() - 30 * 86_400_000) < 60_000);
  }));

test('private keys stand nowhere in the file in the clear', () =>
  withFolder(async (folder) => {
    const keys = await openKeyFile(folder);
    const file = readFileSync(join(folder, 'keys.sealed'), 'latin1');
    assert.ok(!file.includes('PRIVATE KEY') && !file.includes(keys.tls.key.slice(40, 80)));
  }));

test('a wrong secret, a changed byte, open permissions and a second init are refused', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'keys.sealed');
    await assert.rejects(createKeyFile(folder, { name: 'delta', hosts: [], days: 1 }), { code: 'keys/exists' });
    const bytes = readFileSync(path);
    const changed = Buffer.from(bytes);
    changed[40] = (changed[40] ?? 0) ^ 1;
    writeFileSync(path, changed);
    await assert.rejects(openKeyFile(folder), { code: 'keys/cannot-open' });
    writeFileSync(path, bytes);
    const secret = readFileSync(join(folder, 'unlock.secret'));
    writeFileSync(join(folder, 'unlock.secret'), 'another secret');
    await assert.rejects(openKeyFile(folder), { code: 'keys/cannot-open' });
    writeFileSync(join(folder, 'unlock.secret'), secret);
    await openKeyFile(folder);
    chmodSync(path, 0o640);
    await assert.rejects(openKeyFile(folder), { code: 'keys/readable-by-others' });
    rmSync(path);
    await assert.rejects(openKeyFile(folder), { code: 'keys/missing', exitCode: 2 });
  }));
