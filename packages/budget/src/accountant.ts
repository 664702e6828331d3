/** What events cost together: the least of all bounds that hold. Pure functions; nothing is remembered. */
import { advancedEpsilon, withoutRevealing } from './advanced-composition.ts';
import type { AccountedEvent } from './accounted-event.ts';
import { checkTimes, type Claim, claimOf } from './claim.ts';
import { addRationals, ceilRational, multiplyRationals, parseRational, type Rational } from '@sluis/math';
import { atMost, downward, exactly, upward, whole, zero } from './exact-number.ts';
import { gaussianDelta, gaussianEpsilon } from './gaussian-curve.ts';
import { lossDelta, lossEpsilon } from './loss-accountant.ts';
import { renyiDelta, renyiEpsilon } from './renyi.ts';

/** (ε, δ) as exact text. */
export interface Spending {
  readonly epsilon: string;
  readonly delta: string;
}

/**
 * An ε such that all these events are (ε, δ)-private together, where each question may depend on earlier answers (its noise
 * may not: see "What it does not do" in the package's README).
 * Never below the least such ε. Infinity where there is none, or none that this package can prove.
 *
 * @throws InvalidError `budget/number`, `budget/event` where an event is malformed.
 * @throws RefusedError `budget/shares-too-small` where shares of Gaussian noise are too small for their sum to be accounted.
 */
export function epsilonOf(events: readonly AccountedEvent[], delta: number): number {
  if (!(delta >= 0 && delta <= 1)) throw new RangeError('δ is a probability');
  const claims = claimsOf(events);
  return remembered(`${delta} ${claims.map((c) => c.key).join(' ')}`, () => epsilonOfClaims(claims, delta));
}

/** Answers of late: the book of a table is priced several times for one question. Nothing in it outlives a change of a number. */
const recent = new Map<string, number>();
const REMEMBERED = 64;
const LONGEST_KEY = 20_000;

function remembered(key: string, compute: () => number): number {
  if (key.length > LONGEST_KEY) return compute();
  const known = recent.get(key) ?? compute();
  recent.delete(key);
  recent.set(key, known);
  if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value ?? '');
  return known;
}

function epsilonOfClaims(claims: readonly Claim[], delta: number): number {
  const basic = basicOf(claims);
  const [certain, closeness] = [
    basic !== null && downwardDelta(basic.delta, delta) ? upward(basic.epsilon) : Number.POSITIVE_INFINITY,
    closenessOf(claims),
  ];
  // Real δ(ε) ≤ e^A·δ(ε − 2A): see `Claim.closeness`.
  const ideal = delta * Math.exp(-closeness) * (1 - 1e-15);
  return Math.min(certain, idealEpsilon(claims, ideal) + 2 * closeness);
}

/** A δ such that all these events are (ε, δ)-private together; never below the least such δ. */
export function deltaOf(events: readonly AccountedEvent[], epsilon: number): number {
  if (!(epsilon >= 0)) throw new RangeError('ε is a number of at least 0');
  const claims = claimsOf(events);
  const basic = basicOf(claims);
  const closeness = closenessOf(claims);
  const certain = basic !== null && upward(basic.epsilon) <= epsilon ? upward(basic.delta) : 1;
  if (epsilon < 2 * closeness) return certain;
  return Math.min(certain, idealDelta(claims, epsilon - 2 * closeness) * Math.exp(closeness) * (1 + 1e-15));
}

/** What a batch costs, before anything runs. */
export interface Price {
  /** ε of the events asked for if each were the only one, added up. */
  readonly separately: number;
  /** ε of the events asked for, together. */
  readonly together: number;
  /** ε of what was spent before. */
  readonly before: number;
  /** ε of what was spent before and the events asked for. */
  readonly after: number;
}

/** Prices events on top of others, everything at this δ. */
export function price(spent: readonly AccountedEvent[], asked: readonly AccountedEvent[], delta: number): Price {
  return {
    separately: asked.reduce((sum, event) => sum + epsilonOf([event], delta), 0),
    together: epsilonOf(asked, delta),
    before: epsilonOf(spent, delta),
    after: epsilonOf([...spent, ...asked], delta),
  };
}

