/** Counts, organisations, sums and extremes of a grouping set with few declared cells: no sorting. */
import type { Plan } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { extremesByHalving } from './extremes-by-halving.ts';
import type { CellTotals } from './many-cells.ts';
import { cellNumbers } from './grouped-rows.ts';
import { type Digit, oneHotSums, splitDigits, type Summand } from './one-hot-sums.ts';
import { ownersOf } from './owner-fields.ts';
import { organisationsOf, sumOfParts } from './presence.ts';
import type { RowFacts } from './row-facts.ts';
import { accumulatorsOf, countWidth, extremeOf, injectAll, partOf, summandOf, summedOf } from './summands.ts';
import { widthOf } from './row-values.ts';

/** Rows times cells for which testing every row against every cell is cheap whatever else there is. */
const ALWAYS = 2 ** 16;
/** What sorting costs a row, in the unit of `splitDigits`: products. */
const SORTING = 100;
/** Comparisons a row that a knock-out per cell may cost. */
const MOST_KNOCK_OUTS = 12;

/** Whether counts and sums of these cells are cheaper without sorting. Public: it follows from shapes alone. */
export function fewEnough(sizes: readonly number[], rows: number, summands: number): boolean {
  const cells = sizes.reduce((n, s) => n * s, 1);
  return cells * rows <= ALWAYS || (cells <= 1024 && splitDigits(sizes, summands).cost <= SORTING);
}

/** The same for minima and maxima, which need a comparison for each row and cell. */
export const fewForExtremes = (cells: number, rows: number): boolean => cells * rows <= ALWAYS || cells <= MOST_KNOCK_OUTS;

/** Run by: all three compute parties, in step. Learns: nobody anything. */
export async function fewCells(committee: Committee, plan: Plan, facts: RowFacts, digits: readonly Digit[]): Promise<CellTotals> {
  const used = digits.filter((d) => d.size > 1);
  const cells = digits.reduce((n, d) => n * d.size, 1);
  const owners = ownersOf(facts);
  const counts = await countSummands(committee, facts);
  const summed = summedOf(plan, facts);
  const sums: Summand[] = [];
  for (const s of summed) sums.push({ column: await summandOf(committee, s), ownerOf: null });
  const found = await oneHotSums(committee, used, [...counts.summands, ...sums], owners, facts.length);
  const further = new Map(summed.map(({ part }, i) => [part, found[counts.summands.length + i] as SecretColumn]));
  for (const { index, measure } of accumulatorsOf(plan, facts, ['min', 'max'])) {
    const extreme = await extremeOf(committee, plan, index, measure);
    further.set(
      partOf.accumulator(index),
      await extremesByHalving(committee, extreme, await cellBits(committee, used, cells, facts.length)),
    );
  }
  const parts = facts.contributions.map((_, c) => counts.read(found, c));
  const present: SecretColumn[] = [];
  for (const { perOwner } of parts) present.push(await organisationsOf(committee, perOwner, cells, countWidth(facts.length)));
  return { cells, counts: parts.map((p) => p.total ?? committee.constant(cells, 1, 0n)), present, further, fits: [] };
}

interface CountSummands {
  readonly summands: readonly Summand[];
  /** Of the sums over all summands, those of one contribution: in total, and organisation by organisation. */
  read(sums: readonly SecretColumn[], contribution: number): { readonly total: SecretColumn; readonly perOwner: SecretColumn };
}

async function countSummands(committee: Committee, facts: RowFacts): Promise<CountSummands> {
  const counts = await injectAll(committee, facts.contributions);
  const { owners } = facts;
  if (owners.kind === 'public') {
    const summands = counts.map((column) => ({ column, ownerOf: owners.names.length > 1 ? owners.ownerOf : null }));
    return {
      summands,
      read(sums, c) {
        const perOwner = sums[c] as SecretColumn;
        const several = owners.names.length > 1;
        const total = several ? sumOfParts(committee, perOwner, perOwner.length / owners.names.length) : perOwner;
        return { total, perOwner: owners.names.length === 0 ? committee.slice(perOwner, 0, 0) : perOwner };
      },
    };
  }
  const summands: Summand[] = counts.map((column) => ({ column, ownerOf: null }));
  for (const column of counts) {
    for (const bit of owners.bits) summands.push({ column: await committee.mask(bit, column), ownerOf: null });
  }
  const per = owners.bits.length;
  return {
    summands,
    read(sums, c) {
      const own = sums.slice(counts.length + c * per, counts.length + (c + 1) * per);
      const total = sums[c] as SecretColumn;
      return { total, perOwner: own.length === 0 ? committee.slice(total, 0, 0) : committee.concat(own) };
    },
  };
}

/** One vector of bits per cell: rows whose cell it is. Null for a single cell. */
async function cellBits(committee: Committee, digits: readonly Digit[], cells: number, rows: number): Promise<SecretBits[] | null> {
  if (cells === 1) return null;
  const numbers = cellNumbers(committee, digits, rows);
  const bits: SecretBits[] = [];
  for (let c = 0; c < cells; c++)
    bits.push(await committee.isZero(committee.addConstant(numbers, -BigInt(c)), widthOf(-BigInt(cells), BigInt(cells))));
  return bits;
}
