/** What questions would cost together, before any of them runs. Run by: analysts. Nothing is charged, and no data is looked at. */
import { RefusedError } from '@sluis/base';
import type { Agreement, PriceAnswer, PricedTable } from '@sluis/model';
import type { Prepared } from '@sluis/planner';
import type { Charge } from './budget-book.ts';
import { epsilonText } from './budget-numbers.ts';
import { budgetedTable, checkNoiseTerms, chargesOfPlan, tablesOf } from './charges.ts';
import type { StationContext } from './context.ts';
import { useOf } from './budget-view.ts';
import { decideUnder, paidBy } from './spending.ts';

export interface PricedQuestion {
  readonly sql: string;
  readonly template: string | null;
  readonly prepared: Prepared;
}

export interface Pricing {
  readonly agreement: Agreement;
  readonly agreementId: string;
  readonly analyst: string;
  readonly questions: readonly PricedQuestion[];
}

/** A charge that is not written, with the place of its question. */
type Asked = Charge & { readonly question: number };

/** Throws RefusedError where a question would be refused whatever is left. */
export async function priceQuestions(
  station: Pick<StationContext, 'organisation' | 'budget' | 'clock'>,
  { agreement, agreementId, analyst, questions }: Pricing,
): Promise<PriceAnswer> {
  const { collaboration } = agreement;
  const { organisation } = station;
  for (const { prepared } of questions) checkNoiseTerms(organisation, agreement, prepared.plan);
  const asked = questions.flatMap(({ template, prepared }, question): Asked[] => {
    // Each is a run of its own.
    const as = { run: String(question), agreement: agreementId, collaboration, coordinator: organisation, analyst, template };
    return chargesOfPlan(as, prepared.plan, station.clock.now()).map((charge) => ({ ...charge, question }));
  });
  const tables: PricedTable[] = [];
  for (const [table, charges] of Map.groupBy(asked, (c) => c.table)) {
    const spent = await station.budget.charges(budgetedTable(collaboration, table));
    tables.push(priceTable(organisation, agreement, charges, spent));
  }
  return { collaboration, agreement: agreementId, organisation, questions: questions.map(describe), tables };
}

function describe({ sql, template, prepared: { plan } }: PricedQuestion): PriceAnswer['questions'][number] {
  const { noise } = plan;
  const tables = noise === undefined ? [] : tablesOf(plan);
  const { mechanism, epsilon, delta } = noise ?? { mechanism: 'none', epsilon: '0', delta: '0' };
  return { sql, purpose: template ?? 'ad-hoc', tables, mechanism, epsilon, delta };
}

function priceTable(organisation: string, agreement: Agreement, asked: readonly Asked[], spent: readonly Charge[]): PricedTable {
  const terms = agreement.output.noise;
  const [first] = asked;
  if (terms === undefined || first === undefined) throw new RangeError('charges need terms');
  const { budget } = terms;
  const after = useOf(paidBy([...spent, ...asked]), budget);
  return {
    table: first.table,
    unit: first.unit,
    use: useOf(paidBy(spent), budget),
    alone: asked.map((c) => epsilonText(c.events, budget.delta)),
    together: epsilonText(paidBy(asked).flat(), budget.delta),
    after: after.spent,
    remains: after.left,
    refused: firstRefused(organisation, terms, asked, spent),
  };
}

function firstRefused(
  organisation: string,
  terms: NonNullable<Agreement['output']['noise']>,
  asked: readonly Asked[],
  spent: readonly Charge[],
): PricedTable['refused'] {
  const decide = decideUnder(organisation, terms);
  for (const [i, charge] of asked.entries()) {
    try {
      decide(charge, [...spent, ...asked.slice(0, i)]);
    } catch (thrown) {
      if (!(thrown instanceof RefusedError)) throw thrown;
      return { question: charge.question, message: thrown.message };
    }
  }
  return null;
}
