/** The contract of every technique of the stage `pair`. Its own package calls this. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SluisError, systemRandom, utf8 } from '@sluis/base';
import { pairOfLinks, type PairOptions, type TestLink } from '@sluis/model/fixtures';
import type { PairItems, PairTechnique, PairTerms } from './pair.ts';

const TIME_LIMIT_MS = 60_000;
const CANARY = 'canary-7f3a91';
const OWN = 40;
const COMMON = 13;

const pack = (texts: readonly string[]): PairItems => {
  const parts = texts.map(utf8);
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((p, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + p.length;
  });
  return { bytes: Uint8Array.from(parts.flatMap((p) => [...p])), offsets };
};
const names = (from: number, to: number): PairItems => pack(Array.from({ length: to - from }, (_, i) => `${CANARY}-${from + i}`));
/** Fewer than declared, so that padding is at work. */
const RECEIVER = names(0, OWN);
const SENDER = names(OWN - COMMON, 2 * OWN);
const MATCHES = Array.from({ length: COMMON }, (_, i) => OWN - COMMON + i);

const termsOf = (threat: PairTerms['threat'], more: Partial<PairTerms> = {}): PairTerms => ({
  context: utf8('contract'),
  threat,
  sizes: { sender: 64, receiver: 50 },
  ...more,
});

interface Played {
  readonly positions: Uint32Array | null;
  readonly errors: readonly unknown[];
  readonly links: readonly [TestLink, TestLink];
}

/** Runs both sides; a side that fails is gone for the other. Never rejects. */
async function play(technique: PairTechnique, mine: PairTerms, theirs: PairTerms, options: PairOptions = {}): Promise<Played> {
  const links = pairOfLinks({ record: true, ...options });
  const [a, b] = links;
  const leave = (link: TestLink) => (thrown: unknown) => {
    link.cut();
    throw thrown;
  };
  const ended = await Promise.allSettled([
    technique.asReceiver(a, RECEIVER, mine, systemRandom).catch(leave(b)),
    technique.asSender(b, SENDER, theirs, systemRandom).catch(leave(a)),
  ]);
  const [received] = ended;
  return {
    positions: received.status === 'fulfilled' ? received.value : null,
    errors: ended.flatMap((e) => (e.status === 'rejected' ? [e.reason] : [])),
    links,
  };
}

/** Registers the contract's tests for one technique. */
export function pairContract(technique: PairTechnique): void {
  const named = (what: string, run: () => Promise<void> | void) => test(`${technique.id}: ${what}`, { timeout: TIME_LIMIT_MS }, run);
  named('describes itself completely', () => describesItself(technique));
  for (const threat of technique.threat.models) {
    const terms = termsOf(threat);
    named(`finds exactly the common items (${threat})`, async () => {
      const { positions, errors } = await play(technique, terms, terms);
      assert.deepEqual(errors, []);
      assert.deepEqual([...(positions ?? [])], MATCHES);
    });
    named(`sends no item, and as much as it says (${threat})`, async () => {
      const { links } = await play(technique, terms, terms);
      const sent = links.flatMap((l) => l.letters.map((x) => Buffer.from(x.body)));
      assert.ok(sent.length > 1);
      for (const body of sent) assert.equal(body.indexOf(CANARY), -1);
      const total = sent.reduce((n, b) => n + b.length, 0);
      const { bytes } = technique.cost(terms.sizes);
      assert.ok(total <= 3 * bytes && total >= bytes / 5, `${total} bytes were sent, ${bytes} said`);
    });
    named(`refuses where the sides mean something else (${threat})`, () => refusesOtherTerms(technique, threat));
    named(`survives messages that vanish, shrink or change (${threat})`, () => survivesFaults(technique, terms));
  }
}

