import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothSides, broken } from './fixtures/both-sides.ts';

test('c = a·Δ ⊕ b for 11 million elements', async () => {
  assert.equal(broken(await bothSides(11_000_000, { threat: 'malicious' })), 0);
});
