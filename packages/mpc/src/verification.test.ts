import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderedVerifier, type Verifier } from './verification.ts';

/** A verifier that remembers what it was told and when it had to check; it fails once it has been told of product −1. */
function watched() {
  const log: (number | 'checked')[] = [];
  const verifier: Verifier = {
    recordProducts: (words) => void log.push(words),
    recordConjunctions: () => undefined,
    recordZeros: () => undefined,
    beforeReveal: async () => {
      if (log.includes(-1)) throw new Error('wrong');
      log.push('checked');
    },
  };
  const none = { mine: new BigUint64Array(0), next: new BigUint64Array(0) };
  return { log, ordered: new OrderedVerifier(verifier), product: (n: number) => (v: Verifier) => v.recordProducts(n, none, none, none) };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

test('a reveal waits for the products of strands that were numbered before it, and for none that come after', async () => {
  const { log, ordered, product } = watched();
  const [earlier, revealing, later] = [ordered.order.strand(), ordered.order.strand(), ordered.order.strand()];
  const inner = earlier.strand();
  later.add(product(9));
  later.close();
  revealing.add(product(3));
  let revealed = false;
  const reveal = ordered.beforeReveal(revealing).then(() => {
    revealed = true;
  });
  await soon();
  assert.deepEqual([revealed, log], [false, []]);
  inner.add(product(1));
  inner.close();
  await ordered.settle();
  await soon();
  assert.deepEqual([revealed, log], [false, [1]], 'the strand around it may still multiply');
  earlier.add(product(2));
  earlier.close();
  await ordered.settle();
  await reveal;
  assert.deepEqual(log, [1, 2, 3, 'checked']);
  revealing.close();
  await ordered.settle();
  assert.deepEqual(log, [1, 2, 3, 'checked', 9]);
});

test('after a check has failed nothing is revealed any more', async () => {
  const { log, ordered, product } = watched();
  const [first, second] = [ordered.order.strand(), ordered.order.strand()];
  first.add(product(-1));
  await assert.rejects(ordered.beforeReveal(first), /wrong/);
  first.close();
  await assert.rejects(ordered.beforeReveal(second), /wrong/);
  await assert.rejects(ordered.settle(), /wrong/);
  assert.ok(!log.includes('checked'));
});
