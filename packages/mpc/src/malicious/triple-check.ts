/**
 * Checks products of replicated sharings by sacrificing random triples: rounds and bytes at `checkTriples`, why this is
 * enough in `soundness.ts`.
 */
import { Prg } from '@sluis/crypto';
import { randomPermutation, release } from '@sluis/kernels';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, previousParty, wordsOf } from '../shares.ts';
import type { Algebra, Held, Words } from './algebra.ts';
import { deviation, finishZeroChecks, openChecked, ZeroCheck } from './checked-exchange.ts';
import { fixCoin } from './coin.ts';
import type { Scratch } from './scratch.ts';
import { OPENED } from './soundness.ts';
import { COLUMNS, gatherTriples, recordsOf } from './triple-records.ts';

/** z = x·y, as the parties claim. Word-major, one element a position. */
export interface Triples {
  readonly x: Held;
  readonly y: Held;
  readonly z: Held;
}

/**
 * Checks z = x·y at every position. Run by: all three compute parties, in step.
 *
 * For every array: random a and b from common streams, c = a·b by one product that may be wrong; then a seed is tossed
 * that orders each array; one triple of each is opened. ρ = x − a and σ = y − b are opened, and z − c − ρ·y − σ·a, which
 * is the difference of the two products' errors, must be a sharing of zeros.
 *
 * @throws ProtocolError `mpc/verification-failed`, `mpc/inconsistent-opening` or `mpc/coin-mismatch` on a deviation.
 * Learns: nobody anything (opened values are masked by a and b; whether the check passes depends on errors only).
 * Cost: 5 rounds (seed fixed, triples, seed tossed, openings, comparison); see `tripleCheckBytes` of `technique`.
 * Memory: `scratchWords`, and a third as much in messages.
 * Source: Furukawa et al. 2017; Araki et al. 2017.
 *
 * @param cut - copies the products into memory that it is given.
 */
export async function checkTriples(
  strand: Session,
  algebra: Algebra,
  positions: number,
  cut: (take: (words: number) => Words) => Triples,
  arrays: number,
  scratch: Scratch,
): Promise<void> {
  const size = positions * algebra.words;
  scratch.restart(scratchWords(size, arrays, algebra.words));
  const triples = cut((words) => scratch.take(words));
  const coin = await fixCoin(strand);
  const shares = scratch.take(4 * arrays * (positions + OPENED) * algebra.words + 6 * arrays * algebra.words);
  const records = scratch.take(COLUMNS * arrays * (positions + OPENED) * algebra.words);
  await randomTriples(strand, algebra, shares, records, arrays * (positions + OPENED));
  const orders = ordersFrom(await coin.toss(), positions, arrays);
  const columns = orders.map((order) => gatherTriples(records, algebra.words, order.subarray(0, positions), scratch.take(COLUMNS * size)));
  const masked = maskedShares(algebra, triples, columns, openedTriples(algebra, records, orders, positions), shares);
  const lengths = [...Array<number>(2 * arrays).fill(size), ...Array<number>(3).fill(arrays * algebra.words)];
  const all = await openChecked(strand, algebra, masked, lengths, records);
  checkOpened(algebra, all.slice(2 * arrays));
  const check = new ZeroCheck(strand);
  addResidues(check, algebra, triples, columns, all, records.subarray(masked.mine.length));
  await finishZeroChecks(strand, [check]);
}

/** Room for the products, random shares (later what is opened), records (later opened values), and triples in order. */
function scratchWords(size: number, arrays: number, words: number): number {
  const triples = arrays * (size + OPENED * words);
  return COLUMNS * size + 4 * triples + 6 * arrays * words + COLUMNS * triples + COLUMNS * size * arrays;
}

/** Random a and b, and c = a·b as the parties claim, as records: 1 round, the bytes of c. */
async function randomTriples(strand: Session, algebra: Algebra, shares: Words, records: Words, count: number): Promise<void> {
  const [mine, next] = strand.zeroStreams();
  const size = count * algebra.words;
  const draw = (stream: typeof mine, k: number): Words => {
    const out = shares.subarray(k * size, (k + 1) * size);
    stream.fill(bytesOf(out));
    return out;
  };
  const a: Held = { mine: draw(mine, 0), next: draw(next, 1) };
  const b: Held = { mine: draw(mine, 2), next: draw(next, 3) };
  const part = algebra.cross(a, b, mine, next);
  const [received] = (await strand.exchange(
    strand.step('triples'),
    [{ to: previousParty(strand.me), payload: bytesOf(part) }],
    [{ from: nextParty(strand.me), sizeBytes: part.byteLength }],
  )) as [Uint8Array];
  recordsOf([a.mine, a.next, b.mine, b.next, part, wordsOf(received)], algebra.words, records);
  release(part, received);
}

