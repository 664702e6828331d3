/**
 * The guard against differences between releases. Each shown count or sum is the sum over a set of cells of the releases'
 * common grid; a group of that grid that is a linear combination of shown ones is known to whoever has these. Such a group
 * must have passed the rules itself, or hold one that has: a group with more rows has at least as many rows and organisations.
 * Nor may what is left of a group, once its shown parts are taken off, follow. Empty groups count as known to be empty.
 */
import type { Footprint, FootprintValue, GuardedRelease, GuardVerdict } from '@sluis/model';
import { CommonGrid, type Fixed, NotComparable } from './common-grid.ts';
import { PRIMES, Span, type Sparse } from './span.ts';

/** Bounds of one check: groups that are tested, and elements of vectors that are touched. */
const MOST_GROUPS = 100_000;
const MOST_WORK = 30_000_000;
/** Cells of all releases on the same data; the same release again counts once. */
const MOST_CELLS = 100_000;

/**
 * Whether a release would, with earlier ones on the same data, give a group that has not passed. Run by: every provider
 * before it contributes (all asked cells count as shown and as tested: what is tested is suppressed where it must), and
 * every compute party before values are opened (with the cells that are really shown). In the clear; no data is looked at.
 *
 * @param dominated - whether sums are under a dominance rule: then a group must be made of groups that passed.
 */
export function findDifference(history: readonly GuardedRelease[], now: GuardedRelease, dominated: boolean): GuardVerdict {
  const related = history.filter((h) => h.run !== now.run && h.data.some((d) => now.data.includes(d)));
  try {
    for (const measure of new Set(now.footprint.values.map((v) => v.measure))) {
      const verdict = ofMeasure(
        related.filter((h) => h.footprint.values.some((v) => v.measure === measure)),
        now,
        measure,
        dominated,
      );
      if (verdict.kind !== 'clear') return verdict;
    }
    return { kind: 'clear' };
  } catch (error) {
    if (error instanceof NotComparable) return { kind: 'too-large', why: error.message };
    throw error;
  }
}

interface Cell {
  readonly run: string;
  readonly vector: Sparse;
  /** Columns that the cell fixes, where it is such a group and nothing less. */
  readonly fixed: Fixed;
  readonly whole: boolean;
  readonly shown: boolean;
  readonly empty: boolean;
  /** Release, value and grouping set: cells of one of these are disjoint. */
  readonly family: string;
}

function ofMeasure(history: readonly GuardedRelease[], now: GuardedRelease, measure: string, dominated: boolean): GuardVerdict {
  const all = distinct([...history, now]);
  const size = all.reduce(
    (n, r) => n + r.footprint.values.length * r.footprint.groupingSets.reduce((s, set) => s + sizeOf(r.footprint, set), 0),
    0,
  );
  if (size > MOST_CELLS) return tooLarge(`more than ${MOST_CELLS} groups of earlier releases`);
  const grid = new CommonGrid(all.map((r) => r.footprint));
  const made = all.flatMap((r) => cellsOf(grid, r, measure, PRIMES[0]));
  const cells = [made, made.map((cell): Cell => ({ ...cell, vector: modSecond(cell.vector) }))];
  const spans = PRIMES.map((prime, p) => spanOf(cells[p] ?? [], prime));
  if (spans.some((s) => s.exhausted)) return tooLarge(`${all.length} releases together`);
  const first = cells[0] ?? [];
  const known = safeGroups(first);
  const asked = new Set<string>();
  let before: readonly Span[] | null = null;
  for (const fixed of groups(grid, all)) {
    const name = nameOf(fixed);
    if (asked.has(name)) continue;
    asked.add(name);
    if (asked.size > MOST_GROUPS) return tooLarge(`more than ${MOST_GROUPS} groups`);
    if (known.has(name) && (!dominated || measure === 'count')) continue;
    const follows = (of: readonly Span[]) => PRIMES.some((prime, p) => of[p]?.has(grid.groupVector(fixed, prime)));
    if (!follows(spans)) continue;
    if (spans.some((s) => s.exhausted)) return tooLarge(`${all.length} releases together`);
    if (isMadeOf(first, fixed, grid.groupVector(fixed, PRIMES[0]))) continue;
    before ??= PRIMES.map((prime, p) =>
      spanOf(
        (cells[p] ?? []).filter((c) => c.run !== now.run),
        prime,
      ),
    );
    if (follows(before)) continue;
    return { kind: 'follows', group: grid.words(fixed), measure, runs: fewest(cells, history, now.run, follows) };
  }
  const rests = remainders(first);
  if (rests.length > MOST_GROUPS) return tooLarge(`more than ${MOST_GROUPS} groups`);
  for (const [, indices] of rests) {
    const follows = (of: readonly Span[]) => PRIMES.some((prime, p) => of[p]?.has(sumOf(cells[p] ?? [], indices, prime)));
    if (!follows(spans)) continue;
    before ??= PRIMES.map((prime, p) =>
      spanOf(
        (cells[p] ?? []).filter((c) => c.run !== now.run),
        prime,
      ),
    );
    if (follows(before)) continue;
    return { kind: 'follows', group: 'groups that are not shown, together', measure, runs: fewest(cells, history, now.run, follows) };
  }
  return spans.some((s) => s.exhausted) ? tooLarge(`${all.length} releases together`) : { kind: 'clear' };
}

