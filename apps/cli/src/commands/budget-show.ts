/** `sluis budget show` */
import type { BudgetTable, BudgetUse } from '@sluis/model';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { renderGrid } from '../output/grid.ts';
import { printable, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson } from '../output/streams.ts';

export interface BudgetOptions extends ConnectionOptions {
  readonly collaboration?: string;
  readonly json?: boolean;
}

export async function showBudget(options: BudgetOptions): Promise<void> {
  const view = await withStation(options, (client) => client.budget(options.collaboration));
  if (options.json === true) return printJson(view);
  print(painted.out.bold(text.budgetOf(view.organisation, view.collaboration)));
  if (view.tables.length === 0) return print(text.budgetNone);
  for (const table of view.tables) print(`\n${tableText(table)}`);
  // Those that were released paid for something; the others are the owner's loss.
  if (view.tables.some((t) => t.last.some((c) => c.state === 'failed' || c.state === 'cancelled'))) {
    print(`\n${painted.out.dim(wrap(text.budgetLost, terminalWidth(process.stdout)))}`);
  }
}

function tableText(table: BudgetTable): string {
  const { use, analysts, purposes, last } = table;
  const parts = [
    painted.out.bold(text.budgetTable(printable(table.table), text.budgetUnit(table.unit ?? 'row'))),
    `  ${use === null ? text.budgetNoTerms : useText(use)}`,
  ];
  if (analysts.length > 0) {
    parts.push(`  ${text.budgetAnalysts}`, shares(analysts.map((a) => [`${a.organisation}/${a.analyst}`, a.use])));
  }
  if (purposes.length > 0) parts.push(`  ${text.budgetPurposes}`, shares(purposes.map((p) => [p.purpose, p.use])));
  if (last.length > 0) parts.push(`  ${text.budgetLast(last.length, table.charges)}`, charges(last));
  return parts.join('\n');
}

export function useText({ spent, limit, left, delta }: BudgetUse): string {
  return limit === null || left === null ? text.budgetUseUnlimited(spent, delta) : text.budgetUse(spent, limit, left, delta);
}

const indented = (block: string): string => block.replace(/^/gm, '    ');

function shares(uses: readonly (readonly [string, BudgetUse])[]): string {
  const rows = uses.map(([of, u]) => [of, u.spent, u.limit ?? text.budgetNoLimit, u.left ?? '', u.delta]);
  return indented(renderGrid(text.budgetShareHeadings, rows, painted.out));
}

function charges(last: BudgetTable['last']): string {
  const rows = last.map((c) => [
    c.run.slice(0, 12),
    c.at.slice(0, 16).replace('T', ' '),
    `${c.organisation}/${c.analyst}`,
    c.purpose,
    c.epsilon,
    c.delta,
    c.state ?? '',
  ]);
  return indented(renderGrid(text.budgetChargeHeadings, rows, painted.out));
}