function describesItself(technique: PairTechnique): void {
  assert.match(technique.id, /^[a-z][a-z0-9-]*$/);
  assert.ok(Number.isInteger(technique.version) && technique.version >= 1);
  assert.ok(technique.threat.collusion.length > 20 && technique.threat.models.length > 0);
  for (const rating of Object.values(technique.ratings)) assert.ok(rating.score >= 1 && rating.score <= 5 && rating.reason.length > 20);
  const told = technique.reveals({ sender: 'north', receiver: 'south' });
  assert.deepEqual([...new Set(told.map((r) => r.to))].sort(), ['north', 'south'], 'each side is told of, and nobody else');
  const [small, large] = [100, 1_000_000].map((n) => technique.cost({ sender: n, receiver: n }));
  assert.ok(small !== undefined && large !== undefined && small.bytes > 0 && small.seconds > 0);
  assert.ok(large.bytes > small.bytes && large.seconds > small.seconds);
}

async function refusesOtherTerms(technique: PairTechnique, threat: PairTerms['threat']): Promise<void> {
  for (const other of [{ context: utf8('another run') }, { sizes: { sender: 64, receiver: 51 } }]) {
    const { positions, errors } = await play(technique, termsOf(threat), termsOf(threat, other));
    assert.equal(positions, null);
    assert.equal(errors.length, 2);
    for (const error of errors) assert.ok(error instanceof SluisError, inspect(error));
  }
  const crowded = termsOf(threat, { sizes: { sender: 5, receiver: 5 } });
  const { positions } = await play(technique, crowded, crowded);
  assert.equal(positions, null, 'more items than declared');
}

/** Every message of a run, one after the other. What arrives instead is noticed, or no match is invented. */
async function survivesFaults(technique: PairTechnique, terms: PairTerms): Promise<void> {
  const { links } = await play(technique, terms, terms);
  const counts = links.map((l) => l.letters.length);
  for (const side of [0, 1] as const)
    for (let at = 0; at < (counts[side] ?? 0); at++)
      for (const kind of ['vanish', 'truncate', 'garbage'] as const) {
        const { positions, errors } = await withFault(technique, terms, side, at, kind);
        for (const error of errors) {
          assert.ok(error instanceof SluisError, `${kind} of message ${at} of side ${side}: ${inspect(error)}`);
          assert.ok(!inspect(error, { depth: 5 }).includes(CANARY), 'no item in an error');
        }
        if (kind !== 'garbage') assert.ok(errors.length > 0, `${kind} of message ${at} of side ${side} is noticed`);
        for (const p of positions ?? []) assert.ok(MATCHES.includes(p), 'no match is invented');
      }
}

async function withFault(
  technique: PairTechnique,
  terms: PairTerms,
  side: 0 | 1,
  at: number,
  kind: 'vanish' | 'truncate' | 'garbage',
): Promise<Played> {
  const seen = [0, 0];
  let gone: (() => void) | null = null;
  const links = pairOfLinks({
    tamper: (from, _step, body) => {
      const number = seen[from] ?? 0;
      seen[from] = number + 1;
      if (from !== side || number !== at) return body;
      if (kind === 'vanish') {
        // Whoever waits for it learns from the connection that the other is gone.
        setImmediate(() => gone?.());
        return null;
      }
      return kind === 'truncate' ? body.subarray(0, Math.max(0, body.length - 1)) : systemRandom.bytes(body.length);
    },
  });
  const [a, b] = links;
  gone = () => {
    a.cut();
    b.cut();
  };
  const leave = (link: TestLink) => (thrown: unknown) => {
    link.cut();
    throw thrown;
  };
  const [received, sent] = await Promise.allSettled([
    technique.asReceiver(a, RECEIVER, terms, systemRandom).catch(leave(b)),
    technique.asSender(b, SENDER, terms, systemRandom).catch(leave(a)),
  ]);
  return {
    positions: received.status === 'fulfilled' ? received.value : null,
    errors: [received, sent].flatMap((e) => (e.status === 'rejected' ? [e.reason] : [])),
    links,
  };
}
