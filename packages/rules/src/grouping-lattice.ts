/** Which cells are totals over which: grouping sets ordered from finest to coarsest, with their covers. */
import { cellOffsets, type Plan, setSize } from '@sluis/model';

export interface LatticeSet {
  /** Index into the plan's grouping sets. */
  readonly index: number;
  readonly offset: number;
  readonly size: number;
  /** The next finer sets: strict supersets with none in between. */
  readonly covers: readonly number[];
}

/** Sets of one number of keys; finest level first. */
export type Level = readonly LatticeSet[];

export function latticeOf(plan: Pick<Plan, 'keys' | 'groupingSets'>): Level[] {
  const offsets = cellOffsets(plan);
  const sets = plan.groupingSets.map((keys) => new Set(keys));
  const above = (fine: number, coarse: number) => isFiner(sets[fine], sets[coarse]);
  const all = plan.groupingSets.map((keys, index): LatticeSet => {
    const finer = sets.flatMap((_, f) => (above(f, index) ? [f] : []));
    const covers = finer.filter((f) => !finer.some((between) => above(f, between)));
    return { index, offset: offsets[index] as number, size: setSize(plan, keys), covers };
  });
  const ranks = [...new Set(sets.map((s) => s.size))].sort((a, b) => b - a);
  return ranks.map((rank) => all.filter((s) => sets[s.index]?.size === rank));
}

function isFiner(fine: ReadonlySet<number> | undefined, coarse: ReadonlySet<number> | undefined): boolean {
  if (fine === undefined || coarse === undefined) return false;
  return fine.size > coarse.size && [...coarse].every((k) => fine.has(k));
}

/** For each cell of set `coarse`, the cells of the finer set `fine` under it (numbered within their sets). */
export function cellsUnder(plan: Pick<Plan, 'keys' | 'groupingSets'>, coarse: number, fine: number): Uint32Array[] {
  const [c, f] = [plan.groupingSets[coarse] as readonly number[], plan.groupingSets[fine] as readonly number[]];
  const weights = new Map<number, number>();
  c.reduceRight((weight, key) => {
    weights.set(key, weight);
    return weight * (plan.keys[key]?.size as number);
  }, 1);
  const [size, fineSize] = [setSize(plan, c), setSize(plan, f)];
  const under = Array.from({ length: size }, () => new Uint32Array(size === 0 ? 0 : fineSize / size));
  const filled = new Uint32Array(size);
  for (let cell = 0; cell < fineSize; cell++) {
    let [rest, target] = [cell, 0];
    for (let k = f.length - 1; k >= 0; k--) {
      const key = f[k] as number;
      const radix = plan.keys[key]?.size as number;
      target += (rest % radix) * (weights.get(key) ?? 0);
      rest = Math.floor(rest / radix);
    }
    const at = filled[target] as number;
    (under[target] as Uint32Array)[at] = cell;
    filled[target] = at + 1;
  }
  return under;
}
