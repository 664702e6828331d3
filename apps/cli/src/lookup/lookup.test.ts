/** Parts of `sluis lookup` by themselves: addresses, recipes, values, counts on disk. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemRandom, toHex } from '@sluis/base';
import { formatAddress, parseAddress } from './address.ts';
import { QuestionCounts } from './question-counts.ts';
import { normaliserOf } from './recipe.ts';
import { typedValue } from './typed-value.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-lookup-'));
after(() => rmSync(folder, { recursive: true }));
const code = (expected: string) => (e: unknown) => (e as { code?: string }).code === expected;

test('an address carries both pins, and is refused in any other form', () => {
  const pins = { ownersKey: systemRandom.bytes(32), certificate: toHex(systemRandom.bytes(32)) };
  const text = formatAddress('[::1]:7420', pins);
  assert.deepEqual(parseAddress(text), { url: 'https://[::1]:7420/lookup/v1/', ...pins });
  const [place, fragment] = text.split('#') as [string, string];
  for (const wrong of [
    '',
    place,
    `${place}#`,
    text.slice(0, -1),
    `${text}A`,
    text.replace('https', 'http'),
    `${place}#${fragment.slice(1)}=`,
    `x#${fragment}`,
  ])
    assert.throws(() => parseAddress(wrong), code('usage/lookup-address'), wrong);
});

test('recipes with and without options', () => {
  assert.equal(normaliserOf(null)(' x '), 'x');
  assert.equal(normaliserOf('phone@1,country=NL')('06-12345678'), normaliserOf('phone@1,country=BE')('+31612345678'));
  assert.equal(normaliserOf('iban@1')('NL00'), null);
  assert.throws(() => normaliserOf('iban@9'), code('matching/unknown-recipe'));
  for (const wrong of ['phone@1', 'phone@1,county=NL', 'iban@1,country=NL', 'date@1,order=ymm'])
    assert.throws(() => normaliserOf(wrong), code('usage/recipe'), wrong);
});

test('values as JSON shows them', () => {
  assert.deepEqual(
    [typedValue('5', 'BIGINT'), typedValue('9007199254740993', 'BIGINT'), typedValue('1.50', 'DECIMAL(18,2)'), typedValue('1.5', 'DOUBLE')],
    [5, '9007199254740993', '1.50', 1.5],
  );
  assert.deepEqual(
    [typedValue('TRUE', 'BOOLEAN'), typedValue('2026-01-02 03:04:05', 'TIMESTAMP'), typedValue(null, 'BIGINT'), typedValue('5', null)],
    [true, '2026-01-02T03:04:05', null, '5'],
  );
});

test('counts are on disk, by client and window, and a nonce counts once', async () => {
  const path = join(folder, 'counts.db');
  const allowance = { identifiers: 10, windowSeconds: 60, total: 15 };
  const nonce = systemRandom.bytes(16);
  const charge = (client: string, identifiers: number, now = 0, n = systemRandom.bytes(16)) => ({ client, identifiers, now, nonce: n });
  let counts = new QuestionCounts(path);
  assert.equal(await counts.charge(charge('a', 8, 0, nonce), allowance), 'allowed');
  counts.close();
  counts = new QuestionCounts(path);
  assert.throws(() => new QuestionCounts(path), code('lookup/in-use'));
  assert.equal(await counts.charge(charge('b', 1, 0, nonce), allowance), 'replayed');
  assert.equal(await counts.charge(charge('a', 3), allowance), 'client-spent');
  assert.equal(await counts.charge(charge('a', 2), allowance), 'allowed');
  assert.equal(await counts.charge(charge('b', 6), allowance), 'all-spent');
  assert.equal(await counts.charge(charge('b', 5), allowance), 'allowed');
  assert.equal(await counts.charge(charge('a', 10, 60_000, nonce), allowance), 'allowed', 'another window');
  counts.close();
});
