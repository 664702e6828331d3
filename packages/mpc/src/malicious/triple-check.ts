/**
 * Checks products of replicated sharings by sacrificing random triples: rounds and bytes at `checkTriples`, why this is
 * enough in `soundness.ts`.
 */
import { Prg } from '@sluis/crypto';
import { randomPermutation } from '@sluis/kernels';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, previousParty, wordsOf } from '../shares.ts';
import type { Algebra, Held, Words } from './algebra.ts';
import { deviation, finishZeroChecks, openChecked, ZeroCheck } from './checked-exchange.ts';
import { fixCoin } from './coin.ts';
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
 * Memory: about 50·arrays words a position while it runs.
 * Source: Furukawa et al. 2017, §2.2 and §5; Araki et al. 2017, §3.
 */
export async function checkTriples(strand: Session, algebra: Algebra, triples: Triples, arrays: number): Promise<void> {
  const positions = triples.z.mine.length / algebra.words;
  const coin = await fixCoin(strand);
  const random = await randomTriples(strand, algebra, arrays * (positions + OPENED));
  const orders = ordersFrom(await coin.toss(), positions, arrays);
  const masked = arraysOf(algebra, triples, random, orders, positions);
  const opened = openedTriples(algebra, random, orders, positions);
  const shares = { mine: joined(masked.mine, opened.mine), next: joined(masked.next, opened.next) };
  const lengths = [...Array<number>(2 * arrays).fill(positions * algebra.words), ...Array<number>(3).fill(arrays * algebra.words)];
  const all = await openChecked(strand, algebra, shares, lengths);
  checkOpened(algebra, all.slice(2 * arrays));
  const check = new ZeroCheck(strand);
  addResidues(check, algebra, triples, masked.arrays, all, positions);
  await finishZeroChecks(strand, [check]);
}

/** Random a and b, and c = a·b as the parties claim, as records: 1 round, the bytes of c. */
async function randomTriples(strand: Session, algebra: Algebra, count: number): Promise<Words> {
  const [mine, next] = strand.zeroStreams();
  const draw = (stream: typeof mine) => stream.words(count * algebra.words);
  const a: Held = { mine: draw(mine), next: draw(next) };
  const b: Held = { mine: draw(mine), next: draw(next) };
  const part = algebra.cross(a, b, mine, next);
  const [received] = (await strand.exchange(
    strand.step('triples'),
    [{ to: previousParty(strand.me), payload: bytesOf(part) }],
    [{ from: nextParty(strand.me), sizeBytes: part.byteLength }],
  )) as [Uint8Array];
  return recordsOf([a.mine, a.next, b.mine, b.next, part, wordsOf(received)], algebra.words);
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

/** The triples of each array in its order, and shares of ρ and σ of all arrays, one after the other. */
function arraysOf(algebra: Algebra, { x, y }: Triples, random: Words, orders: readonly Uint32Array[], positions: number) {
  const size = positions * algebra.words;
  const [mine, next] = [new BigUint64Array(2 * size * orders.length), new BigUint64Array(2 * size * orders.length)];
  const arrays = orders.map((order, j) => {
    const columns = gatherTriples(random, algebra.words, order.subarray(0, positions), new BigUint64Array(COLUMNS * size));
    const [aMine, aNext, bMine, bNext] = columns as [Words, Words, Words, Words];
    const place = (all: Words, k: number) => all.subarray((2 * j + k) * size, (2 * j + k + 1) * size);
    algebra.subtract(x.mine, aMine, place(mine, 0));
    algebra.subtract(y.mine, bMine, place(mine, 1));
    algebra.subtract(x.next, aNext, place(next, 0));
    algebra.subtract(y.next, bNext, place(next, 1));
    return columns;
  });
  return { mine, next, arrays };
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

/** Adds z − c − ρ·y − σ·a of every array to the check. */
function addResidues(
  check: ZeroCheck,
  algebra: Algebra,
  { y, z }: Triples,
  arrays: readonly (readonly Words[])[],
  opened: readonly Words[],
  positions: number,
): void {
  const size = positions * algebra.words;
  const [product, mine, next] = [new BigUint64Array(size), new BigUint64Array(size), new BigUint64Array(size)];
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
    check.add(algebra, { mine, next });
  });
}

function joined(a: Words, b: Words): Words {
  const out = new BigUint64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
