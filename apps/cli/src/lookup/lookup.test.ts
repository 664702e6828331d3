/** Parts of `sluis lookup` by themselves: addresses, recipes, values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, toHex } from '@sluis/base';
import { formatAddress, parseAddress } from './address.ts';
import { normaliserOf } from './recipe.ts';
import { typedValue } from './typed-value.ts';

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
