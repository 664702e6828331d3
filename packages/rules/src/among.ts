/**
 * Comparisons among organisations on secrets: rank, quartile, auctions, a total against a limit. The receiver gets its
 * own result; every other value stays secret, and so does who else took part.
 */
import { type AmongWidths, amongWidths, neutralElement, type Plan, type PlanAccumulator, type PlanAmong } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, ProviderColumns } from '@sluis/technique';
import { sliceBits } from './secret-bits.ts';

interface Among {
  readonly committee: Committee;
  readonly among: PlanAmong;
  readonly accumulator: PlanAccumulator;
  /** Per provider: its value, whether it takes part (0 or 1), and its number of rows. */
  readonly values: readonly SecretColumn[];
  readonly present: readonly SecretColumn[];
  readonly counts: readonly SecretColumn[];
  /** Place of the receiver among the providers, or null. */
  readonly own: number | null;
  readonly cells: number;
  readonly widths: AmongWidths;
}

/**
 * The result column of one comparison. Run by: all three compute parties, in step. Learns: nobody anything.
 * Cost: see `amongCost`.
 */
export async function compareAmong(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  index: number,
  among: PlanAmong,
): Promise<SecretColumn> {
  const accumulator = plan.accumulators[index] as PlanAccumulator;
  const place = among.receiver === null ? -1 : providers.findIndex((p) => p.organisation === among.receiver);
  if (among.receiver !== null && place < 0) throw new RangeError('a receiver that is compared is a provider');
  const all: Among = {
    committee,
    among,
    accumulator,
    values: providers.map((p) => p.accumulators[index] as SecretColumn),
    present: providers.map((p) => p.present[among.contribution] as SecretColumn),
    counts: providers.map((p) => p.counts[among.contribution] as SecretColumn),
    own: place < 0 ? null : place,
    cells: plan.cellCount,
    widths: amongWidths(plan, accumulator),
  };
  switch (among.what) {
    case 'exceeds':
      return exceeds(all);
    case 'rank':
      return ifTakesPart(all, committee.addConstant(await ahead(all, 'larger'), 1n));
    case 'quartile':
      return ifTakesPart(all, await quartile(all));
    case 'won':
      return ifTakesPart(all, await committee.inject(await won(all), 1));
    default:
      return auction(all);
  }
}

/** −1 where the receiver takes no part, in the plan's width. */
async function ifTakesPart(all: Among, value: SecretColumn): Promise<SecretColumn> {
  const { committee, own } = all;
  const shown =
    own === null
      ? value
      : committee.addConstant(await committee.multiply(committee.addConstant(value, 1n), all.present[own] as SecretColumn), -1n);
  return inPlanWidth(all, shown);
}

const inPlanWidth = async ({ committee, accumulator, widths }: Among, value: SecretColumn): Promise<SecretColumn> =>
  accumulator.words === 1 ? value : committee.widen(value, widths.organisations, accumulator.words);

/**
 * How many present organisations come before the receiver, one word. `larger`: those with a larger value; `winning`:
 * the listed-first one wins a tie, so that exactly one organisation has nobody before it.
 */
async function ahead(all: Among, order: 'larger' | 'winning'): Promise<SecretColumn> {
  const { committee, own, cells } = all;
  if (own === null) throw new RangeError('only a provider has a place among providers');
  const others = all.values.map((_, p) => p).filter((p) => p !== own);
  if (others.length === 0) return committee.constant(cells, 1, 0n);
  const [mine, theirs] = await comparable(all, own, others);
  const ties = order === 'winning' ? others.filter((p) => p < own) : [];
  const rest = others.filter((p) => !ties.includes(p));
  const at = (column: SecretColumn, members: readonly number[]) =>
    members.map((p) => committee.slice(column, others.indexOf(p) * cells, cells));
  // Before me on a tie: not (theirs < mine). Others: mine < theirs.
  const left = committee.concat([...at(theirs, ties), ...at(mine, rest)]);
  const right = committee.concat([...at(mine, ties), ...at(theirs, rest)]);
  const bits = sliceBits(committee, await committee.less(left, right, all.widths.compare), others.length);
  const before = bits.map((b, i) => (i < ties.length ? committee.not(b) : b));
  const counted = await committee.mask(
    committee.concatBits(before),
    committee.concat([...ties, ...rest].map((p) => all.present[p] as SecretColumn)),
  );
  return committee.sum(others.map((_, i) => committee.slice(counted, i * cells, cells)));
}

