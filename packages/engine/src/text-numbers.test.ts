/** Numbers that come as text: whatever way they are written, they enter exactly or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColumnSpec, withTypedSql } from './column-check.ts';
import { openDatabase, quoteText } from './database.ts';

const spec = (type: string): ColumnSpec => ({
  name: 'x',
  source: 'x',
  sourceType: 'VARCHAR',
  type,
  nullable: true,
  domain: null,
  bounds: null,
});

async function typed(type: string, texts: readonly string[]): Promise<Record<string, string | null>> {
  using database = await openDatabase({ threads: 1 });
  const source = `SELECT unnest([${texts.map(quoteText).join(', ')}]) AS x`;
  const rows = await database.text(`SELECT x, CAST("sluis value x" AS VARCHAR) FROM (${withTypedSql(source, [spec(type)])})`);
  return Object.fromEntries(rows.map(([text, value]) => [text ?? '', value ?? null]));
}

test('whole numbers: leading zeros, signs, blanks and exponents are read; fractions and overflow are not', async () => {
  const expected = {
    '12': '12',
    '-7': '-7',
    '0012': '12',
    '12.0': '12',
    '1e3': '1000',
    ' 12 ': '12',
    '12.5': null,
    '-0.4': null,
    '9223372036854775807': '9223372036854775807',
    '9223372036854775808': null,
    '12a': null,
    '': null,
  };
  assert.deepEqual(await typed('BIGINT', Object.keys(expected)), expected);
  assert.deepEqual(await typed('INTEGER', ['2147483647', '2147483648']), { '2147483647': '2147483647', '2147483648': null });
});

test('decimals: as many places as agreed, or zeros behind them', async () => {
  const expected = {
    '1.25': '1.25',
    '-1.2': '-1.20',
    '7': '7.00',
    '1.250': '1.25',
    '1.255': null,
    '1234567.89': '1234567.89',
    '12345678.90': null,
    '1x25': null,
  };
  assert.deepEqual(await typed('DECIMAL(9,2)', Object.keys(expected)), expected);
});
