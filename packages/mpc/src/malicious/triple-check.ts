/**
 * Checks products of replicated sharings by sacrificing random triples: rounds and bytes at `checkTriples`, why this is
 * enough in `soundness.ts`.
 */
import { Prg } from '@sluis/crypto';
import { RandomPieces, release } from '@sluis/kernels';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, previousParty, wordsOf } from '../shares.ts';
import type { Algebra, Held, Words } from './algebra.ts';
import { deviation, finishZeroChecks, openChecked, ZeroCheck } from './checked-exchange.ts';
import { fixCoin } from './coin.ts';
import type { Scratch } from './scratch.ts';
import { arrayLength } from './soundness.ts';

/** z = x·y, as the parties claim. Word-major, one element a position. */
export interface Triples {
  readonly x: Held;
  readonly y: Held;
  readonly z: Held;
}

/** An array of random triples: a and b from common streams, c as the parties computed it. */
interface TripleArray {
  readonly a: Held;
  readonly b: Held;
  readonly c: Held;
}

/**
 * Checks z = x·y at every position. Run by: all three compute parties, in step.
 *
 * For every array: random a and b from common streams, c = a·b by one product that may be wrong; then a seed is tossed
 * that turns each array; triples that meet no product are opened. ρ = x − a and σ = y − b are opened, and z − c − ρ·y −
 * σ·a, which is the difference of the two products' errors, must be a sharing of zeros.
 *
 * @param cut - copies the products into memory that it is given.
 * @throws ProtocolError `mpc/verification-failed`, `mpc/inconsistent-opening` or `mpc/coin-mismatch` on a deviation.
 * Learns: nobody anything (opened values are masked by a and b; whether the check passes depends on errors only).
 * Cost: 5 rounds (seed fixed, triples, seed tossed, openings, comparison); see `checkCost` of `technique`.
 * Memory: `scratchWords`, and a third as much in messages.
 * Source: Furukawa et al. 2017; Araki et al. 2017.
 */
export async function checkTriples(
  strand: Session,
  algebra: Algebra,
  positions: number,
  cut: (take: (words: number) => Words) => Triples,
  arrays: number,
  scratch: Scratch,
): Promise<void> {
  const { words } = algebra;
  const length = arrayLength(positions);
  scratch.restart(scratchWords(positions * words, length * words, arrays));
  const products = cut((size) => scratch.take(size));
  const coin = await fixCoin(strand);
  const made = await randomTriples(strand, algebra, length * words, arrays, scratch);
  const turns = turnsFrom(await coin.toss(), length, arrays);
  const lengths = [...Array<number>(2 * arrays).fill(positions * words), ...Array<number>(3 * arrays).fill((length - positions) * words)];
  const size = lengths.reduce((sum, n) => sum + n, 0);
  const masked = { mine: scratch.take(size), next: scratch.take(size) };
  made.forEach((triples, j) => {
    maskedShares(algebra, products, triples, turns[j] as number, j, arrays, masked);
  });
  const opened = await openChecked(strand, algebra, masked, lengths, scratch.take(size));
  checkLeftOver(algebra, opened.slice(2 * arrays));
  const check = new ZeroCheck(strand);
  made.forEach((triples, j) => {
    const pair = [opened[2 * j] as Words, opened[2 * j + 1] as Words] as const;
    addResidue(check, algebra, products, triples, pair, turns[j] as number, masked);
  });
  for (const { c } of made) release(c.mine, c.next);
  await finishZeroChecks(strand, [check]);
}

/** Room for the products, both components of a and b, masked shares (later residues), and what is opened. */
function scratchWords(size: number, length: number, arrays: number): number {
  return 6 * size + arrays * (4 * length + 3 * (2 * size + 3 * (length - size)));
}

/** Random a and b, and c = a·b as the parties claim: 1 round, the bytes of c. */
async function randomTriples(strand: Session, algebra: Algebra, size: number, arrays: number, scratch: Scratch): Promise<TripleArray[]> {
  const [mine, next] = strand.zeroStreams();
  const drawn = (stream: typeof mine): Words => {
    const out = scratch.take(size);
    stream.fill(bytesOf(out));
    return out;
  };
  const factors = Array.from({ length: arrays }, () => {
    const a: Held = { mine: drawn(mine), next: drawn(next) };
    const b: Held = { mine: drawn(mine), next: drawn(next) };
    return { a, b, part: algebra.cross(a, b, mine, next) };
  });
  const step = strand.step('triples');
  const received = await strand.exchange(
    step,
    factors.map(({ part }, j) => ({ to: previousParty(strand.me), part: `${j}`, payload: bytesOf(part) })),
    factors.map(({ part }, j) => ({ from: nextParty(strand.me), part: `${j}`, sizeBytes: part.byteLength })),
  );
  return factors.map(({ a, b, part }, j) => ({ a, b, c: { mine: part, next: wordsOf(received[j] as Uint8Array) } }));
}

/** By how much each array is turned. */
function turnsFrom(seed: Uint8Array, length: number, arrays: number): number[] {
  const stream = new Prg(seed, 'sluis/replicated-3/triple-turns');
  const pieces = new RandomPieces((count) => stream.words(count), arrays);
  return Array.from({ length: arrays }, () => pieces.below(length));
}

/** Shares of ρ and σ of array j, and of a, b and c of the triples that meet no product, at their places in `into`. */
function maskedShares(algebra: Algebra, { x, y }: Triples, triples: TripleArray, turn: number, j: number, arrays: number, into: Held): void {
  const size = x.mine.length;
  const left = triples.a.mine.length - size;
  for (const side of ['mine', 'next'] as const) {
    const [all, start] = [into[side], 2 * j * size];
    algebra.subtractTurned(x[side], triples.a[side], turn, all.subarray(start, start + size));
    algebra.subtractTurned(y[side], triples.b[side], turn, all.subarray(start + size, start + 2 * size));
    [triples.a, triples.b, triples.c].forEach((held, k) => {
      const place = 2 * arrays * size + (3 * j + k) * left;
      all.set(leftOver(held[side], algebra.words, turn, left), place);
    });
  }
}

/** The last `size` words' elements of a vector turned by `turn` elements, word-major. */
function leftOver(a: Words, words: number, turn: number, size: number): Words {
  const [length, n] = [a.length / words, size / words];
  const out = new BigUint64Array(size);
  for (let w = 0; w < words; w++)
    for (let i = 0; i < n; i++) out[w * n + i] = a[w * length + ((length - n + i + turn) % length)] as bigint;
  return out;
}

function checkLeftOver(algebra: Algebra, opened: readonly Words[]): void {
  for (let j = 0; j < opened.length; j += 3) {
    const [a, b, c] = opened.slice(j, j + 3) as [Words, Words, Words];
    if (algebra.subtract(algebra.multiply(a, b), c).some((word) => word !== 0n)) throw deviation('opened triples');
  }
}

/** Adds z − c − ρ·y − σ·a of an array to the check. `room` holds both components, and is overwritten. */
function addResidue(
  check: ZeroCheck,
  algebra: Algebra,
  { y, z }: Triples,
  { a, c }: TripleArray,
  opened: readonly [Words, Words],
  turn: number,
  room: Held,
): void {
  const size = z.mine.length;
  const residue = (side: 'mine' | 'next') =>
    algebra.residue([z[side], y[side]], [c[side], a[side]], opened, turn, room[side].subarray(0, size));
  check.add(algebra, { mine: residue('mine'), next: residue('next') }, room.mine.subarray(size, 2 * size));
}
