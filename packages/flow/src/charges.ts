/** What a run charges to which tables, and what must hold of its plan before it may have noise, or may do without. */
import { RefusedError } from '@sluis/base';
import type { Agreement, Plan, PrivacyUnit, PrivacyUnitTerms } from '@sluis/model';
import type { BudgetedTable, Charge } from './budget-book.ts';
import type { AdmittedRun } from './context.ts';
import type { Proposal } from './messages.ts';

/** The purpose of a question that is no template. */
export const AD_HOC = 'ad-hoc';

/** Name of a privacy unit in the budget book. */
export function unitText(unit: PrivacyUnit): string {
  return unit.kind === 'column' ? `column:${unit.column.toLowerCase()}` : unit.kind;
}

/** The unit that a text of `unitText` means. */
export function unitOfText(text: string): PrivacyUnit {
  if (text === 'row' || text === 'organisation') return { kind: text };
  if (!text.startsWith('column:')) throw new RangeError('no privacy unit is written so');
  return { kind: 'column', column: text.slice('column:'.length) };
}

const agreedUnit = (terms: PrivacyUnitTerms): PrivacyUnit =>
  terms.protects === 'column' ? { kind: 'column', column: terms.column } : { kind: terms.protects };

/** The unit that a table's budget counts now; null where the table may not be asked with noise. */
export function unitOf(agreement: Agreement, table: string): string | null {
  const terms = agreement.tables[table]?.privacy_unit;
  return terms === undefined ? null : unitText(agreedUnit(terms));
}

export function budgetedTable(collaboration: string, table: string): BudgetedTable {
  return { collaboration, table: table.toLowerCase() };
}

/** The shared tables that a plan reads, each once. */
export function tablesOf(plan: Pick<Plan, 'table' | 'rows'>): string[] {
  return [...new Set([plan.table, ...(plan.rows?.sources.map((s) => s.table) ?? [])])];
}

/**
 * Throws RefusedError `run/noise-required` for an exact answer that the agreement does not allow, `run/noise-not-agreed` or
 * `run/no-privacy-unit` for noise whose guarantee the agreement does not define.
 */
export function checkNoiseTerms(organisation: string, agreement: Agreement, plan: Plan): void {
  const say = (code: string, message: string, remedy: string) =>
    new RefusedError(code, { stage: 'run', party: organisation, message, remedy });
  const terms = agreement.output.noise;
  if (plan.noise === undefined) {
    if (terms?.required !== true) return;
    throw say(
      'run/noise-required',
      'This agreement allows answers with noise only, and the plan of this question adds none.',
      'Ask with WITH NOISE (epsilon = …).',
    );
  }
  if (terms === undefined) {
    throw say('run/noise-not-agreed', 'The agreement has no budget for answers with noise.', 'Agree on "output.noise", or ask without.');
  }
  const unit = unitText(plan.noise.unit);
  for (const table of tablesOf(plan)) {
    const agreed = unitOf(agreement, table);
    if (agreed === unit) continue;
    throw say(
      'run/no-privacy-unit',
      agreed === null
        ? `Table "${table}" has no "privacy_unit" in the agreement: nothing says whom noise would protect.`
        : `Table "${table}" protects ${agreed}, and the plan of this question protects ${unit}.`,
      'Agree on one privacy unit for the tables of the question.',
    );
  }
}

/** What a run is charged, one charge for each table that it reads: none where no noise is added. */
export function chargesFor({ proposal, prepared }: Pick<AdmittedRun, 'proposal' | 'prepared'>, at: number): Charge[] {
  return chargesOfPlan(proposal, prepared.plan, at);
}

type Asked = Pick<Proposal, 'run' | 'agreement' | 'collaboration' | 'coordinator' | 'analyst' | 'template'>;

export function chargesOfPlan(asked: Asked, plan: Plan, at: number): Charge[] {
  const { noise } = plan;
  if (noise === undefined) return [];
  return tablesOf(plan).map((table) => ({
    ...budgetedTable(asked.collaboration, table),
    run: asked.run,
    agreement: asked.agreement,
    unit: unitText(noise.unit),
    organisation: asked.coordinator,
    analyst: asked.analyst,
    purpose: asked.template ?? AD_HOC,
    epsilon: noise.epsilon,
    delta: noise.delta,
    events: noise.events,
    at,
  }));
}
