/**
 * The output rules over plain partial aggregates: the reference that tests compare the committee with, and nothing that
 * runs in a station. Written for reading, cell by cell, independently of the vectorised code.
 */
import { settle } from './secondary-suppression.ts';
import { cellOffsets, layoutOf, type LayoutColumn, type Plan, setSize, type Vectors } from '@sluis/model';

export interface PlainVectors {
  readonly organisation: string;
  readonly vectors: Vectors;
}

/** Per output, one byte (0 or 1) per cell. */
export function decideInTheClear(plan: Plan, inputs: readonly PlainVectors[]): Uint8Array[] {
  const ownRules = plan.aggregates.map((_, a) => Array.from({ length: plan.cellCount }, (_, cell) => passesAlone(plan, inputs, a, cell)));
  const withTotals = plan.aggregates.map((_, a) =>
    Array.from({ length: plan.cellCount }, (_, cell) => {
      const parts = finerCells(plan, cell);
      return (ownRules[a]?.[cell] ?? false) && parts.every((p) => (ownRules[a]?.[p] ?? false) || isEmpty(plan, inputs, a, p));
    }),
  );
  const bits = plan.rules.secondary ? ownRules : withTotals;
  const passed = plan.outputs.map((output) =>
    Uint8Array.from({ length: plan.cellCount }, (_, cell) => (output.aggregates.every((a) => bits[a]?.[cell] ?? false) ? 1 : 0)),
  );
  if (plan.rules.secondary === undefined) return passed;
  const nobody = plan.contributions.map((_, c) =>
    Uint8Array.from({ length: plan.cellCount }, (_, cell) =>
      total(plan, inputs, cell, (l) => l.kind === 'present' && l.contribution === c) === 0n ? 1 : 0,
    ),
  );
  return settle(plan, [...passed, ...nobody]);
}

/** The cell itself under all rules: with everybody, and without each receiver. */
function passesAlone(plan: Plan, inputs: readonly PlainVectors[], aggregate: number, cell: number): boolean {
  const groups = [inputs, ...plan.rules.withoutReceivers.map((name) => inputs.filter((i) => i.organisation !== name))];
  return groups.every((group) => passesFor(plan, group, aggregate, cell));
}

function passesFor(plan: Plan, inputs: readonly PlainVectors[], aggregate: number, cell: number): boolean {
  const { contribution, dominance } = plan.aggregates[aggregate] as Plan['aggregates'][number];
  const { rules } = plan;
  const rows = total(plan, inputs, cell, (l) => l.kind === 'count' && l.contribution === contribution);
  const organisations = total(plan, inputs, cell, (l) => l.kind === 'present' && l.contribution === contribution);
  if (rows < BigInt(rules.minimumRows) || organisations < BigInt(rules.minimumOrganisations)) return false;
  const rowsOf = (source: number) =>
    total(plan, inputs, cell, (l) => l.kind === 'rows-of' && l.contribution === contribution && l.source === source);
  if (rules.countedSources?.some((source) => rowsOf(source) < BigInt(rules.minimumRows))) return false;
  if (dominance === null) return true;
  const sum = total(plan, inputs, cell, (l) => l.kind === 'absolute' && l.dominance === dominance);
  const top = inputs
    .flatMap((i) => values(plan, i, cell, (l) => l.kind === 'top' && l.dominance === dominance))
    .sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  if (rules.dominance !== null) {
    const largest = top.slice(0, rules.dominance.n).reduce((s, v) => s + v, 0n);
    if (100n * largest > BigInt(rules.dominance.k) * sum) return false;
  }
  if (rules.pPercent !== null) {
    const [first, second] = [top[0] ?? 0n, top[1] ?? 0n];
    if (100n * (sum - first - second) < BigInt(rules.pPercent) * first) return false;
  }
  return true;
}

function isEmpty(plan: Plan, inputs: readonly PlainVectors[], aggregate: number, cell: number): boolean {
  const contribution = plan.aggregates[aggregate]?.contribution;
  return total(plan, inputs, cell, (l) => l.kind === 'present' && l.contribution === contribution) === 0n;
}

const total = (plan: Plan, inputs: readonly PlainVectors[], cell: number, which: (l: LayoutColumn) => boolean): bigint =>
  inputs.flatMap((i) => values(plan, i, cell, which)).reduce((s, v) => s + v, 0n);

function values(plan: Plan, input: PlainVectors, cell: number, which: (l: LayoutColumn) => boolean): bigint[] {
  return layoutOf(plan).flatMap((l, c) =>
    which(l) ? [element(input.vectors.columns[c] as BigUint64Array, cell, plan.cellCount, l.words)] : [],
  );
}

function element(column: BigUint64Array, cell: number, cells: number, words: number): bigint {
  let value = 0n;
  for (let j = words - 1; j >= 0; j--) value = (value << 64n) | (column[j * cells + cell] as bigint);
  return BigInt.asIntN(64 * words, value);
}

/** Every cell of a finer grouping set (a strict superset of keys) that agrees with this one on this one's keys. */
function finerCells(plan: Plan, cell: number): number[] {
  const here = keysOf(plan, cell);
  const finer: number[] = [];
  for (let other = 0; other < plan.cellCount; other++) {
    const there = keysOf(plan, other);
    if (there.size > here.size && [...here].every(([key, value]) => there.get(key) === value)) finer.push(other);
  }
  return finer;
}

/** Key index → position in its domain, for the grouping set the cell belongs to. */
function keysOf(plan: Plan, cell: number): Map<number, number> {
  const offsets = cellOffsets(plan);
  const set = offsets.findIndex((offset, s) => cell >= offset && cell < offset + setSize(plan, plan.groupingSets[s] ?? []));
  const keys = plan.groupingSets[set] ?? [];
  let rest = cell - (offsets[set] ?? 0);
  const found: [number, number][] = [];
  for (const key of [...keys].reverse()) {
    const size = plan.keys[key]?.size ?? 1;
    found.unshift([key, rest % size]);
    rest = Math.floor(rest / size);
  }
  return new Map(found);
}