/** The same cells of the same question once: the earliest, so that asking again stays possible. */
function distinct(releases: readonly GuardedRelease[]): GuardedRelease[] {
  const seen = new Map<string, GuardedRelease>();
  for (const r of releases) {
    const key = JSON.stringify([r.footprint, r.shown?.map((bytes) => [...bytes].join('')) ?? null]);
    if (!seen.has(key)) seen.set(key, r);
  }
  return [...seen.values()];
}

const sizeOf = (footprint: Footprint, set: readonly number[]): number => set.reduce((n, k) => n * (footprint.keys[k]?.size ?? 0), 1);

const tooLarge = (why: string): GuardVerdict => ({ kind: 'too-large', why });

function spanOf(cells: readonly Cell[], prime: number): Span {
  const span = new Span(prime, MOST_WORK);
  for (const cell of [...cells].filter((c) => c.shown || c.empty).sort((a, b) => a.vector.size - b.vector.size)) span.add(cell.vector);
  return span;
}

/**
 * Per release, value and grouping: suppressed groups that have rows, two or more within one group. Their sum is what a total
 * leaves when the shown parts are taken off, and may be as small as one of them.
 */
function remainders(cells: readonly Cell[]): (readonly [name: string, indices: readonly number[]])[] {
  const found = new Map<string, number[]>();
  for (const [i, cell] of cells.entries()) {
    if (cell.shown || cell.empty) continue;
    const fixed = [...cell.fixed];
    for (let mask = 0; mask < 2 ** fixed.length; mask++) {
      const name = `${cell.family} ${nameOf(new Map(fixed.filter((_, k) => (mask >> k) & 1)))}`;
      found.set(name, [...(found.get(name) ?? []), i]);
    }
  }
  return [...found].filter(([, indices]) => indices.length > 1);
}

function sumOf(cells: readonly Cell[], indices: readonly number[], prime: number): Sparse {
  const sum: Sparse = new Map();
  for (const i of indices) {
    for (const [at, value] of cells[i]?.vector ?? []) {
      const next = ((sum.get(at) ?? 0) + value) % prime;
      if (next === 0) sum.delete(at);
      else sum.set(at, next);
    }
  }
  return sum;
}

/** Elements are small whole numbers, positive or negative: the same ones modulo the other prime. */
function modSecond(vector: Sparse): Sparse {
  const [first, second] = PRIMES;
  return new Map([...vector].map(([at, value]) => [at, value > first / 2 ? value - first + second : value]));
}

/** Cells of a release's values of one measure. */
function cellsOf(grid: CommonGrid, { run, footprint, shown }: GuardedRelease, measure: string, prime: number): Cell[] {
  return footprint.values.flatMap((value, v) => {
    if (value.measure !== measure) return [];
    let offset = 0;
    return footprint.groupingSets.flatMap((set, s) => {
      const members = membersOf(footprint, value, set);
      const states = shown?.[v];
      const found = members.map((atoms, i): Cell => {
        const state = states === undefined ? 1 : states[offset + i];
        const vector = grid.vector(footprint, atoms, prime);
        const fixed = fixedOf(grid, footprint, atoms);
        const whole = same(vector, grid.groupVector(fixed, prime));
        return { run, vector, fixed, whole, shown: state === 1, empty: state === 2 || atoms.length === 0, family: `${run}/${v}/${s}` };
      });
      offset += members.length;
      return found;
    });
  });
}

/** Atoms of every cell of a grouping set. */
function membersOf(footprint: Footprint, value: FootprintValue, set: readonly number[]): number[][] {
  const members: number[][] = Array.from({ length: sizeOf(footprint, set) }, () => []);
  value.atoms.forEach((inside, atom) => {
    if (inside === 0) return;
    const cell = set.reduce((at, k) => at * (footprint.keys[k]?.size ?? 0) + (footprint.keys[k]?.positions[atom] ?? 0), 0);
    members[cell]?.push(atom);
  });
  return members;
}

