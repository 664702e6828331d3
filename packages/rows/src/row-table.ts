/** Secret rows by column, as expressions find them; sources become such tables, and joins make one of two. */
import { ProtocolError } from '@sluis/base';
import { rowVectors } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, SecretRows } from '@sluis/technique';

export interface TableColumn {
  readonly values: SecretColumn;
  /** 1 where the value is not NULL; null where it never is. */
  readonly present: SecretBits | null;
  readonly low: bigint;
  readonly high: bigint;
}

export interface RowTable {
  readonly length: number;
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Rows that exist and take part. */
  readonly valid: SecretBits;
}

export const columnKey = (source: number, column: string): string => `${source}.${column}`;

/** Name under which the giver of a source's rows stands among its columns, where there is more than one. */
export const GIVER = '(giver)';
/** Name under which a row's number in its source stands among its columns, where different rows are counted. */
export const ROW = '(row)';
/** Name of a column that is present where a source has a row in a join. */
export const MATCHED = '(matched)';

/**
 * Opens a source's vectors to columns and bits; an empty source gets one row that takes no part. Only wanted columns
 * are kept. Run by: all three compute parties, in step. Throws ProtocolError `rows/wrong-vectors` on a wrong number of
 * vectors. Learns: nobody anything. Cost: one bit per flag, 1 round.
 */
export async function tableOf(
  committee: Committee,
  source: number,
  given: SecretRows,
  wanted: ReadonlySet<string>,
  withGiver: boolean,
  withRow = false,
): Promise<RowTable> {
  const rows = given.length > 0 ? given : oneRow(committee, given);
  const vectors = rowVectors(rows.encodings);
  if (vectors.length !== rows.columns.length || rows.columns.some((c) => c.length !== rows.length || c.words !== 1)) throw wrong();
  const kept = rows.encodings.filter((e) => wanted.has(columnKey(source, e.column)));
  const place = (column: string | null, kind: string) => rows.columns[vectors.findIndex((v) => v.column === column && v.kind === kind)];
  const nullable = rows.encodings.filter((e) => e.nullable && kept.some((k) => (k.of ?? k.column) === e.column));
  const flags = [...nullable.map((e) => place(e.column, 'present')), place(null, 'valid')] as SecretColumn[];
  const [flagBits] = await committee.toBits(committee.concat(flags), 1);
  const bits = flags.map((_, i) => committee.sliceBits(flagBits as SecretBits, i * rows.length, rows.length));
  const columns = new Map(
    kept.map((e): [string, TableColumn] => {
      const flag = nullable.findIndex((other) => other.column === (e.of ?? e.column));
      const present = flag < 0 ? null : (bits[flag] as SecretBits);
      return [columnKey(source, e.column), { values: place(e.column, 'value') as SecretColumn, present, low: e.minimum, high: e.maximum }];
    }),
  );
  if (withRow) {
    const values = committee.publicColumn(
      BigUint64Array.from({ length: rows.length }, (_, i) => BigInt(i)),
      1,
    );
    columns.set(columnKey(source, ROW), { values, present: null, low: 0n, high: BigInt(rows.length - 1) });
  }
  if (withGiver) {
    const values = committee.publicColumn(BigUint64Array.from(rows.giverOf, BigInt), 1);
    columns.set(columnKey(source, GIVER), { values, present: null, low: 0n, high: BigInt(Math.max(0, rows.givers.length - 1)) });
  }
  return { length: rows.length, columns, valid: bits.at(-1) as SecretBits };
}

function oneRow(committee: Committee, given: SecretRows): SecretRows {
  const columns = given.columns.map(() => committee.constant(1, 1, 0n));
  return { ...given, length: 1, columns, giverOf: new Uint32Array(1) };
}

const wrong = () =>
  new ProtocolError('rows/wrong-vectors', {
    stage: 'aggregate',
    message: "Shared rows don't have the vectors that the plan asks for.",
    remedy: 'Ask again once all stations run the same release of Sluis.',
  });
