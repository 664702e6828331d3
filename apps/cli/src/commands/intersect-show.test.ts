import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeWrittenOtherwise } from './intersect-show.ts';

test('that keys are compared as written is said to people whose files have nothing in common, without a recipe', () => {
  const people = { format: 'table' } as const;
  assert.equal(mayBeWrittenOtherwise(0, people), true);
  assert.equal(mayBeWrittenOtherwise(1, people), false);
  assert.equal(mayBeWrittenOtherwise(null, people), false, 'below the minimum');
  assert.equal(mayBeWrittenOtherwise(0, { ...people, recipe: ['email@1'] }), false);
  assert.equal(mayBeWrittenOtherwise(0, { ...people, json: true }), false);
  for (const format of ['json', 'csv'] as const) assert.equal(mayBeWrittenOtherwise(0, { format }), false);
});
