/** For requests with a position: columns of the last row at or before it. The heart of expanding and fetching rows. */
import type { Committee, SecretColumn } from '@sluis/technique';
import { count, placeRows } from './placement.ts';
import { runAlong } from './scan.ts';
import { sortRows } from './sort.ts';

/**
 * For each request, in the given order, the columns of the last row whose position is at most the requested one; zeros
 * if there is none. Run by: all three compute parties, in step.
 *
 * @param positions - of the rows, one word, signed, at most `bits` bits; among rows with equal positions the last counts.
 * @param requests - the same, for any number of requests.
 * @param columns - of the rows.
 *
 * Learns: nobody anything (see `sortRows` and `placeRows`). Cost: sorting rows and requests together, `runAlong`
 * over the columns, and moving the requests back to their order. Source: Krastnikov, Kerschbaum & Stebila 2020, §5
 * (distribute and expand), here by one sort instead of a routing network.
 */
export async function latestRows(
  on: Committee,
  positions: SecretColumn,
  columns: readonly SecretColumn[],
  requests: SecretColumn,
  bits: number,
): Promise<SecretColumn[]> {
  const [rows, asked] = [positions.length, requests.length];
  const n = rows + asked;
  if (asked === 0 || columns.length === 0) return columns.map((c) => on.constant(asked, c.words, 0n));
  const isRequest = on.publicBits(new Uint8Array(n).fill(1, rows));
  const values = columns.map((c) => on.concat([c, on.constant(asked, c.words, 0n)]));
  const number = on.publicColumn(count(n), 1);
  const table = { length: n, columns: [...values, number], bits: [isRequest] };
  // Rows come before requests for the same position because they stood before them.
  const sorted = await sortRows(on, table, [{ column: on.concat([positions, requests]), bits }]);
  const found = await runAlong(on, sorted.columns.slice(0, -1), sorted.bits[0] as typeof isRequest);
  const placed = await placeRows(on, { length: n, columns: found, bits: [] }, sorted.columns[columns.length] as SecretColumn);
  return placed.columns.map((c) => on.slice(c, rows, asked));
}
