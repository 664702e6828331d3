/**
 * Whether the receiver of correlated transfers used the same choices r in all 128 columns: it shows a linear hash of r and of
 * each of its columns t_j, and the sender compares with its own, which must be hash(t_j) ⊕ Δ_j·hash(r).
 *
 * The hash is a polynomial over GF(2^128) at a point that depends on everything sent before: two different columns of B blocks
 * meet with probability (B − 1)/2^128, below 2^-100 for 2^35 rows. The point is hashed from the transcript instead of drawn by
 * the sender, so a cheater may try again offline: q tries raise that to q·B/2^128. The last block of choices is random and
 * its coefficient 1, so what is shown says nothing of the others.
 *
 * What remains: wrong choices in k columns pass if Δ's bits there are guessed, with probability 2^-k. The original check of
 * Keller, Orsini & Scholl 2015 (one random combination of rows) rests on a lemma that does not hold; this is its repair.
 * Source: Roy 2022 (SoftSpokenOT): consistency by a universal hash over each column, with k = 1.
 */
import { concatBytes } from '@sluis/base';
import { constantTimeEqual, taggedHash } from '@sluis/crypto';
import { type Arena, linearEvaluation, FACTOR_TABLE_BYTES } from '@sluis/kernels';
import type { Columns } from './correlated-rows.ts';

const BLOCK_BYTES = 16;
const WIDTH = 128;
const LANES = 16;
/** What the receiver adds to its message: the hash of its choices, then of its columns. */
export const CHECK_BYTES = BLOCK_BYTES * (1 + WIDTH);

/** The point, from the session and the message that it checks. */
export const checkPoint = (session: Uint8Array, corrections: Uint8Array): Uint8Array =>
  taggedHash('sluis/ot/choice-check/1', session, corrections).subarray(0, BLOCK_BYTES);

/** The hashes of the first `count` columns, one after the other. */
export function hashedColumns(arena: Arena, columns: Columns, point: Uint8Array, count = WIDTH): Uint8Array {
  const top = arena.top;
  const field = arena.attach(linearEvaluation);
  const table = arena.reserve(FACTOR_TABLE_BYTES);
  field.multiplyTable(arena.place(point), table);
  const sums = arena.reserve(LANES * BLOCK_BYTES * Math.ceil(count / LANES));
  arena.bytes(sums, LANES * BLOCK_BYTES * Math.ceil(count / LANES)).fill(0);
  for (let lane = 0; lane < count; lane += LANES) {
    const stride = count < LANES ? 0 : columns.bytes;
    field.hornerLanes(columns.at + lane * stride, stride, columns.bytes / BLOCK_BYTES, table, sums + lane * BLOCK_BYTES);
    field.turnElements(sums + lane * BLOCK_BYTES);
  }
  const out = arena.bytes(sums, count * BLOCK_BYTES).slice();
  arena.reset(top);
  return out;
}

/** What the receiver shows: the hash of its choices (as many bytes as a column), then of its columns. */
export function showChoices(arena: Arena, columns: Columns, choices: Uint8Array, point: Uint8Array): Uint8Array {
  const top = arena.top;
  const hash = hashedColumns(arena, { at: arena.place(choices), bytes: choices.length }, point, 1);
  arena.reset(top);
  return concatBytes(hash, hashedColumns(arena, columns, point));
}

/** Whether what the receiver showed fits the sender's hashes. In constant time, apart from the answer. */
export function sameHashes(own: Uint8Array, deltaBits: readonly (0 | 1)[], shown: Uint8Array): boolean {
  const due = own.map((byte, at) => {
    const keep = -(deltaBits[at >> 4] as number);
    return byte ^ ((shown[at & 15] as number) & keep);
  });
  return constantTimeEqual(due, shown.subarray(BLOCK_BYTES));
}
