/**
 * Secondary suppression: beside cells that do not pass the rules, further ones are suppressed until no such cell follows
 * from those that are shown. In the clear, on the pattern of what passes and what is empty, without a value.
 */
import { type AggregateKind, openingMasks, type Plan } from '@sluis/model';
import { breaches } from './recovery.ts';
import { relationsOf, type TableRelations } from './table-relations.ts';

/** A value that is opened wherever one of some outputs is shown. */
interface Value {
  readonly outputs: readonly number[];
  readonly contribution: number;
  /** Whether totals are sums of their parts; extremes, quantiles and numbers of different values are not. */
  readonly additive: boolean;
}

const ADDITIVE: ReadonlySet<AggregateKind> = new Set(['count', 'sum', 'avg', 'var_samp', 'var_pop', 'stddev_samp', 'stddev_pop']);
const isAdditive = (kind: AggregateKind): boolean => ADDITIVE.has(kind) || /^(covar|corr|regr)/.test(kind);

/**
 * Which cells are shown. Run by: each compute party for itself; all find the same, since it depends on opened bits only.
 *
 * @param opened - per output which cells pass by themselves; with secondary suppression also, per contribution, which are empty.
 */
export function settle(plan: Plan, opened: readonly Uint8Array[]): Uint8Array[] {
  const primary = opened.slice(0, plan.outputs.length);
  if (plan.rules.secondary === undefined) return primary;
  const empty = opened.slice(plan.outputs.length);
  const shown = primary.map((bits) => Uint8Array.from(bits));
  const table = relationsOf(plan);
  const values = valuesOf(plan);
  for (let changed = true; changed; ) {
    changed = false;
    for (const value of values) {
      const state = new ValueState(plan, table, value, primary, shown, empty[value.contribution] as Uint8Array);
      if (value.additive ? state.protect() : state.holdBack()) changed = true;
    }
  }
  return shown;
}

/** Counts and accumulators; those that are opened together are one. */
function valuesOf(plan: Plan): Value[] {
  const one = (o: number) =>
    openingMasks(
      { ...plan, cellCount: 1 },
      plan.outputs.map((_, i) => Uint8Array.of(i === o ? 1 : 0)),
    );
  const masks = plan.outputs.map((_, o) => one(o));
  const needing = (of: 'counts' | 'accumulators', i: number) => masks.flatMap((m, o) => (m[of][i]?.[0] === 1 ? [o] : []));
  const found = new Map<string, Value>();
  const add = (value: Value): void => {
    if (value.outputs.length > 0) found.set(JSON.stringify(value), value);
  };
  for (const c of plan.contributions.keys()) add({ outputs: needing('counts', c), contribution: c, additive: true });
  plan.accumulators.forEach((_, i) => {
    const users = plan.aggregates.filter((a) => a.accumulators.includes(i));
    const [first] = users;
    if (first !== undefined)
      add({ outputs: needing('accumulators', i), contribution: first.contribution, additive: users.every((a) => isAdditive(a.kind)) });
  });
  return [...found.values()];
}

class ValueState {
  readonly #plan: Plan;
  readonly #table: TableRelations;
  readonly #value: Value;
  readonly #shown: readonly Uint8Array[];
  readonly #sensitive: Uint8Array;
  /** Cells that are opened, or empty. */
  readonly #known: Uint8Array;
  readonly #opened: Uint8Array;
  #changed = false;

  constructor(
    plan: Plan,
    table: TableRelations,
    value: Value,
    primary: readonly Uint8Array[],
    shown: readonly Uint8Array[],
    empty: Uint8Array,
  ) {
    this.#plan = plan;
    this.#table = table;
    this.#value = value;
    this.#shown = shown;
    this.#sensitive = new Uint8Array(table.cells);
    this.#known = new Uint8Array(table.cells);
    this.#opened = new Uint8Array(table.cells);
    for (let c = 0; c < plan.cellCount; c++) {
      const passes = value.outputs.some((o) => primary[o]?.[c] === 1);
      this.#sensitive[c] = passes || empty[c] === 1 ? 0 : 1;
      this.#opened[c] = value.outputs.some((o) => shown[o]?.[c] === 1) ? 1 : 0;
      this.#known[c] = this.#opened[c] === 1 || empty[c] === 1 ? 1 : 0;
    }
  }

