import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, SluisError, systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { deal } from './dealing.ts';
import { type Bend, evaluate, generate, names, reshare, rotate, type Step } from './fixtures/ceremony.ts';
import {
  checkKeyShare,
  decodeKeyShare,
  encodeKeyShare,
  Holder,
  KeyGeneration,
  KeyResharing,
  KeyRotation,
  type KeyShare,
  Pseudonymiser,
  publicPart,
} from './index.ts';
import { knows, proveKnowledge } from './knowledge-proof.ts';

const group = await loadRistretto();
const refused =
  (code: string, party?: string) =>
  (error: unknown): boolean =>
    error instanceof SluisError && error.code === code && (party === undefined || error.party === party);
const flipped = (message: Uint8Array, i: number): Uint8Array => message.map((b, k) => (k === i ? b ^ 1 : b));
const at =
  (step: Step, from: number, change: (m: Uint8Array) => Uint8Array, to?: number): Bend =>
  (s, f, t, m) =>
    s === step && f === from && (to === undefined || t === to) ? change(m) : m;

const shares = generate(group, 3, 2);
const [first, second, third] = shares as [KeyShare, KeyShare, KeyShare];
const key = publicPart(first);
const records = [utf8('jan'), utf8('piet')];
const holder = (share: KeyShare) => new Holder(group, share, systemRandom);
const asker = new Pseudonymiser(group, key, systemRandom);

test('in key generation every deviation is caught, and its party named', () => {
  const run = (bend: Bend) => () => generate(group, 3, 2, { bend });
  assert.throws(run(at('to-each', 1, (m) => flipped(m, 0), 2)), refused('pseudonyms/share-invalid', 'org-2'));
  assert.throws(run(at('to-each', 1, () => new Uint8Array(32), 2)), refused('pseudonyms/share-invalid', 'org-2'));
  assert.throws(run(at('to-each', 1, () => new Uint8Array(31))), refused('pseudonyms/malformed', 'org-2'));
  assert.throws(run(at('commit', 0, (m) => flipped(m, 3))), refused('pseudonyms/changed', 'org-1'));
  assert.throws(run(at('commit', 0, (m) => m.subarray(1))), refused('pseudonyms/malformed', 'org-1'));
  assert.throws(run(at('to-all', 2, (m) => flipped(m, 70))), refused('pseudonyms/changed', 'org-3'));
  assert.throws(run(at('to-all', 2, (m) => concatBytes(m, m))), refused('pseudonyms/malformed', 'org-3'));
  assert.throws(run(at('confirm', 2, (m) => flipped(m, 0), 0)), refused('pseudonyms/not-the-same', 'org-3'));
});

test('a party that shows different messages to different parties is found out before anybody has a key', () => {
  const parties = names(3);
  const make = (me: string) =>
    new KeyGeneration(group, { purpose: 'research', parties, threshold: 2, session: utf8('s') }, me, systemRandom);
  const [one, two] = [make('org-1'), make('org-2')];
  // Two whole sides of org-3: the first speaks with org-1, the second with org-2; everything fits for each of them.
  const faces = [make('org-3'), make('org-3')] as const;
  const commits = faces.map((face) => [one.commit(), two.commit(), face.commit()]) as [Uint8Array[], Uint8Array[]];
  const [a, b] = [one.reveal(commits[0]), two.reveal(commits[1])];
  const shown = faces.map((face, i) => face.reveal(commits[i] as Uint8Array[]));
  const seen = [one, two].map((side, to) => {
    const third = shown[to] as (typeof shown)[number];
    return side.accept([a.toAll, b.toAll, third.toAll], [a.toEach[to], b.toEach[to], third.toEach[to]] as Uint8Array[]);
  }) as [Uint8Array, Uint8Array];
  for (const [i, side] of [one, two].entries())
    assert.throws(() => side.finish([seen[0], seen[1], seen[i] as Uint8Array]), refused('pseudonyms/not-the-same'));
});

test('a proof of knowledge holds for its element and prover alone', () => {
  const [secret, other] = [group.randomScalars(1, systemRandom), group.randomScalars(1, systemRandom)];
  const [element, copied] = [group.multiplyGenerator(secret), group.multiplyGenerator(other)];
  const proof = proveKnowledge(group, secret, element, utf8('org-1'), systemRandom);
  assert.ok(knows(group, element, proof, utf8('org-1')));
  assert.ok(!knows(group, element, proof, utf8('org-2')));
  assert.ok(!knows(group, copied, proof, utf8('org-1')));
  assert.ok(!knows(group, new Uint8Array(32), proof, utf8('org-1')));
  for (const i of [0, 31, 32, 63]) assert.ok(!knows(group, element, flipped(proof, i), utf8('org-1')));
  assert.ok(!knows(group, element, proof.slice(1), utf8('org-1')));
});