/** Whether all of it stays within the limit. Exact where ε and δ simply add up to no more; otherwise it errs to refusing. */
export function affordable(spent: readonly AccountedEvent[], asked: readonly AccountedEvent[], limit: Spending): boolean {
  const [epsilon, delta] = [parseRational(limit.epsilon), parseRational(limit.delta)];
  const events = [...spent, ...asked];
  const basic = basicOf(claimsOf(events));
  if (basic !== null && atMost(basic.epsilon, epsilon) && atMost(basic.delta, delta)) return true;
  return epsilonOf(events, downward(delta)) <= downward(epsilon);
}

/** One claim per kind of event, with their numbers added up. */
function claimsOf(events: readonly AccountedEvent[]): (Claim & { readonly key: string })[] {
  const kinds = new Map<string, { event: AccountedEvent; times: number }>();
  for (const event of events) {
    checkTimes(event.times);
    const key = JSON.stringify(Object.entries({ ...event, times: 1 }).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { event, times: event.times });
    else known.times += event.times;
  }
  return [...kinds]
    .map(([key, { event, times: n }]) => ({ ...claimOf({ ...event, times: n }), key: `${n}×${key}` }))
    .filter((c) => c.times > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Bits of a common denominator beyond which a sum is no longer exact, but less than 2^-256 above. */
const MOST_BITS = 256n;

/** Adds up, exactly as long as denominators have something in common, as decimal numbers do. */
export function addUp(sum: Rational, term: Rational): Rational {
  if (sum.denominator * term.denominator < 1n << MOST_BITS || sum.denominator % term.denominator === 0n) return addRationals(sum, term);
  const above = (r: Rational): Rational => ({ numerator: ceilRational({ ...r, numerator: r.numerator << 256n }), denominator: 1n << 256n });
  const [a, b] = [sum.denominator === 1n << 256n ? sum : above(sum), above(term)];
  return { numerator: a.numerator + b.numerator, denominator: a.denominator };
}

/** Sums of the exact guarantees, null where an event has none. */
function basicOf(claims: readonly Claim[]): { epsilon: Rational; delta: Rational } | null {
  let [epsilon, delta] = [zero, zero];
  for (const { guarantee, times: n } of claims) {
    if (guarantee === null) return null;
    epsilon = addUp(epsilon, multiplyRationals(guarantee.epsilon, whole(n)));
    delta = addUp(delta, multiplyRationals(guarantee.delta, whole(n)));
  }
  return { epsilon, delta };
}

const downwardDelta = (needed: Rational, delta: number): boolean => atMost(needed, exactly(delta));
const closenessOf = (claims: readonly Claim[]): number => claims.reduce((sum, c) => sum + c.times * c.closeness, 0) * (1 + 1e-12);

function idealEpsilon(claims: readonly Claim[], delta: number): number {
  const rho = gaussianRho(claims);
  if (rho !== null) return gaussianEpsilon(Math.sqrt(2 * rho) * (1 + 1e-15), delta);
  const guarantees = claims.flatMap((c) =>
    c.guarantee === null ? [] : [{ epsilon: upward(c.guarantee.epsilon), delta: upward(c.guarantee.delta), times: c.times }],
  );
  const { events, reveals } = withoutRevealing(claims);
  const renyi = reveals < delta ? renyiEpsilon(events, (delta - reveals) * (1 - 1e-15)) : null;
  return Math.min(
    guarantees.length === claims.length ? advancedEpsilon(guarantees, delta) : Number.POSITIVE_INFINITY,
    renyi?.value ?? Number.POSITIVE_INFINITY,
    renyi === null ? Number.POSITIVE_INFINITY : lossEpsilon(claims, delta, renyi),
  );
}

function idealDelta(claims: readonly Claim[], epsilon: number): number {
  const rho = gaussianRho(claims);
  if (rho !== null) return gaussianDelta(Math.sqrt(2 * rho) * (1 + 1e-15), epsilon);
  const { events, reveals } = withoutRevealing(claims);
  if (reveals >= 1) return 1;
  const renyi = renyiDelta(events, epsilon);
  return Math.min(1, reveals + renyi.value, lossDelta(claims, epsilon, renyi));
}

/** ρ of all together where each is continuous Gaussian noise, which compose to one exactly. */
function gaussianRho(claims: readonly Claim[]): number | null {
  let sum = 0;
  for (const { loss, times: n } of claims) {
    if (loss.kind !== 'gaussian') return null;
    sum += n * loss.rho;
  }
  return sum * (1 + 1e-14);
}
