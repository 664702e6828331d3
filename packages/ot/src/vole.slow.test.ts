import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothSides, broken } from './fixtures/both-sides.ts';

for (const threat of ['semi-honest', 'malicious'] as const) {
  for (const count of [2, 896, 1000, 8192, 8193, 65_536, 1_100_000]) {
    test(`c = a·Δ ⊕ b for ${count} elements, ${threat}, in less than 3 MB`, async () => {
      const shares = await bothSides(count, { threat });
      assert.equal(broken(shares), 0);
      assert.ok(shares.sent.reduce((sum, bytes) => sum + bytes, 0) < 3_000_000);
    });
  }
}