test('in rotation every deviation is caught, and its dealer named', () => {
  const factor = generate(group, 3, 2, { kind: 'rotation' });
  const dealers = ['org-3', 'org-1', 'org-2'];
  const run = (bend: Bend) => () => rotate(group, shares, factor, dealers, bend);
  assert.throws(run(at('to-each', 0, (m) => flipped(m, 0), 1)), refused('pseudonyms/share-invalid', 'org-3'));
  assert.throws(run(at('to-all', 1, (m) => flipped(m, 64))), refused('pseudonyms/proof-invalid', 'org-1'));
  assert.throws(
    run(at('to-all', 1, (m) => concatBytes(group.multiplyGenerator(group.randomScalars(1, systemRandom)), m.slice(32)))),
    refused('pseudonyms/proof-invalid', 'org-1'),
  );
  assert.throws(
    run(at('to-all', 1, (m) => concatBytes(m.slice(0, 32), new Uint8Array(32), m.slice(64)))),
    refused('pseudonyms/share-invalid', 'org-1'),
  );
  assert.throws(run(at('to-all', 1, (m) => m.slice(1))), refused('pseudonyms/malformed', 'org-1'));
  assert.throws(run(at('confirm', 1, (m) => flipped(m, 0), 0)), refused('pseudonyms/not-the-same', 'org-2'));
  assert.throws(() => rotate(group, shares, factor, ['org-1', 'org-2']), refused('pseudonyms/too-few'));
  assert.throws(() => rotate(group, shares, factor, ['org-1', 'org-2', 'org-2']), refused('pseudonyms/too-few'));
  const other = generate(group, 3, 2, { kind: 'rotation', epoch: 2 });
  assert.throws(() => new KeyRotation(group, first, other[0] as KeyShare, dealers), refused('pseudonyms/other-rotation'));
  assert.throws(() => new KeyRotation(group, first, first, dealers), refused('pseudonyms/other-rotation'));
});

test('in resharing every deviation is caught, and its dealer named', () => {
  const dealers = ['org-3', 'org-1'];
  const parties = ['org-1', 'org-3', 'org-4'];
  const run = (bend: Bend) => () => reshare(group, shares, parties, 3, dealers, bend);
  assert.throws(run(at('to-each', 0, (m) => flipped(m, 0), 1)), refused('pseudonyms/share-invalid', 'org-3'));
  assert.throws(run(at('to-each', 1, () => new Uint8Array(31))), refused('pseudonyms/malformed', 'org-1'));
  assert.throws(run(at('to-all', 1, (m) => m.slice(1))), refused('pseudonyms/malformed', 'org-1'));
  // Another secret than the old share, dealt faultlessly.
  const stranger = deal(group, group.randomScalars(1, systemRandom), 3, 3, systemRandom);
  const swap: Bend = (step, from, to, m) =>
    from !== 0 ? m : step === 'to-all' ? stranger.commitments : step === 'to-each' ? (stranger.shares[to] as Uint8Array) : m;
  assert.throws(run(swap), refused('pseudonyms/proof-invalid', 'org-3'));
  assert.throws(
    run(at('to-all', 1, (m) => concatBytes(m.slice(0, 32), new Uint8Array(32), m.slice(64)))),
    refused('pseudonyms/share-invalid', 'org-1'),
  );
  assert.throws(run(at('confirm', 2, (m) => flipped(m, 0), 0)), refused('pseudonyms/not-the-same', 'org-4'));
  for (const wrong of [['org-1'], ['org-1', 'org-1'], ['org-1', 'org-2', 'org-3']])
    assert.throws(() => reshare(group, shares, parties, 2, wrong), refused('pseudonyms/too-few'));
  assert.throws(() => reshare(group, shares, parties, 2, ['org-1', 'org-4']), refused('pseudonyms/setting'));
  assert.throws(() => reshare(group, shares, parties, 4, dealers), refused('pseudonyms/setting'));
  const side = (share: KeyShare) => () => new KeyResharing(group, key, { parties, threshold: 2, dealers, me: 'org-1', share });
  assert.throws(side(generate(group, 3, 2)[0] as KeyShare), refused('pseudonyms/other-key'));
  assert.throws(side({ ...first, secret: second.secret }), refused('pseudonyms/key-share'));
});

