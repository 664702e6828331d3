/** Paying for noise from a table's privacy budget: asked about when a question comes in, paid once before anything is given. */
import { RefusedError } from '@sluis/base';
import { type Charge as AccountedCharge, grant } from '@sluis/budget';
import { NO_LIMIT, type NoiseTerms, type PrivacyEvent } from '@sluis/model';
import type { Charge, Decide } from './budget-book.ts';
import { chargesFor, unitOfText } from './charges.ts';
import type { AdmittedRun, Attempt, StationContext } from './context.ts';

/** What each charge paid for. */
export const paidBy = (charges: readonly Charge[]): (readonly PrivacyEvent[])[] => charges.map((c) => c.events);

/** As the accountant has it: an analyst is somebody of an organisation. */
const accounted = ({ table, unit, organisation, analyst, purpose, events }: Charge): AccountedCharge => ({
  table,
  unit: unitOfText(unit),
  analyst: `${analyst} of ${organisation}`,
  purpose,
  events,
});

/**
 * Allows what stays within every limit of the agreement. Run by: every station for itself, inside the transaction that
 * charges. A table that was charged for one privacy unit is charged for no other: no unit's cost is counted in another's.
 */
export function decideUnder(organisation: string, { budget }: NoiseTerms): Decide {
  return (charge, spent) => {
    const other = spent.find((c) => c.unit !== charge.unit);
    if (other !== undefined) throw unitChanged(organisation, charge, other);
    if (budget.epsilon === NO_LIMIT && budget.per_analyst === undefined && budget.per_purpose === undefined) return;
    try {
      grant(spent.map(accounted), [accounted(charge)], budget);
    } catch (thrown) {
      if (!(thrown instanceof RefusedError)) throw thrown;
      const { code, message, remedy } = thrown;
      throw new RefusedError(code, { stage: 'run', party: organisation, message, ...(remedy === null ? {} : { remedy }) });
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
 * @throws RefusedError `budget/exhausted`, `budget/unit-changed`, `run/replayed` for a run that was charged before; StationError if the store can't write: then nothing is charged.
 *
 * Learns: nobody anything that the plan does not say.
 */
export async function pay(station: StationContext, run: Attempt): Promise<void> {
  run.signal.throwIfAborted();
  const terms = run.agreement.output.noise;
  const charges = chargesFor(run, station.clock.now());
  const [first] = charges;
  if (first === undefined || terms === undefined) return;
  if (!(await station.budget.charge(charges, decideUnder(station.organisation, terms)))) throw paidBefore(station.organisation, first.run);
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

/** A run is played once. Played again, it would draw noise, or even answer another question, for what was paid before. */
const paidBefore = (organisation: string, run: string): RefusedError =>
  new RefusedError('run/replayed', {
    stage: 'run',
    party: organisation,
    message: `Run ${run} was charged before at ${organisation}: its noise is drawn once.`,
    remedy: 'Ask the question again: each run has a fresh id.',
  });

function unitChanged(organisation: string, charge: Charge, other: Charge): RefusedError {
  return new RefusedError('budget/unit-changed', {
    stage: 'run',
    party: organisation,
    message: `Table "${charge.table}" has been charged for the privacy unit ${other.unit}, and the agreement now protects ${charge.unit}: one can't be counted in the other.`,
    remedy: 'Keep the unit. Another one needs a table of another name, whose budget all organisations sign anew.',
  });
}
