/**
 * What each side of an intersection sees is independent of the other's items that do not match, and of how many they are below
 * the declared size: 24 runs with each of two sets, compared as `two-samples.ts` says with α = 1e-7 a test. Complete dependence
 * of a single bit has a p-value of 2/C(48, 24) ≈ 6e-14 before Bonferroni. To the sender's view belongs what it can compute of
 * guesses at the receiver's items. Planted leaks (no mask, padding that is not random) must be found. Correlations come from a dealer; the messages by which they are made have their own tests.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { type Random, systemRandom, utf8 } from '@sluis/base';
import type { PairOptions, TestLink } from '@sluis/model/fixtures';
import { type IntersectionTerms, type PackedItems, packItems, valueBytes } from '@sluis/psi';
import { dealtRun } from '../../packages/psi/src/fixtures/dealt-run.ts';
import { guessedBlocks } from '../../packages/psi/src/fixtures/sender-guesses.ts';
import { TrustedDealer } from '../../packages/psi/src/fixtures/trusted-dealer.ts';
import { compare, type RunView, shapeDifferences } from './two-samples.ts';

const [RUNS, ALPHA] = [24, 1e-7];
const COMMON = ['both-1', 'both-2', 'both-3'];
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

interface Case {
  readonly terms: IntersectionTerms;
  readonly sender: PackedItems;
  readonly receiver: PackedItems;
  readonly random?: Random;
  readonly dealer?: () => TrustedDealer;
}

/** What a sender may guess. */
const GUESSES = packItems([...names('few', 4), ...names('many', 4)]);

/** Before the values of a message: which one it is. */
const TAG = 16;

/**
 * Everything that one end sent, in order; but for the order of the sender's values, which follows from these themselves. Sorted,
 * neighbours would depend on each other, which the comparison takes for chance more often than it says.
 */
function sentBy(link: TestLink, terms: IntersectionTerms): RunView {
  return new Map(link.letters.map(({ step, body }, i) => [`${i} ${step}`, step === 'psi/values' ? mixed(body, valueBytes(terms)) : body]));
}

function mixed(body: Uint8Array, size: number): Uint8Array {
  const values = Array.from({ length: (body.length - TAG) / size }, (_, i) => body.subarray(TAG + i * size, TAG + (i + 1) * size));
  assert.deepEqual(values, [...values].sort(Buffer.compare), 'values are sorted');
  for (let i = values.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [values[i], values[j]] = [values[j] as Uint8Array, values[i] as Uint8Array];
  }
  return Buffer.concat([body.subarray(0, TAG), ...values]);
}

async function views(from: 0 | 1, { terms, sender, receiver, random, dealer }: Case): Promise<RunView[]> {
  const found: RunView[] = [];
  const options: PairOptions = { record: true };
  for (let run = 0; run < RUNS; run++) {
    const { links, positions } = await dealtRun(sender, receiver, terms, options, random, dealer?.());
    assert.equal(positions.length, COMMON.length);
    const view = new Map(sentBy(links[from], terms));
    if (from === 1 && terms.protocol === 'vole') view.set('guesses', await guessedBlocks(links, GUESSES, terms));
    found.push(view);
  }
  return found;
}

/** Two sets of the side whose messages are looked at: few others, and as many as declared, one of them three times. */
const setsOf = (declared: number) => ({
  few: packItems([...COMMON, ...names('few', 4)]),
  many: packItems([...COMMON, ...names('many', declared - 5), 'many-0', 'many-0']),
});
const OTHER = packItems([...COMMON, ...names('other', 9)]);

const termsOf = (protocol: IntersectionTerms['protocol'], threat: IntersectionTerms['threat'], declared: number): IntersectionTerms => ({
  context: utf8('one question'),
  protocol,
  threat,
  sizes: { sender: declared, receiver: declared },
});

const asReceiver = (terms: IntersectionTerms, receiver: PackedItems): Case => ({ terms, sender: OTHER, receiver });
const asSender = (terms: IntersectionTerms, sender: PackedItems): Case => ({ terms, sender, receiver: OTHER });

function independent(a: readonly RunView[], b: readonly RunView[]): void {
  assert.deepEqual(shapeDifferences([...a, ...b]), []);
  const { positions, worst, drift, bytes } = compare(a, b);
  assert.ok(positions > 14 * 64, 'messages vary');
  assert.ok(worst.p > ALPHA, worst.where);
  assert.ok(drift > ALPHA, `drift ${drift}`);
  assert.ok(bytes > ALPHA, `bytes ${bytes}`);
}

for (const [protocol, threat, declared] of [
  ['vole', 'semi-honest', 64],
  ['vole', 'malicious', 64],
  ['ddh', 'malicious', 14],
] as const) {
  const terms = termsOf(protocol, threat, declared);
  const { few, many } = setsOf(declared);
  test(`${protocol}, ${threat}: the sender's view does not depend on the receiver's items`, async () =>
    independent(await views(1, asReceiver(terms, few)), await views(1, asReceiver(terms, many))));
  test(`${protocol}, ${threat}: the receiver's view does not depend on items of the sender that it lacks`, async () =>
    independent(await views(0, asSender(terms, few)), await views(0, asSender(terms, many))));
}

const smallest = ({ worst, drift, bytes }: ReturnType<typeof compare>) => Math.min(worst.p, drift, bytes);
const TERMS = termsOf('vole', 'semi-honest', 64);
const SETS = setsOf(64);

test('planted leak: a store that is sent without a mask is found', async () => {
  const planted = { dealer: () => new TrustedDealer(systemRandom, { mask: false }) };
  const a = await views(1, { ...asReceiver(TERMS, SETS.few), ...planted });
  const b = await views(1, { ...asReceiver(TERMS, SETS.many), ...planted });
  assert.deepEqual(shapeDifferences([...a, ...b]), []);
  assert.ok(smallest(compare(a, b)) < ALPHA);
});

test('planted leak: padding that is not random is found', async () => {
  // Digests to fill up with, drawn for all 64; as those that are used are all the same, 56 values too: as many bytes as nothing else in a run.
  const planted: Random = {
    bytes: (count) => (count === 64 * 32 || count === 56 * 8 ? new Uint8Array(count).fill(0x55) : systemRandom.bytes(count)),
  };
  const a = await views(0, { ...asSender(TERMS, SETS.few), random: planted });
  const b = await views(0, { ...asSender(TERMS, SETS.many), random: planted });
  assert.deepEqual(shapeDifferences([...a, ...b]), []);
  assert.ok(smallest(compare(a, b)) < ALPHA);
});
