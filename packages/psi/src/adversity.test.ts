/** What is refused, and with which reason: other terms, messages that were changed, and peers that go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError, systemRandom, utf8 } from '@sluis/base';
import { pairOfLinks } from '@sluis/model/fixtures';
import { dealtReceiver, dealtRun, dealtSender } from './fixtures/dealt-run.ts';
import { TrustedDealer } from './fixtures/trusted-dealer.ts';
import { intersectAsReceiver, intersectAsSender, type IntersectionTerms, packItems } from './index.ts';

const ITEMS = packItems(['a', 'b', 'c']);
const TERMS: IntersectionTerms = { context: utf8('run'), threat: 'malicious', protocol: 'vole', sizes: { sender: 3, receiver: 3 } };
const DDH: IntersectionTerms = { ...TERMS, protocol: 'ddh' };
const codeOf = (thrown: unknown) => (thrown instanceof SluisError ? thrown.code : String(thrown));

type Tamper = (from: 0 | 1, step: string, body: Uint8Array) => Uint8Array | null;

/** The code with which a run with changed messages ends. */
const ending = (terms: IntersectionTerms, tamper: Tamper): Promise<string> =>
  dealtRun(ITEMS, ITEMS, terms, { tamper }).then(() => 'an answer', codeOf);

const at =
  (step: string, change: (body: Uint8Array) => Uint8Array): Tamper =>
  (_from, found, body) =>
    found === step ? change(body) : body;

test('sides that mean something else find out before anything about items is sent', async () => {
  const others: readonly IntersectionTerms[] = [
    { ...TERMS, context: utf8('another run') },
    { ...TERMS, threat: 'semi-honest' },
    { ...TERMS, protocol: 'ddh' },
    { ...TERMS, sizes: { sender: 4, receiver: 3 } },
    { ...TERMS, sizes: { sender: 3, receiver: 4 } },
  ];
  for (const other of others) {
    const links = pairOfLinks({ record: true });
    const dealer = new TrustedDealer(systemRandom);
    const ends = await Promise.allSettled([
      dealtSender(links[0], ITEMS, TERMS, dealer, systemRandom),
      dealtReceiver(links[1], ITEMS, other, dealer, systemRandom),
    ]);
    for (const end of ends) assert.equal(end.status === 'rejected' ? codeOf(end.reason) : 'an answer', 'psi/other-terms');
    for (const link of links) {
      assert.deepEqual(
        link.letters.map((l) => l.step),
        ['psi/greeting'],
      );
    }
  }
  const [left, right] = pairOfLinks();
  const twoSenders = [left, right].map((link) => dealtSender(link, ITEMS, TERMS, new TrustedDealer(systemRandom), systemRandom));
  for (const end of await Promise.allSettled(twoSenders)) {
    assert.equal(end.status === 'rejected' ? codeOf(end.reason) : 'an answer', 'psi/other-terms');
  }
});

test('terms and items that cannot be kept are refused before anything is sent', async () => {
  const [link] = pairOfLinks();
  const sending = (terms: Partial<IntersectionTerms>, items = ITEMS) =>
    intersectAsSender(link, items, { ...TERMS, ...terms }, systemRandom).then(() => 'an end', codeOf);
  assert.equal(await sending({ context: new Uint8Array(0) }), 'psi/bad-terms');
  assert.equal(await sending({ protocol: 'kkrt' as 'vole' }), 'psi/bad-terms');
  assert.equal(await sending({ threat: 'none' as 'malicious' }), 'psi/bad-terms');
  for (const size of [-1, 1.5, Number.NaN, 1e9]) {
    assert.equal(await sending({ sizes: { sender: 3, receiver: size } }), 'psi/bad-terms');
    assert.equal(await sending({ sizes: { sender: size, receiver: 3 } }), 'psi/bad-terms');
  }
  assert.equal(await sending({ sizes: { sender: 2, receiver: 3 } }), 'psi/too-many-items');
  const bytes = ITEMS.bytes;
  for (const offsets of [[], [1, 3], [0, 2], [0, 2, 1, 3], [0, 4]]) {
    assert.equal(await sending({}, { bytes, offsets: Uint32Array.from(offsets) }), 'psi/bad-items');
  }
  assert.equal(link.sent, 0);
  assert.equal(
    await intersectAsReceiver(link, ITEMS, { ...TERMS, sizes: { sender: 3, receiver: 2 } }, systemRandom).catch(codeOf),
    'psi/too-many-items',
  );
});

