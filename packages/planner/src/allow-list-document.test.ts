/** docs/sql.md lists exactly what the planner admits. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { allowListDocument } from './allow-list-document.ts';

const file = new URL('../../../docs/sql.md', import.meta.url);
const [start, end] = [
  '<!-- allow-list: made from packages/planner/src/catalogue.ts; SLUIS_UPDATE=1 rewrites it -->',
  '<!-- end of allow-list -->',
];

test('docs/sql.md matches the catalogue', () => {
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(start);
  const [, after] = (rest ?? '').split(end);
  assert.ok(before !== undefined && after !== undefined, 'the markers are missing');
  const expected = `${before}${start}\n\n${allowListDocument()}\n${end}${after}`;
  if (process.env['SLUIS_UPDATE'] === '1') writeFileSync(file, expected);
  else assert.equal(text, expected);
});
