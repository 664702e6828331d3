/** Paying for noise from a table's privacy budget: asked about when a question comes in, paid once before anything is given. */
import { RefusedError } from '@sluis/base';
import { affordable } from '@sluis/budget';
import { NO_LIMIT, type NoiseTerms, type PrivacyEvent } from '@sluis/model';
import type { Charge, Decide } from './budget-book.ts';
import { epsilonText } from './budget-numbers.ts';
import { chargesFor } from './charges.ts';
import type { AdmittedRun, Attempt, StationContext } from './context.ts';

export interface Spendable {
  readonly epsilon: string;
  readonly delta: string;
}

/** One of the limits that a charge must stay within, and the earlier charges that it counts. */
export interface Limit extends Spendable {
  readonly of: 'table' | 'analyst' | 'purpose';
  counts(charge: Charge): boolean;
}

/** The limits on one charge, the table's own first. */
export function limitsOn(charge: Charge, { budget }: NoiseTerms): Limit[] {
  const { per_analyst, per_purpose } = budget;
  const all: Limit[] = [{ of: 'table', epsilon: budget.epsilon, delta: budget.delta, counts: () => true }];
  if (per_analyst !== undefined) {
    all.push({ of: 'analyst', ...per_analyst, counts: (c) => c.organisation === charge.organisation && c.analyst === charge.analyst });
  }
  if (per_purpose !== undefined) all.push({ of: 'purpose', ...per_purpose, counts: (c) => c.purpose === charge.purpose });
  return all;
}

/** What charges add up to. */
export const eventsOf = (charges: readonly Charge[]): PrivacyEvent[] => charges.flatMap((c) => c.events);

/** Allows what stays within every limit of the agreement. Run by: every station for itself, inside the transaction that charges. */
export function decideUnder(organisation: string, terms: NoiseTerms): Decide {
  return (charge, spent) => {
    const other = spent.find((c) => c.unit !== charge.unit);
    if (other !== undefined) throw unitChanged(organisation, charge, other);
    for (const limit of limitsOn(charge, terms)) {
      if (limit.epsilon === NO_LIMIT) continue;
      const before = eventsOf(spent.filter((c) => limit.counts(c)));
      if (!affordable(before, charge.events, limit)) throw exhausted(organisation, charge, limit, before);
    }
  };
}

/** Throws RefusedError `budget/…` if a run could not be paid now. Charges nothing. */
export async function checkAffordable(station: StationContext, run: AdmittedRun): Promise<void> {
  const terms = run.agreement.output.noise;
  if (terms === undefined) return;
  const decide = decideUnder(station.organisation, terms);
  for (const charge of chargesFor(run, station.clock.now())) decide(charge, await station.budget.charges(charge));
}

/**
 * Charges a run to the tables that it reads, durably, and logs it. Run by: every participant, after the run has started and
 * before it gives anything or draws noise. What fails later gives nothing back.
 *
 * @throws RefusedError `budget/exhausted`, `budget/unit-changed`; StationError if the store can't write: then nothing is charged.
 *
 * Learns: nobody anything that the plan does not say.
 */
export async function pay(station: StationContext, run: Attempt): Promise<void> {
  run.signal.throwIfAborted();
  const terms = run.agreement.output.noise;
  const charges = chargesFor(run, station.clock.now());
  const [first] = charges;
  if (first === undefined || terms === undefined) return;
  if (!(await station.budget.charge(charges, decideUnder(station.organisation, terms)))) return;
  const { run: id, unit, epsilon, delta, purpose } = first;
  const tables = charges.map((c) => c.table);
  await station.audit.append({
    kind: 'budget.charged',
    details: { run: id, plan: run.prepared.hash, tables, unit, epsilon, delta, purpose },
  });
  run.progress('budget', `charged ε = ${epsilon} to ${tables.join(', ')}`);
  // A run that has ended meanwhile stays charged, and goes no further.
  run.signal.throwIfAborted();
}

const WHOSE = {
  table: () => 'all questions together',
  analyst: ({ analyst, organisation }: Charge) => `questions of ${analyst} of ${organisation}`,
  purpose: ({ purpose }: Charge) => `questions for "${purpose}"`,
} as const;

function exhausted(organisation: string, charge: Charge, limit: Limit, before: readonly PrivacyEvent[]): RefusedError {
  const spent = epsilonText(before, limit.delta);
  const after = epsilonText([...before, ...charge.events], limit.delta);
  return new RefusedError('budget/exhausted', {
    stage: 'run',
    party: organisation,
    message:
      `The privacy budget of table "${charge.table}" does not reach: ${WHOSE[limit.of](charge)} may spend ε = ${limit.epsilon} ` +
      `(δ = ${limit.delta}), ε = ${spent} is spent as ${organisation} counts, and with this question it would be ε = ${after}.`,
    remedy: 'Ask with less: a smaller epsilon, fewer cells. Only a new version of the agreement raises the budget.',
  });
}

function unitChanged(organisation: string, charge: Charge, other: Charge): RefusedError {
  return new RefusedError('budget/unit-changed', {
    stage: 'run',
    party: organisation,
    message: `Table "${charge.table}" has been charged for the privacy unit ${other.unit}, and the agreement now protects ${charge.unit}: one can't be counted in the other.`,
    remedy: 'Keep the unit. Another one needs a table of another name, whose budget all organisations sign anew.',
  });
}
