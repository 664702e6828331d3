/** The part of a plan that runs on shared rows, from sources to one input in the plan's layout. */
import { ProtocolError } from '@sluis/base';
import { type Plan, type PlanRows, ROWS_INPUT, setSize } from '@sluis/model';
import type { Committee, SecretColumn, SecretRows, SecretVectors } from '@sluis/technique';
import { distinctValues } from './distinct.ts';
import { fewCells, fewEnough, fewForExtremes } from './few-cells.ts';
import { cellNumbers, type Grouping, groupRows } from './grouped-rows.ts';
import { joinSources } from './join-sources.ts';
import { emptyWithoutRoom, layOut } from './lay-out.ts';
import { type CellTotals, manyCells } from './many-cells.ts';
import { type Digit, oneHotSums } from './one-hot-sums.ts';
import { type Quantile, quantileOf, sortValues } from './quantiles.ts';
import { rowFacts, type RowFacts } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { accumulatorsOf } from './summands.ts';

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
  const { table, fits } = await joinSources(committee, rows, sources);
  if (table.length > Math.max(1, rows.maximumRows)) throw tooManyRows(rows.maximumRows);
  const all = await rowFacts(committee, plan, table, sources);
  // Contributions of the same rows are counted once.
  const facts = { ...all, contributions: [...new Set(all.contributions)] };
  const places = all.contributions.map((bits) => facts.contributions.indexOf(bits));
  const each = (columns: readonly SecretColumn[]) => places.map((place) => columns[place] as SecretColumn);
  const found: CellTotals[] = [];
  if (rows.secretSlots !== null) found.push(await secretCells(committee, plan, facts, rows.secretSlots));
  else for (const set of plan.groupingSets) found.push(await declaredCells(committee, plan, facts, set));
  const parts = found.map((part) => ({ ...part, counts: each(part.counts), present: each(part.present) }));
  const room = await emptyWithoutRoom(committee, parts, [...fits, ...found.flatMap((part) => part.fits)]);
  return { organisation: ROWS_INPUT, columns: await layOut(committee, plan, room) };
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
  const summands = facts.contributions.length + accumulatorsOf(plan, facts, ['sum']).length;
  const extremes = accumulatorsOf(plan, facts, ['min', 'max']).length;
  const column = cellNumbers(committee, digits, facts.length);
  const by: Grouping = { keys: [{ column, bits: widthOf(0n, BigInt(cells)) }], valid: facts.base, slots: cells, declared: true };
  const few = fewEnough(sizes, facts.length, summands);
  const simple = few && (extremes === 0 || fewForExtremes(cells, facts.length));
  const totals = simple ? await fewCells(committee, plan, facts, digits) : await manyCells(committee, plan, facts, by);
  const used = digits.filter((d) => d.size > 1);
  const countOf = async (counted: SecretColumn): Promise<SecretColumn> =>
    few
      ? ((await oneHotSums(committee, used, [{ column: counted, ownerOf: null }], 1, facts.length))[0] as SecretColumn)
      : ((await groupRows(committee, by, [counted], [])).sums[0] as SecretColumn);
  return withValues(committee, plan, facts, by, totals, countOf);
}

/** Groups by secret keys, in an order that nobody knows. */
async function secretCells(committee: Committee, plan: Plan, facts: RowFacts, slots: number): Promise<CellTotals> {
  const by: Grouping = { keys: facts.keys, valid: facts.base, slots, declared: false };
  const found = await manyCells(committee, plan, facts, by);
  const countOf = async (counted: SecretColumn): Promise<SecretColumn> =>
    (await groupRows(committee, by, [counted], [])).sums[0] as SecretColumn;
  const totals = await withValues(committee, plan, facts, by, found, countOf);
  const accumulators = new Map(totals.accumulators);
  plan.keys.forEach((key, k) => {
    if (key.accumulator !== undefined) accumulators.set(key.accumulator, found.keys[k] as SecretColumn);
  });
  const indices = [...accumulators.keys()];
  const columns = [...totals.counts, ...totals.present, ...accumulators.values()];
  const shuffled = (await committee.shuffle({ length: slots, columns, bits: [] })).columns;
  const n = totals.counts.length;
  return {
    cells: slots,
    counts: shuffled.slice(0, n),
    present: shuffled.slice(n, 2 * n),
    accumulators: new Map(indices.map((index, i) => [index, shuffled[2 * n + i] as SecretColumn])),
    fits: totals.fits,
  };
}

/** Adds what needs the values themselves: distinct counts and quantiles. */
async function withValues(
  committee: Committee,
  plan: Plan,
  facts: RowFacts,
  by: Grouping,
  totals: CellTotals,
  countOf: (counted: SecretColumn) => Promise<SecretColumn>,
): Promise<CellTotals> {
  const accumulators = new Map(totals.accumulators);
  const fits = [...totals.fits];
  for (const { index, measure } of accumulatorsOf(plan, facts, ['distinct'])) {
    const distinct = await distinctValues(committee, measure, by);
    accumulators.set(index, distinct.values);
    fits.push(...distinct.fits);
  }
  for (const { index, measure } of accumulatorsOf(plan, facts, ['quantile', 'quantile_disc'])) {
    const accumulator = plan.rows?.accumulators[index];
    const counts = await countOf(await committee.inject(measure.counts, 1));
    const sorted = await sortValues(committee, measure, by, counts);
    const quantile = { kind: accumulator?.kind, at: BigInt(accumulator?.quantile ?? 0), words: plan.accumulators[index]?.words };
    accumulators.set(index, await quantileOf(committee, sorted, quantile as Quantile));
  }
  return { ...totals, accumulators, fits };
}
