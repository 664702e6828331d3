/** The part of a plan that runs on shared rows, from sources to one input in the plan's layout. */
import { ProtocolError } from '@sluis/base';
import { type Plan, type PlanRows, ROWS_INPUT, setSize } from '@sluis/model';
import type { Committee, SecretColumn, SecretRows, SecretVectors } from '@sluis/technique';
import { withBins } from './bins.ts';
import { boundUnits } from './bounded-units.ts';
import { fewCells, fewEnough, fewForExtremes } from './few-cells.ts';
import { cellNumbers, type Grouping } from './grouped-rows.ts';
import { joinSources } from './join-sources.ts';
import { emptyWithoutRoom, layOut } from './lay-out.ts';
import { type CellTotals, manyCells } from './many-cells.ts';
import { withLookedUp } from './looked-up.ts';
import { mergeRows } from './merge-rows.ts';
import type { Digit } from './one-hot-sums.ts';
import { rowFacts, type RowFacts } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { sampleRows } from './sample-rows.ts';
import { accumulatorsOf, partOf, summedOf } from './summands.ts';

/**
 * Run by: all three compute parties, in step. Rows of one giver should stand together.
 *
 * @returns the input `ROWS_INPUT`: per contribution its counts and numbers of organisations, then the accumulators.
 * A question with more groups or joined rows than its plan has room for has no rows in any cell, so that no rule passes.
 *
 * @throws ProtocolError `rows/too-many-rows`, `mpc/keys-not-unique`.
 * Learns: nobody anything but that none of these was thrown. Cost: see `cost` of the descriptor.
 */
export async function evaluate(committee: Committee, plan: Plan, sources: readonly SecretRows[]): Promise<SecretVectors> {
  const rows = plan.rows as PlanRows;
  const { table, fits } = await joinSources(committee, rows, sources, plan.rules.countedSources);
  if (table.length > Math.max(1, rows.maximumRows)) throw tooManyRows(rows.maximumRows);
  const items = rows.merged === undefined ? null : await mergeRows(committee, rows, table, sources[0] as SecretRows);
  const counting = await sampleRows(committee, rows, items?.table ?? table);
  const facts = await rowFacts(committee, plan, await boundUnits(committee, plan, counting), sources, items?.owners);
  const found: CellTotals[] = [];
  if (rows.secretSlots !== null) found.push(await secretCells(committee, plan, facts, rows.secretSlots));
  else for (const set of plan.groupingSets) found.push(await declaredCells(committee, plan, facts, set));
  const room = await emptyWithoutRoom(committee, found, [...fits, ...found.flatMap((part) => part.fits)]);
  return { organisation: ROWS_INPUT, columns: await layOut(committee, plan, facts, room) };
}

/** Sums and counts have room for so many rows only. */
const tooManyRows = (most: number) =>
  new ProtocolError('rows/too-many-rows', {
    stage: 'aggregate',
    message: `The question has more rows than the ${most} that its plan has room for; nothing was computed.`,
    remedy: 'Agree on more rows (maximum_rows), or withdraw deposits.',
  });

/** The cells of one grouping set, in mixed radix of its keys' positions. */
async function declaredCells(committee: Committee, plan: Plan, facts: RowFacts, set: readonly number[]): Promise<CellTotals> {
  const digits = set.map((k): Digit => ({ ...(facts.keys[k] as Digit), size: plan.keys[k]?.size ?? 0 }));
  const sizes = digits.filter((d) => d.size > 1).map((d) => d.size);
  const cells = setSize(plan, set);
  const summands = facts.contributions.length + summedOf(plan, facts).length;
  const extremes = accumulatorsOf(plan, facts, ['min', 'max']).length;
  const column = cellNumbers(committee, digits, facts.length);
  const by: Grouping = { keys: [{ column, bits: widthOf(0n, BigInt(cells)) }], valid: facts.base, slots: cells, declared: true };
  const few = fewEnough(sizes, facts.length, summands);
  const simple = few && (extremes === 0 || fewForExtremes(cells, facts.length));
  const totals = simple ? await fewCells(committee, plan, facts, digits) : await manyCells(committee, plan, facts, by);
  return withBins(committee, plan, facts, digits, await withLookedUp(committee, plan, facts, by, totals));
}

/** Groups by secret keys, in an order that nobody knows. */
async function secretCells(committee: Committee, plan: Plan, facts: RowFacts, slots: number): Promise<CellTotals> {
  const by: Grouping = { keys: facts.keys, valid: facts.base, slots, declared: false };
  const found = await manyCells(committee, plan, facts, by);
  const totals = await withLookedUp(committee, plan, facts, by, found);
  const further = new Map([...totals.further].filter(([part]) => !part.startsWith(partOf.counted(''))));
  plan.keys.forEach((key, k) => {
    if (key.accumulator !== undefined) further.set(partOf.accumulator(key.accumulator), found.keys[k] as SecretColumn);
  });
  const parts = [...further.keys()];
  const columns = [...totals.counts, ...totals.present, ...further.values()];
  const shuffled = (await committee.shuffle({ length: slots, columns, bits: [] })).columns;
  const n = totals.counts.length;
  return {
    cells: slots,
    counts: shuffled.slice(0, n),
    present: shuffled.slice(n, 2 * n),
    further: new Map(parts.map((part, i) => [part, shuffled[2 * n + i] as SecretColumn])),
    fits: totals.fits,
  };
}
