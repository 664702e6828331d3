/**
 * Checks products of replicated sharings by sacrificing random triples: rounds and bytes at `checkProducts`, why this is
 * enough in `soundness.ts`.
 */
import { CHECK_PIECE, type CheckArrays, checkArrays } from '@sluis/technique';
import type { Session } from '../session.ts';
import type { Algebra, Held, Words } from './algebra.ts';
import { finishZeroChecks, openChecked, ZeroCheck } from './checked-exchange.ts';
import { fixCoin } from './coin.ts';
import { type Scratch, ScratchPool } from './scratch.ts';
import { checkLeftOver, randomTriples, type TripleArray, tripleWords, turnsFrom } from './triple-arrays.ts';

/** z = x·y, as the parties claim. Word-major, one element a position. */
export interface Products {
  readonly x: Held;
  readonly y: Held;
  readonly z: Held;
}

/** Copies the products of positions `from` to `to` into memory that `take` gives. */
export type Cut = (from: number, to: number, take: (words: number) => Words) => Products;

/** What one check after the other uses again: room for arrays, and for the pieces on their way. */
export class CheckMemory {
  readonly arrays = new ScratchPool();
  readonly pieces = new ScratchPool();
}

/** Pieces whose openings are on their way at a time. */
const AT_ONCE = 3;

/**
 * Checks z = x·y at every position. Run by: all three compute parties, in step.
 *
 * For every array: random a and b from common streams, c = a·b by one product that may be wrong; then a seed is tossed
 * that turns each array; triples that meet no product are opened. ρ = x − a and σ = y − b are opened, and z − c − ρ·y −
 * σ·a, which is the difference of the two products' errors, must be a sharing of zeros.
 *
 * @param plan - the arrays; fewer or shorter ones than `checkArrays` chooses are for tests alone.
 * @throws ProtocolError `mpc/verification-failed`, `mpc/inconsistent-opening` or `mpc/coin-mismatch` on a deviation.
 * Learns: nobody anything (opened values are masked by a and b; whether the check passes depends on errors only).
 * Cost: 5 rounds (seed fixed, triples, seed tossed, openings, comparison); see `checkCost` of `technique`.
 * Memory: 48 bytes a triple and word, and what the pieces on their way need.
 * Source: Furukawa et al. 2017; Araki et al. 2017.
 */
export async function checkProducts(
  strand: Session,
  algebra: Algebra,
  positions: number,
  cut: Cut,
  memory: CheckMemory,
  plan: CheckArrays = checkArrays(positions),
): Promise<void> {
  await memory.arrays.with(async (scratch) => {
    scratch.restart(tripleWords(plan, algebra.words));
    const coin = await fixCoin(strand);
    const made = await randomTriples(strand, algebra, plan, (words) => scratch.take(words));
    const turns = turnsFrom(await coin.toss(), plan);
    const pieces = Math.ceil(positions / CHECK_PIECE);
    await strand.parallel(pieces + 1, AT_ONCE, async (inner, piece) => {
      if (piece === pieces) return checkLeftOver(inner, algebra, made, turns, positions);
      const [from, to] = [piece * CHECK_PIECE, Math.min(positions, (piece + 1) * CHECK_PIECE)];
      const moved = turns.map((turn) => (turn + from) % plan.length);
      await memory.pieces.with((room) => checkPiece(inner, algebra, to - from, (take) => cut(from, to, take), made, moved, room));
    });
  });
}

async function checkPiece(
  strand: Session,
  algebra: Algebra,
  count: number,
  cut: (take: (words: number) => Words) => Products,
  arrays: readonly TripleArray[],
  turns: readonly number[],
  room: Scratch,
): Promise<void> {
  const size = count * algebra.words;
  // The products; ρ and σ of each array, in both components and opened.
  room.restart((6 + 6 * arrays.length) * size);
  const products = cut((words) => room.take(words));
  const masked = { mine: room.take(2 * arrays.length * size), next: room.take(2 * arrays.length * size) };
  arrays.forEach((triples, j) => {
    addMasked(algebra, products, triples, turns[j] as number, 2 * j * size, masked);
  });
  const lengths = Array<number>(2 * arrays.length).fill(size);
  const opened = await openChecked(strand, algebra, masked, lengths, room.take(2 * arrays.length * size));
  const check = new ZeroCheck(strand);
  arrays.forEach((triples, j) => {
    const pair = [opened[2 * j] as Words, opened[2 * j + 1] as Words] as const;
    addResidue(check, algebra, products, triples, pair, turns[j] as number, masked);
  });
  await finishZeroChecks(strand, [check]);
}

/** Shares of ρ and σ for one array, from `start` on. */
function addMasked(algebra: Algebra, { x, y }: Products, { a, b }: TripleArray, turn: number, start: number, into: Held): void {
  const size = x.mine.length;
  for (const side of ['mine', 'next'] as const) {
    algebra.subtractTurned(x[side], a[side], turn, into[side].subarray(start, start + size));
    algebra.subtractTurned(y[side], b[side], turn, into[side].subarray(start + size, start + 2 * size));
  }
}

/** Adds z − c − ρ·y − σ·a of an array to the check. `room` holds both components, and is overwritten. */
function addResidue(
  check: ZeroCheck,
  algebra: Algebra,
  { y, z }: Products,
  { a, c }: TripleArray,
  opened: readonly [Words, Words],
  turn: number,
  room: Held,
): void {
  const size = z.mine.length;
  const residue = (side: keyof Held) => algebra.residue([z[side], y[side]], [c[side], a[side]], opened, turn, room[side].subarray(0, size));
  check.add(algebra, { mine: residue('mine'), next: residue('next') }, room.mine.subarray(size, 2 * size));
}