/** The order of each array: position p is checked with triple order[p], the last of the order is opened. */
function ordersFrom(seed: Uint8Array, positions: number, arrays: number): Uint32Array[] {
  return Array.from({ length: arrays }, (_, j) => {
    const stream = new Prg(seed, `sluis/replicated-3/triple-order/${j}`);
    const order = randomPermutation(positions + OPENED, (count) => stream.words(count));
    const start = j * (positions + OPENED);
    for (let i = 0; i < order.length; i++) order[i] = (order[i] as number) + start;
    return order;
  });
}

/** Shares of ρ and σ of all arrays, one after the other, and of the opened triples. */
function maskedShares(algebra: Algebra, { x, y }: Triples, arrays: readonly (readonly Words[])[], opened: Held, room: Words): Held {
  const size = x.mine.length;
  const length = 2 * size * arrays.length + opened.mine.length;
  const [mine, next] = [room.subarray(0, length), room.subarray(length, 2 * length)];
  arrays.forEach((columns, j) => {
    const [aMine, aNext, bMine, bNext] = columns as [Words, Words, Words, Words];
    const place = (all: Words, k: number) => all.subarray((2 * j + k) * size, (2 * j + k + 1) * size);
    algebra.subtract(x.mine, aMine, place(mine, 0));
    algebra.subtract(y.mine, bMine, place(mine, 1));
    algebra.subtract(x.next, aNext, place(next, 0));
    algebra.subtract(y.next, bNext, place(next, 1));
  });
  mine.set(opened.mine, length - opened.mine.length);
  next.set(opened.next, length - opened.next.length);
  return { mine, next };
}

/** Shares of a, b and c of the last triple of every array's order, word-major. */
function openedTriples(algebra: Algebra, random: Words, orders: readonly Uint32Array[], positions: number): Held {
  const chosen = Uint32Array.from(orders, (order) => order[positions] as number);
  const size = chosen.length * algebra.words;
  const columns = gatherTriples(random, algebra.words, chosen, new BigUint64Array(COLUMNS * size));
  const pick = (of: readonly number[]) => of.reduce<Words>((all, c) => joined(all, columns[c] as Words), new BigUint64Array(0));
  return { mine: pick([0, 2, 4]), next: pick([1, 3, 5]) };
}

function checkOpened(algebra: Algebra, opened: readonly Words[]): void {
  const [a, b, c] = opened as [Words, Words, Words];
  if (algebra.subtract(algebra.multiply(a, b), c).some((word) => word !== 0n)) throw deviation('opened triples');
}

/** Adds z − c − ρ·y − σ·a of every array to the check. `room` holds three vectors of the products' size. */
function addResidues(
  check: ZeroCheck,
  algebra: Algebra,
  { y, z }: Triples,
  arrays: readonly (readonly Words[])[],
  opened: readonly Words[],
  room: Words,
): void {
  const size = z.mine.length;
  const [product, mine, next] = [0, 1, 2].map((k) => room.subarray(k * size, (k + 1) * size)) as [Words, Words, Words];
  arrays.forEach((columns, j) => {
    const [rho, sigma] = [opened[2 * j] as Words, opened[2 * j + 1] as Words];
    const [aMine, aNext, , , cMine, cNext] = columns as [Words, Words, Words, Words, Words, Words];
    const residue = (zOf: Words, c: Words, yOf: Words, a: Words, out: Words) => {
      algebra.subtract(zOf, c, out);
      algebra.subtract(out, algebra.multiply(rho, yOf, product), out);
      algebra.subtract(out, algebra.multiply(sigma, a, product), out);
    };
    residue(z.mine, cMine, y.mine, aMine, mine);
    residue(z.next, cNext, y.next, aNext, next);
    check.add(algebra, { mine, next }, product);
  });
}

function joined(a: Words, b: Words): Words {
  const out = new BigUint64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