  /**
   * Suppresses cells until nothing sensitive follows from the rest; true if any was. Of tables too large to examine no
   * total remains: cells of the finest set are parts of nothing else, so that nothing follows from them.
   */
  protect(): boolean {
    if (!this.#sensitive.includes(1)) return false;
    const knowledge = { known: this.#known, sensitive: this.#sensitive };
    const count = () => this.#opened.reduce((n, bit) => n + bit, 0);
    for (;;) {
      const { found, unexamined } = breaches(this.#table, knowledge);
      if (found.length === 0 && unexamined === 0) return this.#changed;
      const before = count();
      const mended = new Set<number>();
      for (const breach of found) {
        // What was suppressed for another breach may have mended this one.
        if (breach.equations.length < 50 && breach.equations.some((e) => mended.has(e))) continue;
        for (const e of this.#mend(breach.equations)) mended.add(e);
      }
      if (unexamined > 0) this.#closeAll((cell) => this.#table.finest[cell] === 0);
      if (count() < before) continue;
      // Where nothing more can be suppressed, rather nothing is shown than too much.
      if (found.length > 0) this.#closeAll(() => true);
      return this.#changed;
    }
  }

  #closeAll(which: (cell: number) => boolean): void {
    for (const [cell, bit] of this.#opened.entries()) if (bit === 1 && which(cell)) this.#close(cell);
  }

  /** Suppresses the cheapest shown cell of the first equation that has one; returns the equations it stands in. */
  #mend(equations: readonly number[]): readonly number[] {
    for (const e of equations) {
      const candidates = [...(this.#table.equations[e] ?? [])].filter((c) => this.#opened[c] === 1);
      if (candidates.length === 0) continue;
      const costs = candidates.map((c) => this.#costOf(c, e));
      const least = costs.reduce((best, cost, i) => (before(cost, costs[best] as Cost) ? i : best), 0);
      const chosen = candidates[least] as number;
      this.#close(chosen);
      return this.#table.of[chosen] ?? [];
    }
    return [];
  }

  /** First how many other equations would have it as their only unknown, then how much it stands for, then its place. */
  #costOf(cell: number, within: number): Cost {
    let lonely = 0;
    for (const e of this.#table.of[cell] ?? []) {
      if (e !== within && this.#table.equations[e]?.every((c) => this.#known[c] === 1)) lonely++;
    }
    return [lonely, this.#table.weight[cell] as number, cell];
  }

  /**
   * For values that are no sums: a total is shown only if every part of it is; and where other sets have the same total,
   * not all of their cells are shown either. True if anything was suppressed.
   */
  holdBack(): boolean {
    for (let again = true; again; ) {
      again = false;
      const whole = new Map<number, number[]>();
      const broken = new Set<number>();
      for (const [e, equation] of this.#table.equations.entries()) {
        const [total = 0, ...parts] = equation;
        const all = parts.every((c) => this.#known[c] === 1);
        if (!all) broken.add(total);
        else whole.set(total, [...(whole.get(total) ?? []), e]);
        if (all || this.#opened[total] === 0) continue;
        this.#close(total);
        again = true;
      }
      for (const [total, equations] of whole) {
        if (!broken.has(total)) continue;
        for (const e of equations) {
          for (const cell of this.#table.equations[e] ?? []) {
            if (this.#opened[cell] === 0) continue;
            this.#close(cell);
            again = true;
          }
        }
      }
    }
    return this.#changed;
  }

  #close(cell: number): void {
    this.#opened[cell] = 0;
    this.#known[cell] = 0;
    this.#changed = true;
    if (cell >= this.#plan.cellCount) throw new RangeError('only asked cells are ever shown');
    for (const o of this.#value.outputs) (this.#shown[o] as Uint8Array)[cell] = 0;
  }
}

type Cost = readonly [number, number, number];
const before = (a: Cost, b: Cost): boolean => (a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2]);