/** Per column the classes that atoms lie in, where these are one class, or classes beside each other of an ordered column. */
function fixedOf(grid: CommonGrid, footprint: Footprint, atoms: readonly number[]): Fixed {
  const fixed = new Map<string, readonly [number, number]>();
  let inner = 1;
  for (let c = footprint.columns.length - 1; c >= 0; c--) {
    const own = footprint.columns[c] as Footprint['columns'][number];
    const within = inner;
    const used = new Set(atoms.map((atom) => Math.floor(atom / within) % own.classes));
    const classes = [...used].flatMap((k) => grid.classesOf(footprint, c, k)).sort((a, b) => a - b);
    const column = grid.columns.get(own.name);
    inner *= own.classes;
    const [from, to] = [classes[0], classes.at(-1)];
    if (column === undefined || from === undefined || to === undefined || classes.length === column.classes) continue;
    const beside = classes.length === to - from + 1 && (from === to || to < column.ordered);
    if (beside) fixed.set(own.name, [from, to]);
  }
  return fixed;
}

/** Groups that hold a shown one, and empty ones: by name. */
function safeGroups(cells: readonly Cell[]): ReadonlySet<string> {
  const safe = new Set<string>();
  for (const cell of cells) {
    if (cell.empty && cell.whole) safe.add(nameOf(cell.fixed));
    if (!cell.shown) continue;
    const fixed = [...cell.fixed];
    for (let mask = 0; mask < 2 ** fixed.length; mask++) safe.add(nameOf(new Map(fixed.filter((_, i) => (mask >> i) & 1))));
  }
  return safe;
}

/** Whether shown and empty cells of one grouping are together exactly this group. */
function isMadeOf(cells: readonly Cell[], fixed: Fixed, group: Sparse): boolean {
  const inside = cells.filter((c) => (c.shown || c.empty) && [...fixed].every(([name, [from, to]]) => within(c.fixed.get(name), from, to)));
  const families = new Map<string, Cell[]>();
  for (const cell of inside) families.set(cell.family, [...(families.get(cell.family) ?? []), cell]);
  return [...families.values()].some((family) => {
    return same(sumOf(family, [...family.keys()], PRIMES[0]), group);
  });
}

const within = (range: readonly [number, number] | undefined, from: number, to: number): boolean =>
  range !== undefined && range[0] >= from && range[1] <= to;

const same = (a: Sparse, b: Sparse): boolean => a.size === b.size && [...a].every(([at, value]) => b.get(at) === value);

const nameOf = (fixed: Fixed): string =>
  [...fixed]
    .map(([name, [from, to]]) => `${name}:${from}-${to}`)
    .sort()
    .join('|');

/**
 * Every group that can follow: one that fixes columns of a single release. (A combination of functions each of which looks
 * at some columns only never tells more columns apart together than one of them does.)
 */
function* groups(grid: CommonGrid, releases: readonly GuardedRelease[]): Generator<Fixed> {
  const sets = new Map(
    releases.map((r) => [
      r.footprint.columns
        .map((c) => c.name)
        .sort()
        .join('|'),
      r.footprint.columns.map((c) => c.name),
    ]),
  );
  for (const names of sets.values()) yield* over(grid, [...names].sort(), new Map());
}

function* over(grid: CommonGrid, names: readonly string[], fixed: Fixed): Generator<Fixed> {
  const [name, ...rest] = names;
  if (name === undefined) return yield fixed;
  yield* over(grid, rest, fixed);
  const column = grid.columns.get(name);
  if (column === undefined || column.classes < 2) return;
  for (let from = 0; from < column.classes; from++) {
    const last = from < column.ordered ? column.ordered - 1 : from;
    for (let to = from; to <= last; to++) yield* over(grid, rest, new Map([...fixed, [name, [from, to] as const]]));
  }
}

/** Leaves out one earlier release after the other, newest first, as long as the group still follows. */
function fewest(
  cells: readonly (readonly Cell[])[],
  history: readonly GuardedRelease[],
  now: string,
  follows: (spans: readonly Span[]) => boolean,
): string[] {
  let runs = [...history].sort((a, b) => a.at - b.at).map((r) => r.run);
  const still = (kept: readonly string[]) => {
    const of = (list: readonly Cell[]) => list.filter((c) => c.run === now || kept.includes(c.run));
    return follows(PRIMES.map((prime, p) => spanOf(of(cells[p] ?? []), prime)));
  };
  // Halves first, so that a long history does not take as many steps as it has releases.
  for (let size = Math.ceil(runs.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = runs.length - size; from > -size; from -= size) {
      const kept = runs.filter((_, i) => i < from || i >= from + size);
      if (kept.length < runs.length && still(kept)) runs = kept;
    }
  }
  return runs;
}
