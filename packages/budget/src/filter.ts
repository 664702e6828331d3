/**
 * What a budget allows where every question, with its noise, may be chosen after seeing earlier answers. The least of all
 * bounds of `epsilonOf` is proved for noise that is fixed beforehand; a budget needs a *filter* (Rogers, Roth, Ullman & Vadhan
 * 2016): a rule that stops in time whatever is asked.
 *
 * The rule, for a budget (ε, δ). One charge alone may cost what `epsilonOf` says. More charges are allowed as long as
 *   1. the δ's of their guarantees add up to at most δ/2, and
 *   2. either their ε's add up to at most ε, or the logarithms by which real noise may differ from what is accounted add up
 *      to at most A = ε/1000, and their ρ's (zero-concentrated privacy) to at most R, the largest ρ that costs 0.998·ε at
 *      e^{−A}·δ/2.
 *
 * Claim: whatever is asked, all answers together are (ε, δ)-private. Proof: let L be the privacy loss of all answers. Every
 * guarantee (e, d) is e-private but for a part that costs d, and all parts together cost at most δ/2 by 1 (Whitehouse, Ramdas,
 * Rogers & Wu 2023, §3). Of what remains, δ(ε) = E[max(0, 1 − e^{ε − L})]. Sessions whose ε's add up to at most ε add nothing:
 * there L ≤ ε. All others obey the rule on ρ to the end, and so are sessions of the process that stops before it would be
 * broken, whose ρ's add up to at most the fixed R: it is R-zero-concentrated (Whitehouse et al. 2023, Theorem 1; Feldman &
 * Zrnic 2021 for each order) as accounted, and by `Claim.closeness` real δ(ε) ≤ e^A·δ(ε − 2A), which is at most δ/2. A session
 * of one charge whose noise was chosen before any answer obeys the rule above or ends there: if the charge keeps to 1 and 2 it
 * is one of the sessions above, and if it does not, no more is ever allowed, and what `epsilonOf` says is all of it.
 * An e-private mechanism is e²/2-zero-concentrated: Bun & Steinke 2016, Proposition 1.4.
 */
import { multiplyRationals, parseRational, type Rational } from '@sluis/math';
import type { AccountedEvent } from './accounted-event.ts';
import { addUp, affordable, epsilonOf, type Spending } from './accountant.ts';
import { type Claim, claimOf } from './claim.ts';
import { atMost, downward, upward, whole, zero } from './exact-number.ts';
import { zcdpEpsilon } from './renyi.ts';

/** Events by the charge that paid for them: those of one charge were chosen together. */
export type Charges = readonly (readonly AccountedEvent[])[];

/** Share of ε kept for noise that differs from what is accounted, on either side. */
const CLOSENESS = 0.001;

/** Whether one more charge may be allowed. Exact where ε's simply add up; otherwise it errs to refusing. */
export function allowed(past: Charges, asked: readonly AccountedEvent[], limit: Spending): boolean {
  const charges = made([...past, asked]);
  const [only, ...more] = charges;
  if (only === undefined) return true;
  if (more.length === 0 && affordable([], only, limit)) return true;
  const sums = sumsOf(charges.flat());
  const [epsilon, delta] = [parseRational(limit.epsilon), parseRational(limit.delta)];
  if (!atMost(multiplyRationals(whole(2), sums.delta), delta)) return false;
  if (sums.epsilon !== null && atMost(sums.epsilon, epsilon)) return true;
  return concentrated(sums, downward(delta)) <= downward(epsilon);
}

/** An ε up to which a budget with this δ is used by the charges: the least that would allow them all. */
export function spentEpsilon(spent: Charges, delta: string): number {
  const charges = made(spent);
  const [only, ...more] = charges;
  if (only === undefined) return 0;
  const most = downward(parseRational(delta));
  const alone = more.length === 0 ? epsilonOf(only, most) : Number.POSITIVE_INFINITY;
  const sums = sumsOf(charges.flat());
  if (!atMost(multiplyRationals(whole(2), sums.delta), parseRational(delta))) return alone;
  return Math.min(alone, sums.epsilon === null ? Number.POSITIVE_INFINITY : upward(sums.epsilon), concentrated(sums, most));
}

const made = (charges: Charges): Charges => charges.filter((events) => events.some((e) => e.times > 0));

interface Sums {
  /** Null where an event has no ε of its own. */
  readonly epsilon: Rational | null;
  readonly delta: Rational;
  /** Null where an event has no ρ. */
  readonly rho: number | null;
  readonly closeness: number;
}

function sumsOf(events: readonly AccountedEvent[]): Sums {
  let [epsilon, delta]: [Rational | null, Rational] = [zero, zero];
  let [rho, closeness]: [number | null, number] = [0, 0];
  for (const claim of events.map(claimOf)) {
    const times = whole(claim.times);
    const own = claim.guarantee;
    epsilon = own === null || epsilon === null ? null : addUp(epsilon, multiplyRationals(own.epsilon, times));
    if (own !== null) delta = addUp(delta, multiplyRationals(own.delta, times));
    const each = rhoOf(claim);
    rho = each === null || rho === null ? null : (rho + each * claim.times) * (1 + 1e-15);
    closeness = (closeness + claim.closeness * claim.times) * (1 + 1e-15);
  }
  return { epsilon, delta, rho, closeness };
}

function rhoOf({ guarantee, loss }: Claim): number | null {
  if (loss.kind === 'gaussian' || loss.kind === 'discrete-gaussian') return loss.rho;
  return guarantee === null ? null : (upward(guarantee.epsilon) ** 2 / 2) * (1 + 1e-15);
}

/** The least ε for which the rule on ρ holds, rounded up. */
function concentrated({ rho, closeness }: Sums, delta: number): number {
  if (rho === null || delta === 0) return Number.POSITIVE_INFINITY;
  const holds = (epsilon: number): boolean =>
    closeness <= CLOSENESS * epsilon &&
    zcdpEpsilon(rho, (delta / 2) * Math.exp(-CLOSENESS * epsilon) * (1 - 1e-15)) <= (1 - 2 * CLOSENESS) * epsilon * (1 - 1e-15);
  let [low, high] = [0, 1];
  while (!holds(high)) {
    [low, high] = [high, 2 * high];
    if (high > 1e6) return Number.POSITIVE_INFINITY;
  }
  for (let i = 0; i < 60 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
