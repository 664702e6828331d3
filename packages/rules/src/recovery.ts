/**
 * What follows from shown cells by addition and subtraction. First equation by equation (complete where equations hang
 * together like a tree, as those of ROLLUP do), then, where they form circles, by elimination modulo primes.
 */
import { PRIMES, Span, type Sparse } from './span.ts';
import type { TableRelations } from './table-relations.ts';

/** A place where something is told that must not be: further cells of one of these equations have to be suppressed. */
export interface Breach {
  readonly equations: readonly number[];
}

export interface Knowledge {
  /** Per cell: 1 where its value is shown or known to be nothing. */
  readonly known: Uint8Array;
  /** Per cell: 1 where its value must not be found. */
  readonly sensitive: Uint8Array;
}

/** Most elements of rows that elimination touches in one circle of equations. */
const MOST_WORK = 8_000_000;

/** Places that betray, and the number of circles too large to examine. */
export function breaches(table: TableRelations, { known, sensitive }: Knowledge): { found: Breach[]; unexamined: number } {
  const { equations } = table;
  const derived = Uint8Array.from(known);
  /** By which equation a cell was found. */
  const by = new Int32Array(table.cells).fill(-1);
  const open = new Int32Array(equations.length);
  const queue: number[] = [];
  equations.forEach((equation, e) => {
    for (const cell of equation) if (derived[cell] === 0) open[e] = (open[e] as number) + 1;
    if (open[e] === 1) queue.push(e);
  });
  const found: Breach[] = [];
  for (let at = 0; at < queue.length; at++) {
    const e = queue[at] as number;
    const cell = equations[e]?.find((c) => derived[c] === 0);
    if (cell === undefined) continue;
    if (sensitive[cell] === 1) found.push({ equations: chain(table, e, by, known) });
    derived[cell] = 1;
    by[cell] = e;
    for (const other of table.of[cell] ?? []) {
      open[other] = (open[other] as number) - 1;
      if (open[other] === 1) queue.push(other);
    }
  }
  equations.forEach((equation, e) => {
    if ((open[e] as number) < 2 || derived[equation[0] as number] === 0) return;
    // A known rest made of suppressed cells alone is a group that has not passed either.
    if (equation.every((c) => derived[c] === 1 || sensitive[c] === 1)) found.push({ equations: chain(table, e, by, known) });
  });
  let unexamined = 0;
  for (const circle of circles(table, derived, open)) {
    const result = eliminate(table, circle, derived, sensitive);
    if (result === null) unexamined++;
    else found.push(...result.map((equations) => ({ equations })));
  }
  return { found, unexamined };
}

/** The equation, or those by which its cells were found where none of its own cells is shown. */
function chain(table: TableRelations, from: number, by: Int32Array, known: Uint8Array): number[] {
  const seen = new Set([from]);
  for (const e of seen) {
    for (const cell of table.equations[e] ?? []) if (known[cell] === 0 && (by[cell] as number) >= 0) seen.add(by[cell] as number);
    if (seen.size > 1000) break;
  }
  return [...seen];
}

/** Connected equations with unknown cells that hang together in circles. */
function circles(table: TableRelations, derived: Uint8Array, open: Int32Array): number[][] {
  const seen = new Uint8Array(table.equations.length);
  const found: number[][] = [];
  for (let start = 0; start < table.equations.length; start++) {
    if (seen[start] === 1 || (open[start] as number) < 2) continue;
    seen[start] = 1;
    const part = [start];
    const cells = new Set<number>();
    let edges = 0;
    for (let at = 0; at < part.length; at++) {
      for (const cell of table.equations[part[at] as number] ?? []) {
        if (derived[cell] === 1) continue;
        edges++;
        if (cells.has(cell)) continue;
        cells.add(cell);
        for (const e of table.of[cell] ?? []) {
          if (seen[e] === 1) continue;
          seen[e] = 1;
          part.push(e);
        }
      }
    }
    if (edges >= part.length + cells.size) found.push(part);
  }
  return found;
}

/** Equations around cells that the circle gives away; null if there is more to compute than is allowed. */
function eliminate(table: TableRelations, circle: readonly number[], derived: Uint8Array, sensitive: Uint8Array): number[][] | null {
  const told = new Set<number>();
  for (const prime of PRIMES) {
    const rows = circle.map((e) => rowOf(table.equations[e] as Uint32Array, derived, prime));
    const span = new Span(prime, MOST_WORK);
    for (const row of rows.sort((a, b) => a.size - b.size)) span.add(row);
    if (span.exhausted) return null;
    for (const row of span.rows) {
      const entries = [...row];
      const alone = entries.every(([cell, value]) => sensitive[cell] === 1 && value === entries[0]?.[1]);
      if (entries.length > 0 && alone) told.add(entries[0]?.[0] as number);
    }
  }
  return [...told].map((cell) => [...(table.of[cell] ?? []), ...circle]);
}

function rowOf(equation: Uint32Array, derived: Uint8Array, prime: number): Sparse {
  const row: Sparse = new Map();
  equation.forEach((cell, i) => {
    if (derived[cell] === 0) row.set(cell, i === 0 ? prime - 1 : 1);
  });
  return row;
}
