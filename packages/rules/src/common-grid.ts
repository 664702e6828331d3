/**
 * Footprints of several releases on one grid. Per column its classes are cut so finely that every release is made of whole
 * ones. A group is a function on the grid, written in the products of, per column, the constant 1 and the indicators of all
 * classes but the last: a group over some columns then has no part that names others, so that the grid itself, which has
 * as many points as all columns' combinations, is never made.
 */
import type { Footprint, FootprintColumn } from '@sluis/model';
import type { Sparse } from './span.ts';

export interface GridColumn {
  readonly name: string;
  readonly classes: number;
  /** In words, per class. */
  readonly words: readonly string[];
  /** How many classes, from the first on, stand in order, so that several beside each other are a group too. */
  readonly ordered: number;
}

/** Which columns a group fixes to which classes (a range where the column is ordered). */
export type Fixed = ReadonlyMap<string, readonly [number, number]>;

/** Thrown where footprints can't be compared: the caller refuses. */
export class NotComparable extends Error {}

export class CommonGrid {
  readonly columns: ReadonlyMap<string, GridColumn>;
  /** Per footprint and column: the grid's classes of each of its own. */
  readonly #inside = new Map<Footprint, readonly (readonly (readonly number[])[])[]>();
  readonly #numbers = new Map<string, number>();

  constructor(footprints: readonly Footprint[]) {
    const names = [...new Set(footprints.flatMap((f) => f.columns.map((c) => c.name)))];
    const columns = new Map<string, GridColumn>();
    const inside = new Map<FootprintColumn, readonly (readonly number[])[]>();
    for (const name of names) {
      const found = footprints.flatMap((f) => f.columns.filter((c) => c.name === name));
      const { column, parts } = common(name, found);
      columns.set(name, column);
      for (const [i, c] of found.entries()) inside.set(c, parts[i] ?? []);
    }
    this.columns = columns;
    for (const f of footprints)
      this.#inside.set(
        f,
        f.columns.map((c) => inside.get(c) ?? []),
      );
  }

  /** The function that is 1 on some atoms of a footprint, modulo a prime. */
  vector(footprint: Footprint, atoms: readonly number[], prime: number): Sparse {
    let terms = new Map<string, number>();
    const sizes = footprint.columns.map((c) => c.classes);
    const parts = this.#inside.get(footprint) ?? [];
    for (const atom of atoms) {
      let rest = atom;
      const at = sizes.map(() => 0);
      for (let c = sizes.length - 1; c >= 0; c--) {
        at[c] = rest % (sizes[c] as number);
        rest = Math.floor(rest / (sizes[c] as number));
      }
      terms.set(at.join(), 1);
    }
    footprint.columns.forEach((column, c) => {
      terms = this.#along(terms, column.name, parts[c] ?? [], prime);
    });
    return this.#numbered(terms);
  }

  /** The group that fixes columns to classes. */
  groupVector(fixed: Fixed, prime: number): Sparse {
    let terms = new Map([['', 1]]);
    for (const [name, [from, to]] of [...fixed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const next = new Map<string, number>();
      const classes = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      for (const [key, value] of terms) {
        for (const [term, factor] of this.#basis(name, classes)) {
          const joined = term === '' ? key : key === '' ? `${name}:${term}` : `${key}|${name}:${term}`;
          add(next, joined, factor * value, prime);
        }
      }
      terms = next;
    }
    return this.#numbered(terms);
  }

  words(fixed: Fixed): string {
    const parts = [...fixed].map(([name, [from, to]]) => {
      const { words } = this.columns.get(name) as GridColumn;
      return `${name} ${words[from]}${to > from ? ` to ${words[to]}` : ''}`;
    });
    return parts.length === 0 ? 'all rows' : parts.join(', ');
  }

  /** Classes of a column that atoms lie in, as its footprint's class `own` means them here. */
  classesOf(footprint: Footprint, column: number, own: number): readonly number[] {
    return this.#inside.get(footprint)?.[column]?.[own] ?? [];
  }

  /** Replaces the first index of every key by basis terms of the column, which go to the end. */
  #along(terms: Map<string, number>, name: string, parts: readonly (readonly number[])[], prime: number): Map<string, number> {
    const next = new Map<string, number>();
    for (const [key, value] of terms) {
      const [indices = '', made = ''] = key.split('/');
      const comma = indices.indexOf(',');
      const own = Number(comma < 0 ? indices : indices.slice(0, comma));
      const left = comma < 0 ? '' : indices.slice(comma + 1);
      for (const [term, factor] of this.#basis(name, parts[own] ?? [])) {
        const joined = term === '' ? made : made === '' ? `${name}:${term}` : `${made}|${name}:${term}`;
        add(next, `${left}/${joined}`, factor * value, prime);
      }
    }
    return next;
  }

  /** An indicator of some classes, in the constant and the indicators of all classes but the last. */
  #basis(name: string, classes: readonly number[]): [string, number][] {
    const { classes: count } = this.columns.get(name) as GridColumn;
    const inside = new Set(classes);
    if (!inside.has(count - 1)) return classes.map((k) => [String(k), 1]);
    const outside = Array.from({ length: count - 1 }, (_, k) => k).filter((k) => !inside.has(k));
    return [['', 1], ...outside.map((k): [string, number] => [String(k), -1])];
  }

  #numbered(terms: ReadonlyMap<string, number>): Sparse {
    const vector: Sparse = new Map();
    for (const [key, value] of terms) {
      const name = key.includes('/') ? key.slice(key.indexOf('/') + 1) : key;
      const number = this.#numbers.get(name) ?? this.#numbers.size;
      this.#numbers.set(name, number);
      vector.set(number, value);
    }
    return vector;
  }
}

