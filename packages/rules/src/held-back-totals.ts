/** While a cell is suppressed, so are totals over it: otherwise the total minus its other parts would give it away. */
import { type Plan, setSize } from '@sluis/model';
import type { Committee, SecretBits } from '@sluis/technique';
import { cellsUnder, latticeOf, type Level } from './grouping-lattice.ts';
import { rangeOfBits } from './secret-bits.ts';

/**
 * A coarser cell passes only if every finer cell under it passes or is empty. Levels go from finest to coarsest; only the
 * next finer sets matter, since they stand for what is under them. Run by: all three compute parties, in step.
 *
 * @param own - per decision, whether the cell itself passes the rules; `empty` per decision, where nobody has a row.
 * Learns: nobody anything. Cost: per level a disjunction, and ⌈log2(1 + cells under a total)⌉ rounds.
 */
export async function holdBackTotals(
  committee: Committee,
  plan: Plan,
  own: readonly SecretBits[],
  empty: readonly SecretBits[],
): Promise<SecretBits[]> {
  const levels = latticeOf(plan);
  if (levels.every((level) => level.every((s) => s.covers.length === 0)) || own.length === 0) return [...own];
  const decisions = own.length;
  const owns = committee.concatBits(own);
  const empties = committee.concatBits(empty);
  /** Everything a conjunction may refer to: own bits first, then what was found to pass or be empty, level by level. */
  let pool = owns;
  const goodFrom = new Map<number, number>();
  const results = new Map<string, SecretBits>();
  for (const level of levels) {
    const index = ownPositions(level, decisions, plan.cellCount);
    const held = level.some((s) => s.covers.length > 0);
    const passed = held ? await committee.allOf(pool, conjunctionsOf(plan, level, decisions, goodFrom)) : committee.gatherBits(pool, index);
    let at = 0;
    for (const set of level) {
      goodFrom.set(set.index, pool.length + at);
      for (let u = 0; u < decisions; u++, at += set.size) results.set(`${u}/${set.index}`, rangeOfBits(committee, passed, at, set.size));
    }
    if (level !== levels.at(-1)) pool = committee.concatBits([pool, await committee.or(passed, committee.gatherBits(empties, index))]);
  }
  return own.map((_, u) => committee.concatBits(plan.groupingSets.map((_, set) => results.get(`${u}/${set}`) as SecretBits)));
}

/** Where the cells of a level stand among the own bits: by set, then decision, then cell. */
function ownPositions(level: Level, decisions: number, cells: number): Uint32Array {
  const out = new Uint32Array(decisions * level.reduce((n, s) => n + s.size, 0));
  let at = 0;
  for (const set of level) {
    for (let u = 0; u < decisions; u++) for (let cell = 0; cell < set.size; cell++) out[at++] = u * cells + set.offset + cell;
  }
  return out;
}

/** Per cell of the level: its own bit, and those of the next finer cells under it. Same order as `ownPositions`. */
function conjunctionsOf(plan: Plan, level: Level, decisions: number, goodFrom: ReadonlyMap<number, number>): Uint32Array[] {
  return level.flatMap((set) => {
    const under = set.covers.map((fine) => ({
      fine,
      cells: cellsUnder(plan, set.index, fine),
      size: setSize(plan, plan.groupingSets[fine] ?? []),
    }));
    return Array.from({ length: decisions * set.size }, (_, i) => {
      const [u, cell] = [Math.floor(i / set.size), i % set.size];
      const below = under.map(({ fine, cells, size }) =>
        (cells[cell] as Uint32Array).map((c) => (goodFrom.get(fine) as number) + u * size + c),
      );
      const group = new Uint32Array(1 + below.reduce((n, b) => n + b.length, 0));
      group[0] = u * plan.cellCount + set.offset + cell;
      let at = 1;
      for (const b of below) {
        group.set(b, at);
        at += b.length;
      }
      return group;
    });
  });
}
