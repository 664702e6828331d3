/**
 * Which cells of a table add up to which: every total with the cells under it. Grouping sets need not contain each other:
 * sets such as (a) and (b) share totals that nobody asked for, and the same is computed from both. Those shared totals are
 * cells of their own here, that are never shown; with them, everything that follows from the shown cells by addition and
 * subtraction follows from these equations (the spaces of two margins meet in that of their common keys).
 */
import { type Plan, setSize } from '@sluis/model';
import { cellsUnder, latticeOf } from './grouping-lattice.ts';

export interface TableRelations {
  /** The plan's cells, then shared totals that were not asked for. */
  readonly cells: number;
  /** Each: a total, then the cells that add up to it. */
  readonly equations: readonly Uint32Array[];
  /** Equations by cell. */
  readonly of: readonly (readonly number[])[];
  /** Number of cells of the finest table that a cell stands for: what suppressing it costs. */
  readonly weight: Float64Array;
  /** Whether a cell belongs to the set with the most keys: its cells are parts of nothing else. */
  readonly finest: Uint8Array;
}

type Keys = Pick<Plan, 'keys' | 'groupingSets'>;

const nameOf = (set: readonly number[]): string => [...set].sort((a, b) => a - b).join();

/** All grouping sets and, after them, the missing intersections of any two. */
function closed(sets: readonly (readonly number[])[]): (readonly number[])[] {
  const all = [...sets];
  const known = new Set(all.map(nameOf));
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < i; j++) {
      const both = (all[i] ?? []).filter((k) => all[j]?.includes(k));
      if (known.has(nameOf(both))) continue;
      known.add(nameOf(both));
      all.push(both);
    }
  }
  return all;
}

export function relationsOf(plan: Keys): TableRelations {
  const table = { keys: plan.keys, groupingSets: closed(plan.groupingSets) };
  const levels = latticeOf(table).flat();
  const cells = levels.reduce((n, s) => n + s.size, 0);
  const offsets = new Map(levels.map((s) => [s.index, s.offset]));
  const equations: Uint32Array[] = [];
  for (const set of levels) {
    for (const fine of [...set.covers, ...twins(table.groupingSets, set.index)]) {
      for (const [cell, under] of cellsUnder(table, set.index, fine).entries()) {
        const from = offsets.get(fine) ?? 0;
        equations.push(Uint32Array.from([set.offset + cell, ...under.map((c) => from + c)]));
      }
    }
  }
  const of: number[][] = Array.from({ length: cells }, () => []);
  for (const [e, equation] of equations.entries()) for (const cell of equation) of[cell]?.push(e);
  return { cells, equations, of, ...sizes(table, levels, cells) };
}

/** Sets with the same keys that stand earlier: the same cells twice. */
const twins = (sets: readonly (readonly number[])[], index: number): number[] =>
  sets.flatMap((set, i) => (i < index && nameOf(set) === nameOf(sets[index] ?? []) ? [i] : []));

function sizes(table: Keys, levels: readonly { index: number; offset: number; size: number }[], cells: number) {
  const weight = new Float64Array(cells);
  const finest = new Uint8Array(cells);
  const most = Math.max(...table.groupingSets.map((s) => s.length));
  const chosen = table.groupingSets.findIndex((s) => s.length === most);
  for (const { index, offset, size } of levels) {
    const rest = table.keys.map((_, k) => k).filter((k) => !table.groupingSets[index]?.includes(k));
    weight.fill(setSize(table, rest), offset, offset + size);
    if (index === chosen) finest.fill(1, offset, offset + size);
  }
  return { weight, finest };
}
