/** What needs the values themselves, per group: distinct counts, quantiles, the largest values for dominance, rows of joined sources. */
import type { Plan } from '@sluis/model';
import type { Committee, SecretColumn } from '@sluis/technique';
import { distinctValues } from './distinct.ts';
import type { Grouping } from './grouped-rows.ts';
import type { CellTotals } from './many-cells.ts';
import { type Quantile, quantileOf, sortValues } from './quantiles.ts';
import type { RowFacts } from './row-facts.ts';
import { accumulatorsOf, partOf } from './summands.ts';
import { topsOf } from './tops.ts';

/** Adds it to totals of the same groups. Run by: all three compute parties, in step. Learns: nobody anything. */
export async function withLookedUp(
  committee: Committee,
  plan: Plan,
  facts: RowFacts,
  by: Grouping,
  totals: CellTotals,
): Promise<CellTotals> {
  const further = new Map(totals.further);
  const fits = [...totals.fits];
  const countedRows = facts.rowsOf.flatMap((list, s) => list.map((measure, c) => ({ part: partOf.rowsOf(s, c), measure })));
  const differing = accumulatorsOf(plan, facts, ['distinct']).map(({ index, measure }) => ({ part: partOf.accumulator(index), measure }));
  for (const { part, measure } of [...differing, ...countedRows]) {
    const distinct = await distinctValues(committee, measure, by);
    further.set(part, distinct.values);
    fits.push(...distinct.fits);
  }
  const countOf = (part: string) => further.get(partOf.counted(part)) as SecretColumn;
  for (const { index, measure } of accumulatorsOf(plan, facts, ['quantile', 'quantile_disc'])) {
    const accumulator = plan.rows?.accumulators[index];
    const sorted = await sortValues(committee, measure, by, countOf(partOf.accumulator(index)));
    const quantile = { kind: accumulator?.kind, at: BigInt(accumulator?.quantile ?? 0), words: plan.accumulators[index]?.words };
    further.set(partOf.accumulator(index), await quantileOf(committee, sorted, quantile as Quantile));
  }
  for (const [d, measure] of facts.absolutes.entries()) {
    const sorted = await sortValues(committee, measure, by, countOf(partOf.absolute(d)));
    const tops = await topsOf(committee, sorted, plan.dominances[d]?.top ?? 0);
    for (const [rank, top] of tops.entries()) further.set(partOf.top(d, rank), top);
  }
  return { ...totals, further, fits };
}