test('every message of other length is refused, in every step', async () => {
  for (const [terms, steps] of [
    [TERMS, ['psi/greeting', 'psi/seed', 'psi/store', 'psi/coin', 'psi/values']],
    [DDH, ['psi/greeting', 'psi/key', 'psi/points', 'psi/evaluated', 'psi/values']],
  ] as const) {
    for (const step of steps) {
      assert.equal(
        await ending(
          terms,
          at(step, (body) => body.subarray(1)),
        ),
        'wire/bad-length',
        `${step}, truncated`,
      );
      assert.equal(
        await ending(
          terms,
          at(step, (body) => new Uint8Array(body.length + 1)),
        ),
        'wire/bad-length',
        `${step}, longer`,
      );
    }
  }
});

test('messages of another run, and of another place in the same, are refused', async () => {
  for (const [terms, steps] of [
    [TERMS, ['psi/seed', 'psi/store', 'psi/coin', 'psi/values']],
    [DDH, ['psi/key', 'psi/points', 'psi/evaluated', 'psi/values']],
  ] as const) {
    const { links } = await dealtRun(ITEMS, ITEMS, terms, { record: true });
    const earlier = new Map(links.flatMap((link) => link.letters.map((letter) => [letter.step, letter.body] as const)));
    for (const step of steps) {
      assert.equal(
        await ending(
          terms,
          at(step, () => earlier.get(step) as Uint8Array),
        ),
        'psi/other-session',
        step,
      );
    }
  }
  const many = packItems(Array.from({ length: 600 }, (_, i) => `${i}`));
  const terms: IntersectionTerms = { ...DDH, threat: 'semi-honest', sizes: { sender: 1, receiver: 1_024 } };
  let first: Uint8Array | null = null;
  const tamper = at('psi/points', (body) => (first ??= body));
  assert.equal(await dealtRun(packItems(['1']), many, terms, { tamper }).catch(codeOf), 'psi/other-session');
});

test('a sender that opens another coin is found out', async () => {
  const opening = (body: Uint8Array) => body.map((byte, i) => (i === 16 ? byte ^ 1 : byte));
  assert.equal(await ending(TERMS, at('psi/coin', opening)), 'psi/changed-coin');
});

test('what is no element of the group, and what was computed with another key, is refused', async () => {
  const put = (step: string, bytes: Uint8Array) =>
    at(step, (body) => {
      const changed = body.slice();
      changed.set(bytes, 16);
      return changed;
    });
  const identity = new Uint8Array(32);
  const wrong = new Uint8Array(32).fill(0xff);
  for (const bytes of [identity, wrong]) {
    for (const terms of [DDH, { ...DDH, threat: 'semi-honest' } as const]) {
      assert.equal(await ending(terms, put('psi/points', bytes)), 'crypto/not-an-element');
      assert.equal(await ending(terms, put('psi/evaluated', bytes)), 'crypto/not-an-element');
    }
  }
  const swapped = at('psi/evaluated', (body) => {
    const changed = body.slice();
    changed.set(body.subarray(16, 48), 48);
    changed.set(body.subarray(48, 80), 16);
    return changed;
  });
  assert.equal(await ending(DDH, swapped), 'crypto/oprf-proof');
  const badProof = at('psi/evaluated', (body) => body.map((byte, i) => (i === body.length - 40 ? byte ^ 1 : byte)));
  assert.equal(await ending(DDH, badProof), 'crypto/oprf-proof');
});

test('a peer that goes ends the run at every step, and a new attempt works', async () => {
  for (const terms of [TERMS, DDH]) {
    const steps =
      terms.protocol === 'vole' ? ['psi/greeting', 'psi/seed', 'psi/store', 'psi/values'] : ['psi/key', 'psi/points', 'psi/evaluated'];
    for (const step of steps) {
      const links = pairOfLinks({
        tamper: (_from, found, body) => {
          if (found !== step) return body;
          for (const link of links) link.cut();
          return null;
        },
      });
      const dealer = new TrustedDealer(systemRandom);
      const ends = await Promise.allSettled([
        dealtSender(links[0], ITEMS, terms, dealer, systemRandom),
        dealtReceiver(links[1], ITEMS, terms, dealer, systemRandom),
      ]);
      const failures = ends.filter((end) => end.status === 'rejected').map((end) => codeOf(end.reason));
      assert.ok(failures.length > 0 && failures.every((code) => code === 'wire/disconnected'), `${step}: ${failures.join()}`);
    }
    const { positions } = await dealtRun(ITEMS, ITEMS, { ...terms, context: utf8('second attempt') });
    assert.deepEqual([...positions], [0, 1, 2]);
  }
});
