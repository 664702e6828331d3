/** Receipts of intersections: digests of items, and every part whose change must be noticed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, SluisError, systemRandom, toHex } from '@sluis/base';
import { agreementId, type IntersectionReceipt } from '@sluis/model';
import { clientsTerms, SampleParties } from '@sluis/model/sample-parties';
import {
  commitOutcome,
  intersectionBodyDigest,
  intersectionEvent,
  itemsDigest,
  verifyIntersectionReceipt,
} from './intersection-receipt.ts';
import { Ledger } from './ledger.ts';
import { MemoryLogStorage } from './memory-storage.ts';

const clock: Clock = { now: () => Date.parse('2026-03-01T12:00:00Z') };
const NAMES = ['bank', 'insurer'] as const;
const ITEMS = [['a'], ['b']];

test('items are told apart by texts, parts and order, whatever their length', () => {
  const long = 'x'.repeat(70_000);
  const lists = [
    [],
    [['']],
    [[''], ['']],
    [['', '']],
    [['ab']],
    [['a', 'b']],
    [['a'], ['b']],
    [['b'], ['a']],
    [['é€🙂']],
    [[long]],
    [[`${long}x`]],
    [['a'], [long], ['b']],
  ];
  assert.equal(new Set(lists.map(itemsDigest)).size, lists.length);
  const many = Array.from({ length: 30_000 }, (_, i) => [`item ${i}`]);
  assert.equal(itemsDigest(many), itemsDigest(many.map((x) => [...x])));
  assert.notEqual(itemsDigest(many), itemsDigest(many.slice(1)));
});

async function genuine(): Promise<IntersectionReceipt> {
  const parties = new SampleParties(NAMES);
  const agreement = parties.agreement(clientsTerms(NAMES, { minimum: 2 }));
  const run = 'ab'.repeat(16);
  const salt = systemRandom.bytes(32);
  const outcome = { below_minimum: false, size: ITEMS.length, digest: itemsDigest(ITEMS) };
  const body: IntersectionReceipt['body'] = {
    format: 'sluis-intersection-receipt/1',
    run,
    attempt: 1,
    collaboration: 'test',
    agreement: agreementId(agreement),
    intersection: 'clients',
    asked_by: { organisation: 'bank', analyst: 'ana' },
    technique: { id: 'psi-vole', version: 1 },
    threat_model: 'semi-honest',
    inputs: Object.fromEntries(NAMES.map((n) => [n, { declared: 1024, commitment: 'c'.repeat(64) }])),
    results: { bank: toHex(commitOutcome(run, 'bank', salt, outcome)) },
    sent: { bank: 10, insurer: 20 },
    sandbox: false,
    finished: '2026-03-01T12:00:00.000Z',
  };
  const signatures: Record<string, string> = {};
  const log: IntersectionReceipt['log'] = {};
  for (const name of NAMES) {
    const { signer } = parties.of(name);
    const ledger = await Ledger.open({ storage: new MemoryLogStorage(), signer, origin: `sluis/${name}`, clock, random: systemRandom });
    const { index } = await ledger.append(intersectionEvent(body));
    log[name] = await ledger.prove(index);
    signatures[name] = toHex(await signer.sign('receipt', intersectionBodyDigest(body)));
  }
  const opening = { receiver: 'bank', salt: toHex(salt), outcome, items: ITEMS };
  return { body, signatures, agreement: { agreement, signatures: await parties.signatures(agreement) }, log, opening };
}

test('a genuine receipt holds, with and without its opening and its items', async () => {
  const receipt = await genuine();
  assert.deepEqual(verifyIntersectionReceipt(receipt).items, ITEMS);
  const { opening, ...closed } = receipt;
  assert.equal(verifyIntersectionReceipt(closed).outcome, null);
  assert.ok(opening !== undefined);
  const { items: _, ...digestOnly } = opening;
  assert.deepEqual(verifyIntersectionReceipt({ ...closed, opening: digestOnly }).outcome?.size, 2);
});

test('whatever is changed in a receipt is noticed', async () => {
  const receipt = await genuine();
  const other = await genuine();
  const { body, opening } = receipt;
  assert.ok(opening !== undefined);
  const changed: readonly (readonly [string, IntersectionReceipt, string])[] = [
    [
      'a size',
      { ...receipt, body: { ...body, inputs: { ...body.inputs, bank: { declared: 2048, commitment: 'c'.repeat(64) } } } },
      'bad-signature',
    ],
    [
      'a commitment',
      { ...receipt, body: { ...body, inputs: { ...body.inputs, bank: { declared: 1024, commitment: 'd'.repeat(64) } } } },
      'bad-signature',
    ],
    [
      'a size of no bucket',
      { ...receipt, body: { ...body, inputs: { ...body.inputs, bank: { declared: 1000, commitment: 'c'.repeat(64) } } } },
      'not-agreed',
    ],
    [
      'no commitment',
      { ...receipt, body: { ...body, inputs: { ...body.inputs, bank: { declared: 1024, commitment: null } } } },
      'not-agreed',
    ],
    ['a receiver', { ...receipt, body: { ...body, results: { insurer: body.results['bank'] ?? '' } } }, 'not-agreed'],
    ['the threat model', { ...receipt, body: { ...body, threat_model: 'malicious' } }, 'not-agreed'],
    ['the intersection', { ...receipt, body: { ...body, intersection: 'others' } }, 'not-agreed'],
    ['a missing signature', { ...receipt, signatures: { bank: receipt.signatures['bank'] ?? '' } }, 'bad-signature'],
    [
      'a swapped signature',
      { ...receipt, signatures: { ...receipt.signatures, insurer: receipt.signatures['bank'] ?? '' } },
      'bad-signature',
    ],
    ['another agreement', { ...receipt, agreement: other.agreement }, 'other-agreement'],
    [
      'another log',
      { ...receipt, log: { ...receipt.log, bank: receipt.log['insurer'] as NonNullable<(typeof receipt.log)[string]> } },
      'bad-checkpoint',
    ],
    ['the number of matches', { ...receipt, opening: { ...opening, outcome: { ...opening.outcome, size: 3 } } }, 'bad-opening'],
    ['an item', { ...receipt, opening: { ...opening, items: [['a'], ['c']] } }, 'bad-opening'],
    ['the order of items', { ...receipt, opening: { ...opening, items: [['b'], ['a']] } }, 'bad-opening'],
    ['the salt', { ...receipt, opening: { ...opening, salt: '0'.repeat(64) } }, 'bad-opening'],
    ['whose opening it is', { ...receipt, opening: { ...opening, receiver: 'insurer' } }, 'bad-opening'],
  ];
  for (const [what, given, code] of changed)
    assert.throws(
      () => verifyIntersectionReceipt(given),
      (e) => e instanceof SluisError && e.code === `receipt/${code}`,
      what,
    );
});
