/** What a station's books say of its privacy budgets. Run by: the owner of a station. Learns what its runs have spent, no data. */
import { type Charges, remaining, type Spending } from '@sluis/budget';
import {
  type Agreement,
  type BudgetCharge,
  type BudgetTable,
  type BudgetUse,
  type BudgetView,
  NO_LIMIT,
  type NoiseTerms,
} from '@sluis/model';
import type { Charge } from './budget-book.ts';
import { spentText } from './budget-numbers.ts';
import { budgetedTable, unitOf } from './charges.ts';
import type { StationContext } from './context.ts';
import { paidBy } from './spending.ts';

/** Charges shown of each table. */
const SHOWN = 20;

export type BudgetStation = Pick<StationContext, 'organisation' | 'budget' | 'store'>;

/** How far charges use up a limit. */
export function useOf(charges: Charges, { epsilon, delta }: Spending): BudgetUse {
  const spent = spentText(charges, delta);
  const limit = epsilon === NO_LIMIT ? null : epsilon;
  return { delta, spent, limit, left: limit === null ? null : remaining(charges, { epsilon, delta }) };
}

/** Every table that has a budget or has been charged, the agreement's tables first. */
export async function budgetView(station: BudgetStation, agreement: Agreement, agreementId: string): Promise<BudgetView> {
  const { collaboration } = agreement;
  const agreed = Object.keys(agreement.tables).filter((t) => unitOf(agreement, t) !== null && agreement.output.noise !== undefined);
  const known = new Set(agreed.map((t) => t.toLowerCase()));
  const charged = (await station.budget.tables(collaboration)).map((t) => t.table).filter((t) => !known.has(t));
  const tables: BudgetTable[] = [];
  for (const table of [...agreed, ...charged]) tables.push(await tableView(station, agreement, table));
  return { collaboration, agreement: agreementId, organisation: station.organisation, tables };
}

async function tableView(station: BudgetStation, agreement: Agreement, table: string): Promise<BudgetTable> {
  const charges = await station.budget.charges(budgetedTable(agreement.collaboration, table));
  const terms = agreement.output.noise ?? null;
  const unit = unitOf(agreement, table);
  const budget = unit === null ? null : (terms?.budget ?? null);
  const last: BudgetCharge[] = [];
  for (const charge of charges.slice(-SHOWN).reverse()) last.push(await chargeView(station, charge));
  return {
    table,
    unit: unit ?? charges[0]?.unit ?? null,
    use: budget === null ? null : useOf(paidBy(charges), budget),
    analysts: budget === null ? [] : analystsOf(charges, budget),
    purposes: budget === null ? [] : purposesOf(charges, budget),
    charges: charges.length,
    last,
  };
}

async function chargeView(station: BudgetStation, charge: Charge): Promise<BudgetCharge> {
  const { run, at, organisation, analyst, purpose, epsilon, delta, unit } = charge;
  const state = (await station.store.run(run))?.state ?? null;
  return { run, at: new Date(at).toISOString(), organisation, analyst, purpose, epsilon, delta, unit, state };
}

type Budget = NoiseTerms['budget'];

/** Without a limit of their own, at the table's δ. */
const limitOf = (own: Spending | undefined, budget: Budget): Spending => own ?? { epsilon: NO_LIMIT, delta: budget.delta };

function analystsOf(charges: readonly Charge[], budget: Budget): BudgetTable['analysts'] {
  const groups = Map.groupBy(charges, (c) => JSON.stringify([c.organisation, c.analyst]));
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { organisation, analyst } = first;
    return [{ organisation, analyst, use: useOf(paidBy(own), limitOf(budget.per_analyst, budget)) }];
  });
}

function purposesOf(charges: readonly Charge[], budget: Budget): BudgetTable['purposes'] {
  const groups = Map.groupBy(charges, (c) => c.purpose);
  return [...groups].map(([purpose, own]) => ({ purpose, use: useOf(paidBy(own), limitOf(budget.per_purpose, budget)) }));
}