test('wrong answers are left out and named; too few good ones are refused', () => {
  const pending = asker.ask(records);
  const good = (share: KeyShare) => ({ holder: share.me, answer: holder(share).answer(pending.request, 'asker', 2) });
  const expected = evaluate(group, shares, records);
  // org-2 answers with another share: its proof is one of another key.
  const stranger = generate(group, 3, 2)[1] as KeyShare;
  const lying = { ...second, secret: stranger.secret };
  assert.throws(() => holder(lying), refused('pseudonyms/key-share'));
  const bent: [string, Uint8Array][] = [
    ['pseudonyms/proof-invalid', flipped(good(second).answer, 32 + 64 + 3)],
    ['pseudonyms/proof-invalid', concatBytes(good(second).answer.slice(0, 32), good(third).answer.slice(32))],
    ['pseudonyms/malformed', concatBytes(good(second).answer.slice(0, 32), new Uint8Array(32).fill(255), good(second).answer.slice(64))],
    ['pseudonyms/malformed', concatBytes(good(second).answer.slice(0, 32), new Uint8Array(32), good(second).answer.slice(64))],
    ['pseudonyms/malformed', good(second).answer.slice(1)],
    ['pseudonyms/other-key', flipped(good(second).answer, 0)],
  ];
  for (const [code, answer] of bent) {
    const { pseudonyms, faults } = asker.finish(pending, [good(first), { holder: 'org-2', answer }, good(third)]);
    assert.deepEqual(faults, [{ holder: 'org-2', fault: code }]);
    assert.deepEqual(pseudonyms, expected);
    assert.throws(() => asker.finish(pending, [good(first), { holder: 'org-2', answer }]), refused('pseudonyms/too-few', 'org-2'));
  }
  assert.throws(() => asker.finish(pending, [good(first)]), refused('pseudonyms/too-few'));
  assert.throws(() => asker.finish(pending, [good(first), good(first)]), RangeError);
  assert.throws(() => asker.finish(pending, [{ ...good(first), holder: 'org-9' }]), refused('pseudonyms/setting'));
  // Swapped elements of one answer: every element is right, the order is not.
  const { answer } = good(second);
  const swapped = concatBytes(answer.slice(0, 32), answer.slice(64, 96), answer.slice(32, 64), answer.slice(96));
  assert.deepEqual(asker.finish(pending, [good(first), { holder: 'org-2', answer: swapped }, good(third)]).faults, [
    { holder: 'org-2', fault: 'pseudonyms/proof-invalid' },
  ]);
});

test('a holder answers requests of its own key only, of the right form, and within the limit', () => {
  const { request } = asker.ask(records);
  const mine = holder(first);
  for (const allowed of [1, 0, -1, Number.NaN]) assert.throws(() => mine.answer(request, 'bank', allowed), refused('pseudonyms/limit'));
  assert.throws(() => mine.answer(request.slice(1), 'bank', 9), refused('pseudonyms/malformed', 'bank'));
  assert.throws(() => mine.answer(request.slice(0, 32), 'bank', 9), refused('pseudonyms/malformed', 'bank'));
  assert.throws(() => mine.answer(flipped(request, 0), 'bank', 9), refused('pseudonyms/other-key', 'bank'));
  // The identity; not canonical; negative, since the encoding of an element is even.
  for (const element of [new Uint8Array(32), new Uint8Array(32).fill(255), flipped(request.slice(32, 64), 0)])
    assert.throws(() => mine.answer(concatBytes(request.slice(0, 32), element), 'bank', 9), refused('crypto/not-an-element'));
  assert.throws(() => asker.ask([]), RangeError);
  assert.throws(() => asker.askNext(new Uint8Array(32)), TypeError);
});

test('pseudonyms of two purposes have nothing in common, even under one key', () => {
  const other = shares.map((s) => ({ ...s, purpose: 'billing' }));
  const [a, b] = [evaluate(group, shares, records), evaluate(group, other, records)];
  assert.notDeepEqual(a, b);
  // Not even a common factor: the quotients of two records differ.
  assert.notDeepEqual(group.subtract(a.slice(0, 32), a.slice(32)), group.subtract(b.slice(0, 32), b.slice(32)));
});

test('a share survives being written, and a changed file is refused', () => {
  assert.deepEqual(decodeKeyShare(group, encodeKeyShare(second)), second);
  const changed: Partial<Record<keyof KeyShare, unknown>>[] = [
    { secret: first.secret },
    { secret: new Uint8Array(32) },
    { secret: new Uint8Array(31) },
    { me: 'org-1' },
    { me: 'org-9' },
    { publicKey: first.publicShares.slice(0, 32) },
    { publicShares: concatBytes(second.publicShares.slice(0, 64), first.publicKey) },
    { publicShares: second.publicShares.slice(0, 64) },
    { threshold: 3 },
    { threshold: 1 },
    { epoch: 0 },
    { parties: ['org-1', 'org-1', 'org-2'] },
    { purpose: '' },
  ];
  for (const change of changed) {
    const bad = { ...second, ...change } as KeyShare;
    assert.throws(() => checkKeyShare(group, bad), /./, JSON.stringify(Object.keys(change)));
    assert.throws(() => decodeKeyShare(group, encodeKeyShare(bad)), SluisError);
  }
  for (const text of ['{}', 'null', '[]', '{"sluis_pseudonyms":1}', 'x'])
    assert.throws(() => decodeKeyShare(group, utf8(text)), SluisError);
});

test('settings that protect nothing are refused', () => {
  const make = (change: object) => () =>
    new KeyGeneration(group, { purpose: 'p', parties: names(3), threshold: 2, session: utf8('s'), ...change }, 'org-1', systemRandom);
  for (const change of [
    { threshold: 1 },
    { threshold: 4 },
    { threshold: 2.5 },
    { parties: ['a'] },
    { parties: ['a', 'a'] },
    { purpose: '' },
    { parties: ['x', 'y'] },
  ])
    assert.throws(make(change), refused('pseudonyms/setting'));
});