function add(into: Map<string, number>, key: string, value: number, prime: number): void {
  const sum = ((((into.get(key) ?? 0) + value) % prime) + prime) % prime;
  if (sum === 0) into.delete(key);
  else into.set(key, sum);
}

interface Common {
  readonly column: GridColumn;
  /** Per footprint's column and class: classes of the grid. */
  readonly parts: readonly (readonly (readonly number[])[])[];
}

function common(name: string, found: readonly FootprintColumn[]): Common {
  if (found.every((c) => c.kind === 'values')) return commonValues(name, found);
  if (found.every((c) => c.kind === 'cuts')) return commonCuts(name, found);
  throw new NotComparable(`${name} is listed in one release and cut in another`);
}

type Values = Extract<FootprintColumn, { kind: 'values' }>;
type Cuts = Extract<FootprintColumn, { kind: 'cuts' }>;

/** Values that no release tells apart are one class. A value that a release's domain does not have counts for none of its cells. */
function commonValues(name: string, found: readonly Values[]): Common {
  const values = [...new Set(found.flatMap((c) => c.values))];
  const places = found.map((c) => new Map(c.values.map((v, i) => [v, c.classOf[i] as number])));
  const classes = new Map<string, number>();
  const members: (string | null)[][] = [];
  const parts = found.map((c) => Array.from({ length: c.classes }, (): number[] => []));
  for (const value of values) {
    const signature = places.map((p) => p.get(value) ?? -1);
    const key = signature.join();
    let at = classes.get(key);
    if (at === undefined) {
      at = classes.size;
      classes.set(key, at);
      members.push([]);
      for (const [i, own] of signature.entries()) if (own >= 0) parts[i]?.[own]?.push(at);
    }
    members[at]?.push(value);
  }
  const words = members.map((m) =>
    m.every((v) => v === null)
      ? 'is NULL'
      : m.length > 3
        ? `one of ${m.length} values (${m[0]}…)`
        : `= ${m.map((v) => v ?? 'NULL').join(' or ')}`,
  );
  return { column: { name, classes: classes.size, words, ordered: 0 }, parts };
}

/** Every number that a release compares with is a cut of all. */
function commonCuts(name: string, found: readonly Cuts[]): Common {
  const cuts = [...new Set(found.flatMap((c) => c.cuts))].map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  const ordered = 2 * cuts.length + 1;
  const classes = ordered + (found.some((c) => c.nullable) ? 1 : 0);
  const place = new Map(cuts.map((c, i) => [String(c), 2 * i + 1]));
  const parts = found.map((c) => {
    const at = c.cuts.map((cut) => place.get(cut) as number);
    return Array.from({ length: c.classes }, (_, own): number[] => {
      if (own > 2 * at.length) return [ordered];
      if (own % 2 === 1) return [at[(own - 1) / 2] as number];
      const from = own === 0 ? 0 : (at[own / 2 - 1] as number) + 1;
      const to = own === 2 * at.length ? ordered - 1 : (at[own / 2] as number) - 1;
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  });
  const shown = cuts.map((c) => text(c));
  const words = Array.from({ length: classes }, (_, k) => {
    if (k === ordered) return 'is NULL';
    if (k % 2 === 1) return `= ${shown[(k - 1) / 2]}`;
    const [below, above] = [shown[k / 2 - 1], shown[k / 2]];
    if (below === undefined) return above === undefined ? 'has a value' : `< ${above}`;
    return above === undefined ? `> ${below}` : `between ${below} and ${above}`;
  });
  return { column: { name, classes, words, ordered }, parts };
}

function text(fixed: bigint): string {
  const digits = String(fixed < 0n ? -fixed : fixed).padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return `${fixed < 0n ? '-' : ''}${digits.slice(0, -18)}${fraction === '' ? '' : `.${fraction}`}`;
}
