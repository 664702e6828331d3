/** Many parts of rows, long and short, looked at in blocks of a fixed size. Local. */
import type { Committee, RowsPart, SecretColumn } from '@sluis/technique';

/** Rows of one part that lie in one block. */
export interface Cut {
  readonly part: RowsPart;
  readonly from: number;
  readonly length: number;
}

/** Blocks of `most` rows, the last one shorter; a block may hold several parts, and a part span several blocks. */
export function* blocksOf(parts: readonly RowsPart[], most: number): Generator<readonly Cut[]> {
  let open: Cut[] = [];
  let room = most;
  for (const part of parts) {
    for (let from = 0; from < part.length; ) {
      const length = Math.min(room, part.length - from);
      open.push({ part, from, length });
      from += length;
      room -= length;
      if (room > 0) continue;
      yield open;
      [open, room] = [[], most];
    }
  }
  if (open.length > 0) yield open;
}

/** One vector of a block's rows. */
export function blockOf(committee: Committee, block: readonly Cut[], vector: number): SecretColumn {
  const columns = block.map(({ part, from, length }) => {
    const column = part.columns[vector] as SecretColumn;
    return length === part.length ? column : committee.slice(column, from, length);
  });
  return columns.length === 1 ? (columns[0] as SecretColumn) : committee.concat(columns);
}
