/** One party lies once, in any message of any ceremony or answer: it is always caught, and named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError, systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { type Bend, evaluate, generate, names, reshare, rotate, type Step } from './fixtures/ceremony.ts';
import { Holder, Pseudonymiser, publicPart, type KeyShare } from './index.ts';

const RUNS = Number(process.env['SLUIS_TEST_RUNS'] ?? 3000);
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
/** xorshift32: the lies can be repeated, the secrets are fresh. */
let state = seed | 1;
const below = (n: number): number => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
};
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const KINDS = ['flip', 'zero', 'random', 'shorten', 'lengthen', 'element'] as const;
const group = await loadRistretto();

/** Another message than the one given. */
function lie(kind: (typeof KINDS)[number], message: Uint8Array): Uint8Array {
  const changed = message.slice();
  const at = below(message.length);
  if (kind === 'flip') changed[at] = (message[at] as number) ^ (1 << below(8));
  if (kind === 'zero') changed.fill(0, at & ~31, (at & ~31) + 32);
  if (kind === 'random') changed.set(systemRandom.bytes(32).subarray(0, message.length - (at & ~31)), at & ~31);
  if (kind === 'element')
    changed.set(group.multiplyGenerator(group.randomScalars(1, systemRandom)).subarray(0, message.length - (at & ~31)), at & ~31);
  if (kind === 'shorten') return message.slice(1 + below(message.length));
  return kind === 'lengthen' ? new Uint8Array([...message, below(256)]) : changed;
}

/** A lie of one party at one step, to one party or to all. */
function oneLie(from: number, n: number): { bend: Bend; step: Step; done: () => boolean } {
  const [step, kind, to] = [pick<Step>(['commit', 'to-all', 'to-each', 'confirm']), pick(KINDS), below(n)];
  const everybody = step !== 'to-each' && below(2) === 0;
  let told: Uint8Array | null = null;
  const bend: Bend = (s, f, t, m) => {
    if (s !== step || f !== from || !(everybody || t === to)) return m;
    told ??= lie(kind, m);
    return told;
  };
  return { bend, step, done: () => told !== null };
}

const named = (party: string) => (error: unknown) => error instanceof SluisError && error.party === party;

test(`${RUNS} lies in key generation, rotation and resharing, seed ${seed}`, () => {
  const shares = generate(group, 3, 2);
  const factor = generate(group, 3, 2, { kind: 'rotation' });
  const caught = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const from = below(3);
    const what = pick(['generation', 'rotation', 'resharing'] as const);
    const { bend, step, done } = oneLie(from, 3);
    // The first two deal; a third one has nothing to lie with but its confirmation.
    const dealers = names(2);
    if (what === 'resharing' && from === 2 && step !== 'confirm') continue;
    if (what !== 'generation' && step === 'commit') continue;
    const ceremony = () => {
      if (what === 'generation') return generate(group, 3, 2, { bend });
      if (what === 'rotation') return rotate(group, shares, factor, names(3), bend);
      return reshare(group, shares, names(3), 3, dealers, bend);
    };
    assert.throws(ceremony, named(`org-${from + 1}`), `run ${run}`);
    assert.ok(done());
    caught.set(`${what} ${step}`, (caught.get(`${what} ${step}`) ?? 0) + 1);
  }
  assert.equal(caught.size, 10);
  console.log(Object.fromEntries(caught));
});

test(`${RUNS} lies in answers, seed ${seed}`, () => {
  const shares = generate(group, 3, 2);
  const records = ['jan', 'piet', 'klaas'].map(utf8);
  const expected = evaluate(group, shares, records);
  const asker = new Pseudonymiser(group, publicPart(shares[0] as KeyShare), systemRandom);
  const holders = shares.map((s) => new Holder(group, s, systemRandom));
  for (let run = 0; run < RUNS; run++) {
    const from = below(3);
    const pending = asker.ask(records);
    const answers = holders.map((h, i) => {
      const answer = h.answer(pending.request, 'asker', 3);
      return { holder: h.share.me, answer: i === from ? lie(pick(KINDS), answer) : answer };
    });
    const { pseudonyms, faults } = asker.finish(pending, answers);
    assert.deepEqual(
      faults.map((f) => f.holder),
      [`org-${from + 1}`],
      `run ${run}`,
    );
    assert.deepEqual(pseudonyms, expected);
  }
});
