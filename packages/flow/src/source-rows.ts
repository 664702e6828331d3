/** Rows of one source of a plan at one compute party: laid out before they are read, held once, and taken out where they are bad. */
import { type ColumnEncoding, encodingsOf, rowVectors, type Table } from '@sluis/model';
import type { RowsPart, SecretColumn, SecretRows, ShareRoom, SharingTechnique } from '@sluis/technique';
import type { AgreedDeposit } from './deposit-lists.ts';

/** Rows that a station shares in the run (no batch), or that somebody deposited. */
export interface Given {
  readonly giver: string;
  readonly rows: number;
  readonly batch: AgreedDeposit | null;
}

/** Where they stand: among all rows, and among those whose other columns are read as well to check their bounds. */
export interface Stretch extends Given {
  readonly from: number;
  readonly otherFrom: number;
}

const isNew = ({ batch }: Given): boolean => batch !== null && !batch.checkedByAll;

export class SourceRows {
  readonly stretches: readonly Stretch[];
  /** Of all columns of the table, which deposits hold; where there are none, of those that the plan asks for. */
  readonly all: readonly ColumnEncoding[];
  /** Of the columns that the plan asks for. */
  readonly encodings: readonly ColumnEncoding[];
  readonly #sharing: SharingTechnique;
  readonly #room: ShareRoom;
  /** Columns that the plan does not ask for, of deposits that have not been checked yet. */
  readonly #others: ShareRoom;
  /** Places of wanted and of other vectors among those of all columns. */
  readonly #wanted: readonly number[];
  readonly #unwanted: readonly number[];

  constructor(sharing: SharingTechnique, table: Table, columns: readonly string[], given: readonly Given[]) {
    this.#sharing = sharing;
    this.encodings = encodingsOf(table, columns);
    this.all = given.every((g) => g.batch === null) ? this.encodings : encodingsOf(table);
    const names = new Set<string | null>([...this.encodings.map((e) => e.column), null]);
    const vectors = rowVectors(this.all);
    const places = vectors.map((_, i) => i);
    this.#wanted = places.filter((i) => names.has(vectors[i]?.column ?? null));
    this.#unwanted = places.filter((i) => !this.#wanted.includes(i));
    this.stretches = laidOut(given);
    const count = (some: readonly Given[]) => some.reduce((n, s) => n + s.rows, 0);
    this.#room = sharing.room(count(given), this.#wanted.length);
    this.#others = sharing.room(this.#unwanted.length === 0 ? 0 : count(given.filter(isNew)), this.#unwanted.length);
  }

  /** Vectors of one message for a stretch: a deposit has all columns of its table. */
  vectorsOf(stretch: Stretch): number {
    return rowVectors(stretch.batch === null ? this.encodings : this.all).length;
  }

  /** Puts rows of a stretch to their place, `at` rows from its beginning, and empties what they were read into. */
  put(stretch: Stretch, at: number, columns: readonly SecretColumn[]): void {
    const some = (places: readonly number[]) => places.map((i) => columns[i] as SecretColumn);
    this.#room.put(stretch.from + at, stretch.batch === null ? columns : some(this.#wanted));
    if (isNew(stretch) && this.#unwanted.length > 0) this.#others.put(stretch.otherFrom + at, some(this.#unwanted));
    this.#sharing.forget(columns);
  }

  /** Stretches of stations, whose values are new in every run. */
  get shared(): readonly Stretch[] {
    return this.stretches.filter((s) => s.batch === null);
  }

  /** Stretches of deposits that have not been checked by all three parties. */
  get unchecked(): readonly Stretch[] {
    return this.stretches.filter(isNew);
  }

  /** A stretch's vectors, as messages hold them; without copying. */
  partOf(stretch: Stretch): RowsPart {
    const wanted = this.#room.view(stretch.from, stretch.rows);
    if (stretch.batch === null) return { length: stretch.rows, columns: wanted };
    const columns = new Array<SecretColumn>(this.#wanted.length + this.#unwanted.length);
    for (const [k, place] of this.#wanted.entries()) columns[place] = wanted[k] as SecretColumn;
    const others = this.#unwanted.length === 0 ? [] : this.#others.view(stretch.otherFrom, stretch.rows);
    for (const [k, place] of this.#unwanted.entries()) columns[place] = others[k] as SecretColumn;
    return { length: stretch.rows, columns };
  }

  /** What is computed on: all rows but those of bad stretches; rows of one giver stand together. Called once, at last. */
  secretRows(bad: ReadonlySet<Stretch>): SecretRows {
    this.#others.release();
    const good = this.stretches.filter((s) => !bad.has(s));
    if (bad.size > 0) this.#room.keep(good.map(({ from, rows }) => ({ from, length: rows })));
    const names = new Map<string, number>();
    const giverOf = new Uint32Array(this.#room.rows);
    let at = 0;
    for (const { giver, rows } of good) {
      const number = names.get(giver) ?? names.size;
      names.set(giver, number);
      giverOf.fill(number, at, at + rows);
      at += rows;
    }
    const columns = this.#room.view(0, at);
    return { length: at, encodings: this.encodings, columns, givers: [...names.keys()], giverOf };
  }
}

/** Rows of one giver stand together, givers in the order in which they are first named. */
function laidOut(given: readonly Given[]): Stretch[] {
  const byGiver = Map.groupBy(given, (g) => g.giver);
  let [from, otherFrom] = [0, 0];
  return [...byGiver.values()].flat().map((g) => {
    const stretch = { ...g, from, otherFrom };
    from += g.rows;
    if (isNew(g)) otherFrom += g.rows;
    return stretch;
  });
}
