/** What every `QuestionCounter` must do. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemRandom } from '@sluis/base';
import type { QuestionCounter } from './question-counter.ts';

const ALLOWANCE = { identifiers: 10, windowSeconds: 60, total: 15 };
const START = 1_790_000_040_000;
const ask = (client: string, identifiers: number, now: number, nonce = systemRandom.bytes(16)) => ({ client, identifiers, now, nonce });

/** `begin` makes an empty counter; `reopen` gives the same counts as after a restart, or the same counter if they don't outlive one. */
export function questionCounterContract(
  name: string,
  begin: (t: TestContext) => { readonly counter: QuestionCounter; readonly reopen: () => QuestionCounter },
): void {
  test(`${name}: counts are kept by client and window, and a nonce counts once`, async (t) => {
    const { counter, reopen } = begin(t);
    const nonce = systemRandom.bytes(16);
    assert.equal(await counter.charge(ask('a', 8, START, nonce), ALLOWANCE), 'allowed');
    const again = reopen();
    assert.equal(await again.charge(ask('b', 1, START, nonce), ALLOWANCE), 'replayed');
    assert.equal(await again.charge(ask('a', 3, START), ALLOWANCE), 'client-spent');
    assert.equal(await again.charge(ask('a', 2, START), ALLOWANCE), 'allowed');
    assert.equal(await again.charge(ask('b', 6, START), ALLOWANCE), 'all-spent');
    assert.equal(await again.charge(ask('b', 5, START + 59_999), ALLOWANCE), 'allowed');
    assert.equal(await again.charge(ask('a', 10, START + 60_000, nonce), ALLOWANCE), 'allowed', 'another window');
  });

  test(`${name}: what is refused counts nothing, and its nonce stays fresh`, async (t) => {
    const { counter } = begin(t);
    const nonce = systemRandom.bytes(16);
    assert.equal(await counter.charge(ask('a', 11, START, nonce), ALLOWANCE), 'client-spent');
    assert.equal(await counter.charge(ask('a', 10, START, nonce), ALLOWANCE), 'allowed');
  });

  test(`${name}: a clock that is set back gives no new allowance, and no nonce twice`, async (t) => {
    for (const back of [START - 1, START - 60_000, START - 86_400_000, 0]) {
      const { counter, reopen } = begin(t);
      const nonce = systemRandom.bytes(16);
      assert.equal(await counter.charge(ask('a', 10, START, nonce), ALLOWANCE), 'allowed');
      const again = reopen();
      assert.equal(await again.charge(ask('a', 1, back), ALLOWANCE), 'client-spent', `${back}`);
      assert.equal(await again.charge(ask('b', 1, back, nonce), ALLOWANCE), 'replayed');
      assert.equal(await again.charge(ask('a', 1, START + 1), ALLOWANCE), 'client-spent', 'and set right again');
      assert.equal(await again.charge(ask('a', 1, START + 60_000), ALLOWANCE), 'allowed', 'the window has passed');
    }
  });

  test(`${name}: a clock that was far ahead locks out for one window, also where all is refused meanwhile`, async (t) => {
    const { counter, reopen } = begin(t);
    const ahead = START + 50 * 31_536_000_000;
    assert.equal(await counter.charge(ask('a', 10, ahead), ALLOWANCE), 'allowed');
    assert.equal(await counter.charge(ask('a', 1, START), ALLOWANCE), 'client-spent');
    const again = reopen();
    assert.equal(await again.charge(ask('a', 1, START + 59_999), ALLOWANCE), 'client-spent');
    assert.equal(await again.charge(ask('a', 10, START - 5), ALLOWANCE), 'client-spent', 'further back: the wait begins anew');
    assert.equal(await again.charge(ask('a', 1, START + 59_994), ALLOWANCE), 'client-spent');
    assert.equal(await again.charge(ask('a', 10, START + 59_995), ALLOWANCE), 'allowed');
    assert.equal(await again.charge(ask('a', 1, START + 59_996), ALLOWANCE), 'client-spent');
  });

  test(`${name}: another length of windows takes effect when the one that has begun is over`, async (t) => {
    const { counter, reopen } = begin(t);
    assert.equal(await counter.charge(ask('a', 10, START), ALLOWANCE), 'allowed');
    const again = reopen();
    for (const windowSeconds of [1, 7, 86_400])
      assert.equal(await again.charge(ask('a', 1, START + 50_000), { ...ALLOWANCE, windowSeconds }), 'client-spent', `${windowSeconds}`);
    for (const back of [START - 70_000, START - 68_000])
      assert.equal(await again.charge(ask('a', 1, back), { ...ALLOWANCE, windowSeconds: 1 }), 'client-spent', 'set back as well');
    assert.equal(await again.charge(ask('a', 10, START + 60_000), { ...ALLOWANCE, windowSeconds: 1 }), 'allowed');
    assert.equal(await again.charge(ask('a', 10, START + 61_000), { ...ALLOWANCE, windowSeconds: 1 }), 'allowed');
  });
}
