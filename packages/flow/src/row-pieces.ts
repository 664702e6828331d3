/** How rows that a station shares within a run are cut into pieces, and what each piece is bound to. */
import { canonicalBytes } from '@sluis/base';
import { z } from 'zod';
import type { Attempt } from './context.ts';

/** Small enough to be sealed and opened one at a time. */
export const ROWS_PER_PIECE = 65_536;
/** At most 33.5 million rows of one station. */
export const MOST_PIECES = 512;

/** What a piece says of itself beside its box. Numbers of rows are public to the compute parties. */
export const rowsPieceSchema = z.strictObject({
  /** Index into the plan's sources. */
  source: z.number().int().min(0).max(31),
  piece: z
    .number()
    .int()
    .min(0)
    .max(MOST_PIECES - 1),
  pieces: z.number().int().min(1).max(MOST_PIECES),
  rows: z.number().int().min(0).max(ROWS_PER_PIECE),
});
export type RowsPiece = z.infer<typeof rowsPieceSchema>;

/** What a sealed piece is bound to: nobody can use it in another run, place or direction, or cut or mix series. */
export function pieceInfoOf(run: Attempt, from: string, to: string, piece: RowsPiece): Uint8Array {
  return canonicalBytes({
    purpose: 'sluis/rows/1',
    run: run.proposal.run,
    attempt: run.attempt,
    plan: run.prepared.hash,
    agreement: run.prepared.plan.agreement,
    from,
    to,
    source: piece.source,
    piece: piece.piece,
    pieces: piece.pieces,
    rows: piece.rows,
  });
}
