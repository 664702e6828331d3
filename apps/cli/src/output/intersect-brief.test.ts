/** The few lines that people read before an intersection that nobody sees. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../messages/en.ts';
import { nl } from '../messages/nl.ts';
import type { HiddenWish } from '../sandbox/hidden-intersection.ts';
import { intersectBrief } from './intersect-brief.ts';
import { widthOf } from './paint.ts';

const sides = (n: number) => [...'ABCD'].slice(0, n).map((name) => ({ name, file: `${name}.csv`, key: ['id'] }));
const wish = (files: number, more: Partial<HiddenWish>): HiddenWish => ({
  ...{ sides: sides(files), mode: 'size', matching: null, value: null, threshold: null, ask: null },
  ...{ minimum: 0, threatModel: 'semi-honest', ...more },
});
const explanation = { sentences: [], cost: { rounds: 174, bytes: 859_000, seconds: 0.4 } };
const roles = { committee: ['A', 'B', 'helper'], receiver: 'helper' } as const;
const said = (of: HiddenWish, messages = en, width = 200) => intersectBrief(of, roles, explanation, messages, width);

test('what is computed is said of every mode', () => {
  const matching = { tables: ['a', 'b'] } as unknown as NonNullable<HiddenWish['matching']>;
  const cases: readonly (readonly [HiddenWish, RegExp])[] = [
    [wish(2, {}), /keys that both files have, each once\./],
    [wish(3, {}), /keys that all 3 files have/],
    [wish(3, { mode: 'union' }), /different keys in the 3 files together/],
    [wish(4, { mode: 'at-least', threshold: 2 }), /at least 2 of the 4 files/],
    [wish(2, { matching }), /rows of A that have a partner in B\./],
    [wish(2, { mode: 'sum', value: { side: 0, column: 'amount' } }), /rows of A that have a partner in B, and the sum of their amount/],
    [wish(2, { mode: 'sum', value: { side: 1, column: 'amount' } }), /rows of B that have a partner in A, and the sum of their amount/],
    [wish(2, { mode: 'flags' }), /rows of A that have a partner in B\./],
    [wish(2, { mode: 'flags', ask: 'SELECT 1' }), /your question, over the rows of A/],
  ];
  for (const [of, expected] of cases) assert.match(said(of), expected);
});

test('who learns it, when, what compute parties see and what it costs: a line or two each, in both languages', () => {
  const all = said(wish(2, { minimum: 50 }));
  assert.match(all, /helper, a station without data, learns the answer if at least 50 match; nobody/);
  assert.match(all, /A, B, helper compute on secret shares.* trusted to follow the protocol\./);
  assert.match(all, /About 400 ms, 859 kB and 174 rounds\. --explain/);
  assert.doesNotMatch(said(wish(2, { threatModel: 'malicious' })), /trusted/);
  for (const messages of [en, nl]) {
    const shown = said(wish(2, { mode: 'sum', value: { side: 0, column: 'amount' }, minimum: 50 }), messages, 80).split('\n');
    assert.ok(shown.length <= 9, shown.join('\n'));
    for (const line of shown) assert.ok(widthOf(line) <= 80, line);
  }
});
