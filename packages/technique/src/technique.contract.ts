/** The contract of every registered technique. A technique's own tests call this with a harness that runs it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { InvalidError, PeerError, SluisError } from '@sluis/base';
import { layoutOf, type Plan } from '@sluis/model';
import type { Technique } from './door.ts';

export interface Fault {
  /** What happens to the message with this number, counting from 0 over the whole exercise. */
  readonly message: number;
  readonly kind: 'vanish' | 'truncate' | 'garbage';
}

export interface Exercise {
  readonly rounds: number;
  /** Every message that left a party. */
  readonly sent: readonly Uint8Array[];
  /** What the parties ended with; empty if all succeeded. */
  readonly errors: readonly unknown[];
  /** Whether the fault's message was sent. */
  readonly faulted: boolean;
}

export interface TechniqueHarness {
  readonly supported: Plan;
  /** Each breaks one parameter. */
  readonly unsupported: readonly Plan[];
  /** Runs the technique once for the plan; every provider's data is full of `canary`. Never rejects: failures are `errors`. */
  exercise(canary: bigint, fault: Fault | null): Promise<Exercise>;
}

const TIME_LIMIT_MS = 10_000;
/** Rare enough as decimal text and as bytes not to occur by chance. */
const CANARY = 712_589_463n;

/** Registers the contract's tests for one technique. */
export function techniqueContract(technique: Technique, harness: TechniqueHarness): void {
  const named = (what: string, run: () => Promise<void> | void) => test(`${technique.id}: ${what}`, { timeout: TIME_LIMIT_MS * 3 }, run);
  named('describes itself completely', () => describesItself(technique));
  named('takes what it supports and refuses what lies outside its parameters', () => refusesOutside(technique, harness));
  named('states what it reveals, to parties of the plan', () => statesWhatItReveals(technique, harness.supported));
  named('meters what it sends', () => metersWhatItSends(technique, harness));
  named('leaves no secret in messages or errors', () => keepsTheCanary(harness));
  named('survives a peer that disappears', () => survivesLoss(harness));
}

function describesItself(technique: Technique): void {
  assert.match(technique.id, /^[a-z][a-z0-9-]*$/);
  assert.ok(Number.isInteger(technique.version) && technique.version >= 1);
  assert.ok(technique.threat.collusion.length > 20, 'says which collusion breaks it');
  assert.equal(Object.keys(technique.ratings).length, 4);
  for (const rating of Object.values(technique.ratings)) {
    assert.ok(rating.score >= 1 && rating.score <= 5 && rating.reason.length > 20, 'every rating has its reason');
  }
}

function refusesOutside(technique: Technique, harness: TechniqueHarness): void {
  technique.checkPlan(harness.supported);
  assert.ok(harness.unsupported.length > 0);
  for (const plan of harness.unsupported) {
    assert.throws(
      () => technique.checkPlan(plan),
      (error) => error instanceof InvalidError && error.remedy !== null,
    );
  }
}

function statesWhatItReveals(technique: Technique, plan: Plan): void {
  const revelations = technique.reveals(plan);
  const known = new Set([...plan.providers, ...plan.committee, ...plan.receivers]);
  for (const { to, what } of revelations) {
    assert.ok(known.has(to), `${to} has a part in the plan`);
    assert.match(what, /^[A-Z].{20,}\.$/s, 'a sentence');
  }
  for (const party of plan.committee)
    assert.ok(
      revelations.some((r) => r.to === party),
      `says what ${party} learns`,
    );
}

async function metersWhatItSends(technique: Technique, harness: TechniqueHarness): Promise<void> {
  const plan = harness.supported;
  const wordsPerCell = layoutOf(plan).reduce((n, l) => n + l.words, 0);
  const stated = technique.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell, plan });
  const { rounds, sent, errors } = await harness.exercise(CANARY, null);
  assert.deepEqual(errors, []);
  const bytes = sent.reduce((n, message) => n + message.length, 0);
  const within = (real: number, said: number) => Math.abs(real - said) <= 0.1 * real;
  assert.ok(bytes > 0 && within(bytes, stated.bytes), `sent ${bytes} bytes, stated ${stated.bytes}`);
  assert.ok(within(rounds, stated.rounds), `took ${rounds} rounds, stated ${stated.rounds}`);
  assert.ok(stated.seconds > 0 && Number.isFinite(stated.seconds));
}

async function keepsTheCanary(harness: TechniqueHarness): Promise<void> {
  assert.ok(showsCanary([bytesOfCanary()]) && showsCanary([new Error('x', { cause: `${CANARY}` })]), 'the search finds what is planted');
  const { sent } = await harness.exercise(CANARY, null);
  assert.ok(!showsCanary(sent), 'a message holds the canary');
  for (const kind of ['vanish', 'truncate', 'garbage'] as const) {
    const { errors, faulted } = await harness.exercise(CANARY, { kind, message: Math.floor(sent.length / 2) });
    assert.ok(faulted, 'half of the messages are always sent');
    assert.ok(!showsCanary(errors), `an error after "${kind}" holds the canary`);
  }
}

async function survivesLoss(harness: TechniqueHarness): Promise<void> {
  for (const place of [0, 0.5, 1]) {
    const { errors } = await lose(harness, place);
    assert.ok(errors.length > 0, 'the loss is noticed');
    for (const error of errors) {
      assert.ok(error instanceof PeerError && error instanceof SluisError, 'everybody ends with a PeerError');
      assert.match(error.message, /party \d|provider/i, 'which says who is missing');
    }
  }
}

/**
 * Loses the first message (0), the last (1) or one between. Sorting compares in a random order, so that exercises differ
 * a little in how many messages they send: what is lost must have been sent, or losing it shows nothing.
 */
async function lose(harness: TechniqueHarness, place: number): Promise<Exercise> {
  let { sent } = await harness.exercise(CANARY, null);
  for (let tries = 0; tries < 50; tries++) {
    const ended = await harness.exercise(CANARY, { kind: 'vanish', message: Math.floor(place * (sent.length - 1)) });
    if (ended.faulted) return ended;
    sent = ended.sent;
  }
  return assert.fail('no message was lost');
}

function bytesOfCanary(): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, CANARY, true);
  return out;
}

/** Looks for the canary as decimal and hexadecimal text, and as little-endian and big-endian bytes. */
function showsCanary(things: readonly unknown[]): boolean {
  const bytes = Buffer.from(bytesOfCanary());
  const texts = [CANARY.toString(), CANARY.toString(16), bytes.toString('hex'), bytes.toString('base64').slice(0, 5)];
  return things.some((thing) => {
    if (thing instanceof Uint8Array) return [bytes, Buffer.from(bytes).reverse()].some((b) => Buffer.from(thing).includes(b));
    const text = inspect(thing, { depth: 10, showHidden: true, maxArrayLength: null });
    return texts.some((t) => text.includes(t));
  });
}
