import { test } from 'node:test';
import { assertStatedCosts } from './fixtures/stated-costs.ts';

for (const model of ['semi-honest', 'malicious'] as const)
  test(`every primitive costs what its formula states at every width to 128, ${model}`, { timeout: 3_600_000 }, () =>
    assertStatedCosts(
      model,
      Array.from({ length: 128 }, (_, i) => i + 1),
    ),
  );