/** The receiver's value and the others', repeated so that element-wise comparison compares organisations. */
async function comparable(all: Among, own: number, others: readonly number[]): Promise<[SecretColumn, SecretColumn]> {
  const { committee, values } = all;
  const mine = committee.concat(others.map(() => values[own] as SecretColumn));
  const theirs = committee.concat(others.map((p) => values[p] as SecretColumn));
  if (all.among.measure !== 'mean') return [mine, theirs];
  // a/m < b/n exactly if a·n < b·m, for numbers of rows m and n above 0.
  const counts = await widened(
    all,
    committee.concat([...others.map(() => all.counts[own] as SecretColumn), ...others.map((p) => all.counts[p] as SecretColumn)]),
  );
  const half = mine.length;
  const products = await committee.multiply(committee.concat([mine, theirs]), swapHalves(committee, counts, half));
  return [committee.slice(products, 0, half), committee.slice(products, half, half)];
}

const swapHalves = (committee: Committee, column: SecretColumn, half: number): SecretColumn =>
  committee.concat([committee.slice(column, half, half), committee.slice(column, 0, half)]);

const widened = async ({ committee, accumulator, widths }: Among, counts: SecretColumn): Promise<SecretColumn> =>
  accumulator.words === 1 ? counts : committee.widen(counts, widths.rows, accumulator.words);

/** 1 + the number of k in 1 … 3 with 4·(rank − 1) ≥ k·organisations. */
async function quartile(all: Among): Promise<SecretColumn> {
  const { committee, cells } = all;
  const place = committee.scale(await ahead(all, 'larger'), 4n);
  const organisations = committee.sum(all.present);
  const bounds = committee.concat([1n, 2n, 3n].map((k) => committee.scale(organisations, k)));
  const below = await committee.less(committee.concat([place, place, place]), bounds, all.widths.organisations);
  const reached = await committee.inject(committee.not(below), 1);
  const steps = [0, 1, 2].map((k) => committee.slice(reached, k * cells, cells));
  return committee.addConstant(committee.sum(steps), 1n);
}

const won = async (all: Among): Promise<SecretBits> => all.committee.isZero(await ahead(all, 'winning'), all.widths.organisations);

/** The price or the winner of an auction; a bidder learns the price only if it won. */
async function auction(all: Among): Promise<SecretColumn> {
  const { committee, among, accumulator, widths, values, own } = all;
  const factor = 1n << BigInt(widths.place);
  const placed = values.map((v, p) => committee.addConstant(committee.scale(v, factor), BigInt(values.length - 1 - p)));
  const nth = among.what === 'price' ? Number(among.parameter) : 1;
  const best = (await committee.largest(placed, nth, widths.placed))[nth - 1] as SecretColumn;
  const price = await committee.shiftRight(best, widths.place, widths.placed);
  if (among.what === 'winner') {
    const place = committee.subtract(best, committee.scale(price, factor));
    return committee.addConstant(committee.scale(place, -1n), BigInt(values.length - 1));
  }
  if (own === null) return price;
  // Who takes no part has the smallest value of all and wins only where nobody does: nothing is opened there.
  const nothing = committee.constant(all.cells, accumulator.words, neutralElement(accumulator));
  return committee.select(await won(all), price, nothing);
}

/** Whether the total of all organisations is above the limit. */
async function exceeds(all: Among): Promise<SecretColumn> {
  const { committee, accumulator, among, cells, widths } = all;
  const limit = committee.constant(cells, accumulator.words, BigInt(among.parameter));
  const above = await committee.less(limit, committee.sum(all.values), widths.total);
  return ifTakesPart(all, await committee.inject(above, 1));
}
