/** From records of text to vectors of numbers, in pieces; every value is checked against the agreement on the way. */
import { InvalidError } from '@sluis/base';
import {
  cellCodec,
  type CellCodec,
  type CellProblem,
  type Column,
  encodingsOf,
  rowsOfPiece,
  rowVectors,
  type Table,
  tableColumn,
  type Vectors,
} from '@sluis/model';
import { type CsvRecord, csvRecords } from './csv-rows.ts';

/** Why a row can't be deposited, and where; never its value. */
export interface RowProblem {
  readonly line: number;
  /** Null if the row as a whole is wrong. */
  readonly column: string | null;
  readonly problem: CellProblem | 'wrong-number-of-fields';
}

export interface EncodeOptions {
  readonly collaboration: string;
  readonly table: Table;
  readonly source: AsyncIterable<Uint8Array>;
  readonly onProblem: (problem: RowProblem) => void;
}

/** Repeated texts are looked up rather than encoded again, in columns with no more different ones than this. */
const REMEMBERED = 5_000;

interface ColumnReader {
  readonly name: string;
  /** Further bits of a column that has a reader already: a problem is reported once. */
  readonly again: boolean;
  readonly codec: CellCodec;
  readonly field: number;
  known: Map<string, bigint> | null;
}

/**
 * Pieces of a CSV file's valid rows: value and, where a column is nullable, presence vectors, then the flag `valid`.
 * Rows with problems are reported and left out.
 *
 * @throws InvalidError `deposit/columns-missing` if the header lacks columns of the table, `deposit/csv-…`.
 */
export async function* encodedPieces({ collaboration, table, source, onProblem }: EncodeOptions): AsyncGenerator<Vectors> {
  const size = rowsOfPiece(table);
  let readers: ColumnReader[] | null = null;
  let width = 0;
  let piece = new PieceBuilder(table, size);
  for await (const records of csvRecords(source)) {
    for (const record of records) {
      if (readers === null) {
        width = record.fields.length;
        readers = readersOf(collaboration, table, record);
        continue;
      }
      if (!piece.add(record, width, readers, onProblem)) continue;
      if (piece.rows < size) continue;
      yield piece.vectors();
      piece = new PieceBuilder(table, size);
    }
  }
  if (readers === null) throw missing('The file is empty.', 'Its first line must name the columns.');
  if (piece.rows > 0) yield piece.vectors();
}

function readersOf(collaboration: string, table: Table, header: CsvRecord): ColumnReader[] {
  const names = header.fields.map((f) => (f ?? '').trim().toLowerCase());
  const absent: string[] = [];
  const readers = encodingsOf(table).map((encoding) => {
    const name = tableColumn(encoding.column);
    const column = table.columns[name] as Column;
    const field = names.indexOf(name.toLowerCase());
    const again = encoding.of !== undefined;
    if (field === -1 && !again) absent.push(name);
    if (names.lastIndexOf(name.toLowerCase()) !== field)
      throw missing(`Column ${name} stands twice in the first line.`, 'Each name may stand there once.');
    return { name, again, codec: cellCodec(collaboration, encoding.column, column), field, known: new Map<string, bigint>() };
  });
  if (absent.length > 0)
    throw missing(
      `The first line lacks ${absent.length === 1 ? 'the column' : 'the columns'} ${absent.join(', ')}.`,
      `The table has: ${Object.keys(table.columns).join(', ')}.`,
    );
  return readers;
}

const missing = (message: string, remedy: string) =>
  new InvalidError('deposit/columns-missing', { stage: 'contribution', message, remedy });

class PieceBuilder {
  rows = 0;
  readonly #columns: BigUint64Array[];
  readonly #nullable: readonly boolean[];

  constructor(table: Table, size: number) {
    const encodings = encodingsOf(table);
    this.#columns = rowVectors(encodings).map(() => new BigUint64Array(size));
    this.#nullable = encodings.map((e) => e.nullable);
  }

  /** False if the row has problems; it is then not there. */
  add(record: CsvRecord, width: number, readers: readonly ColumnReader[], onProblem: (problem: RowProblem) => void): boolean {
    if (record.fields.length !== width) {
      onProblem({ line: record.line, column: null, problem: 'wrong-number-of-fields' });
      return false;
    }
    let good = true;
    let vector = 0;
    for (const [c, reader] of readers.entries()) {
      const text = record.fields[reader.field] ?? null;
      const value = numberOf(reader, text);
      if (typeof value === 'bigint') {
        (this.#columns[vector] as BigUint64Array)[this.rows] = value;
        if (this.#nullable[c] === true) (this.#columns[vector + 1] as BigUint64Array)[this.rows] = text === null ? 0n : 1n;
      } else {
        if (!reader.again) onProblem({ line: record.line, column: reader.name, problem: value });
        good = false;
      }
      vector += this.#nullable[c] === true ? 2 : 1;
    }
    if (!good) return false;
    (this.#columns[vector] as BigUint64Array)[this.rows] = 1n;
    this.rows += 1;
    return true;
  }

  vectors(): Vectors {
    return { cells: this.rows, columns: this.#columns.map((c) => c.subarray(0, this.rows)) };
  }
}

function numberOf(reader: ColumnReader, text: string | null): bigint | CellProblem {
  if (text === null) return reader.codec.encode(null);
  if (reader.known === null) return reader.codec.encode(text);
  const known = reader.known.get(text);
  if (known !== undefined) return known;
  const value = reader.codec.encode(text);
  if (reader.known.size >= REMEMBERED) reader.known = null;
  else if (typeof value === 'bigint') reader.known.set(text, value);
  return value;
}
