import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError, toHex, utf8 } from '@sluis/base';
import { type KeyDefinition, keyOf, keyReader, packedAt, prepareKey } from './index.ts';

const BSN: KeyDefinition = { name: 'number', parts: [{ recipe: 'bsn@1' }] };
const COLUMN = ['111222333', '111222334', '', '111 222 333', null, '123456782', '12a'];

test('the report counts by reason and names repeated rows, and holds no value', () => {
  const { report, keys, keyOfRow, rejectedRows, repeatedRows } = prepareKey(BSN, [COLUMN], { repeated: 'once' });
  assert.deepEqual(report, {
    key: 'number',
    read: 7,
    accepted: 3,
    rejected: 4,
    reasons: [
      { part: 0, recipe: 'bsn@1', reason: 'characters', rows: 1 },
      { part: 0, recipe: 'bsn@1', reason: 'check-digit', rows: 1 },
      { part: 0, recipe: 'bsn@1', reason: 'missing', rows: 2 },
    ],
    distinct: 2,
    repeated: 1,
    surplus: 1,
  });
  assert.deepEqual(
    rejectedRows.map((r) => [...r.rows]),
    [[6], [1], [2, 4]],
  );
  assert.deepEqual(
    repeatedRows.map((r) => [...r]),
    [[0, 3]],
  );
  assert.deepEqual([...keyOfRow], [0, -1, -1, 0, -1, 1, -1]);
  assert.equal(keys.offsets.length, 3);
  assert.doesNotMatch(JSON.stringify(report), /1112|1234/);
});

test('the bytes of a key are frozen', () => {
  const key = keyOf(keyReader({ name: 'n', parts: [{ recipe: 'text@1' }, { recipe: 'date@1' }] }), ['Eé', '1980-04-03']);
  const expected = [1, 1, 0x6e, 2, 6, ...utf8('text@1'), 3, ...utf8('eé'), 6, ...utf8('date@1'), 8, ...utf8('19800403')];
  assert.equal(toHex(key as Uint8Array), toHex(Uint8Array.from(expected)));
  const { keys } = prepareKey({ name: 'n', parts: [{ recipe: 'text@1' }, { recipe: 'date@1' }] }, [['Eé'], ['1980-04-03']]);
  assert.deepEqual(packedAt(keys, 0), key);
});

test('conditions of the agreement refuse, in words without values', () => {
  const refused = (code: string) => (error: unknown) =>
    error instanceof InvalidError && error.code === code && !/1112|1234/.test(error.message + error.remedy);
  assert.throws(() => prepareKey(BSN, [COLUMN]), refused('matching/repeated'));
  assert.throws(() => prepareKey(BSN, [COLUMN], { rejected: 'refuse', repeated: 'once' }), refused('matching/rejected'));
  assert.doesNotThrow(() => prepareKey(BSN, [['111222333', null, '']], { rejected: 'refuse' }));
});

test('keys that make no sense are refused', () => {
  const refused = (code: string) => (error: unknown) => error instanceof InvalidError && error.code === code;
  const make =
    (...parts: KeyDefinition['parts'][number][]) =>
    () =>
      keyReader({ name: 'k', parts });
  assert.throws(make(), refused('matching/parts'));
  assert.throws(make(...Array.from({ length: 9 }, () => ({ recipe: 'text@1' }))), refused('matching/parts'));
  assert.throws(make({ recipe: 'text@2' }), refused('matching/unknown-recipe'));
  assert.throws(make({ recipe: 'toString' }), refused('matching/unknown-recipe'));
  assert.throws(make({ recipe: 'text@1', order: 'dmy' }), refused('matching/option'));
  assert.throws(make({ recipe: 'phone@1' }), refused('matching/option'));
  assert.throws(make({ recipe: 'phone@1', country: 'toString' }), refused('matching/option'));
  assert.throws(make({ recipe: 'integer@1', between: ['a', 'b'] }), refused('matching/option'));
  assert.throws(() => prepareKey(BSN, [['1'], ['2']]), RangeError);
});
