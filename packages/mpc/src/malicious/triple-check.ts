/**
 * Checks products of replicated sharings by sacrificing random triples: rounds and bytes at `checkTriples`, why this is
 * enough in `soundness.ts`.
 */
import { randomPermutation } from '@sluis/kernels';
import { Prg } from '@sluis/crypto';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, type Party, previousParty } from '../shares.ts';
import type { Algebra, Held } from './algebra.ts';
import { deviation, finishZeroChecks, openChecked, ZeroCheck } from './checked-exchange.ts';
import { fixCoin } from './coin.ts';
import { OPENED } from './soundness.ts';
import type { Vector } from './tags.ts';

export interface Triples<V> {
  readonly x: Held<V>;
  readonly y: Held<V>;
  readonly z: Held<V>;
}

/** Positions worked on at once: a few hundred kilobytes, so that they stay near the processor. */
export interface Stripes {
  readonly positions: number;
  readonly atOnce: number;
}
export const STRIPES: Stripes = { positions: 1 << 15, atOnce: 3 };

/**
 * Checks z = x·y at every position. Run by: all three compute parties, in step.
 *
 * For every array: random a and b from common streams, c = a·b by one product that may be wrong; then a seed is tossed
 * that orders each array; one triple of each is opened. ρ = x − a and σ = y − b are opened, and z − c − ρ·y − σ·a, which
 * is the difference of the two products' errors, must be a sharing of zeros.
 *
 * @throws ProtocolError `mpc/verification-failed`, `mpc/inconsistent-opening` or `mpc/coin-mismatch` on a deviation.
 * Learns: nobody anything (opened values are masked by a and b; whether the check passes depends on errors only).
 * Cost: 5 rounds (seed fixed, triples, seed tossed, openings, comparison); per party 3·arrays times the bytes of x, plus 4 a triple opened and about 130.
 * Source: Furukawa et al. 2017, §2.2 and §5; Araki et al. 2017, §3.
 */
export async function checkTriples<V extends Vector>(
  strand: Session,
  algebra: Algebra<V>,
  triples: Triples<V>,
  positions: number,
  arrays: number,
  stripes: Stripes = STRIPES,
): Promise<void> {
  const coin = await fixCoin(strand);
  const random = await randomTriples(strand, algebra, arrays * (positions + OPENED), stripes);
  const orders = ordersFrom(await coin.toss(), positions, arrays);
  await sacrifice(strand, algebra, triples, random, orders, positions, stripes);
}

/** Random a and b, and c = a·b as the parties claim: 1 round, the bytes of c. */
async function randomTriples<V extends Vector>(strand: Session, algebra: Algebra<V>, count: number, stripes: Stripes): Promise<Triples<V>> {
  const pieces = Math.ceil(count / stripes.positions);
  const made: Triples<V>[] = Array.from({ length: pieces });
  await strand.parallel(pieces, stripes.atOnce, async (own, piece) => {
    const n = Math.min(stripes.positions, count - piece * stripes.positions);
    const [x, y] = [randomShared(own, algebra, n), randomShared(own, algebra, n)];
    const [mask0, mask1] = own.zeros(algebra.words64(n)).map((words) => algebra.fromWords(words, n)) as [V, V];
    const part = algebra.cross(x, y, mask0, mask1);
    const [received] = (await own.exchange(
      own.step('triples'),
      [{ to: previousParty(own.me), payload: bytesOf(part) }],
      [{ from: nextParty(own.me), sizeBytes: part.byteLength }],
    )) as [Uint8Array];
    made[piece] = { x, y, z: { mine: part, next: algebra.fromBytes(received) } };
  });
  const join = (which: 'x' | 'y' | 'z', side: 'mine' | 'next') => algebra.concat(made.map((m) => m[which][side]));
  const both = (which: 'x' | 'y' | 'z') => ({ mine: join(which, 'mine'), next: join(which, 'next') });
  return { x: both('x'), y: both('y'), z: both('z') };
}

/** A uniformly random sharing: component i from the stream of key i. */
function randomShared<V extends Vector>(strand: Session, algebra: Algebra<V>, positions: number): Held<V> {
  const drawn = ([0, 1, 2] as Party[]).map((which) => strand.commonWords(which, algebra.words64(positions)));
  const component = (which: Party) => algebra.fromWords(drawn[which] as BigUint64Array<ArrayBuffer>, positions);
  return { mine: component(strand.me), next: component(nextParty(strand.me)) };
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

/** Opens the last triple of every array's order. */
async function checkOpened<V extends Vector>(
  strand: Session,
  algebra: Algebra<V>,
  random: Triples<V>,
  orders: readonly Uint32Array[],
  positions: number,
) {
  const chosen = Uint32Array.from(orders, (order) => order[positions] as number);
  const pick = (h: Held<V>) => ({ mine: algebra.gather(h.mine, chosen), next: algebra.gather(h.next, chosen) });
  const [a, b, c] = (await openChecked(strand, algebra, [pick(random.x), pick(random.y), pick(random.z)])) as [V, V, V];
  if (!algebra.isZero(algebra.subtract(algebra.multiply(a, b), c))) throw deviation('opened triples');
}

/** Opens what is masked and the chosen triples, and compares the errors: 2 rounds. */
async function sacrifice<V extends Vector>(
  strand: Session,
  algebra: Algebra<V>,
  triples: Triples<V>,
  random: Triples<V>,
  orders: readonly Uint32Array[],
  positions: number,
  stripes: Stripes,
): Promise<void> {
  const perArray = Math.ceil(positions / stripes.positions);
  const pieces = perArray * orders.length;
  const checks: ZeroCheck[] = Array.from({ length: pieces });
  await strand.parallel(pieces + 1, stripes.atOnce, async (own, piece) => {
    if (piece === pieces) return checkOpened(own, algebra, random, orders, positions);
    const from = (piece % perArray) * stripes.positions;
    const to = Math.min(positions, from + stripes.positions);
    const index = (orders[Math.floor(piece / perArray)] as Uint32Array).subarray(from, to);
    const cut = (h: Held<V>) => ({ mine: algebra.slice(h.mine, from, to), next: algebra.slice(h.next, from, to) });
    const pick = (h: Held<V>) => ({ mine: algebra.gather(h.mine, index), next: algebra.gather(h.next, index) });
    const [x, y, z, a, b, c] = [cut(triples.x), cut(triples.y), cut(triples.z), pick(random.x), pick(random.y), pick(random.z)];
    const less = (p: Held<V>, q: Held<V>) => ({ mine: algebra.subtract(p.mine, q.mine), next: algebra.subtract(p.next, q.next) });
    const [rho, sigma] = (await openChecked(own, algebra, [less(x, a), less(y, b)])) as [V, V];
    const check = new ZeroCheck(own);
    const residue = (side: 'mine' | 'next') => algebra.residue(z[side], c[side], rho, y[side], sigma, a[side]);
    check.add(algebra, { mine: residue('mine'), next: residue('next') });
    checks[piece] = check;
  });
  await finishZeroChecks(strand, checks);
}
