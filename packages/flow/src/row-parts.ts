/** Rows that somebody gave, as one compute party holds them, and all of a source's together. */
import { type ColumnEncoding, rowVectors } from '@sluis/model';
import type { Committee, SecretColumn, SecretRows } from '@sluis/technique';

/** Vectors of some rows, in the order of `rowVectors`. */
export interface RowPiece {
  readonly length: number;
  readonly columns: readonly SecretColumn[];
}

/** What one giver gave: a station in the run, or a deposit. */
export interface RowPart {
  readonly giver: string;
  readonly pieces: readonly RowPiece[];
}

/** Joins parts to one source; rows of one giver stand together. Local. */
export function secretRows(committee: Committee, encodings: readonly ColumnEncoding[], parts: readonly RowPart[]): SecretRows {
  const names = [...new Set(parts.map((p) => p.giver))];
  const ordered = names.flatMap((name) => parts.filter((p) => p.giver === name));
  const pieces = ordered.flatMap((p) => p.pieces.map((piece) => ({ giver: names.indexOf(p.giver), piece })));
  const length = pieces.reduce((n, { piece }) => n + piece.length, 0);
  const giverOf = new Uint32Array(length);
  let at = 0;
  for (const { giver, piece } of pieces) {
    giverOf.fill(giver, at, at + piece.length);
    at += piece.length;
  }
  const columns = rowVectors(encodings).map((_, v) => {
    const cut = pieces.map(({ piece }) => piece.columns[v] as SecretColumn);
    return cut.length === 1 ? (cut[0] as SecretColumn) : cut.length === 0 ? committee.constant(0, 1, 0n) : committee.concat(cut);
  });
  return { length, encodings, columns, givers: names, giverOf };
}

/** Of vectors of all columns of a table, those of some columns. */
export function chosenVectors(all: readonly ColumnEncoding[], wanted: readonly ColumnEncoding[], piece: RowPiece): RowPiece {
  const names = new Set(wanted.map((e) => e.column));
  return {
    length: piece.length,
    columns: piece.columns.filter((_, i) => {
      const vector = rowVectors(all)[i];
      return vector !== undefined && (vector.column === null || names.has(vector.column));
    }),
  };
}
