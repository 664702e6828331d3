/** Arrays of random triples: made together, turned by what is tossed afterwards, and opened where they meet no product. */
import { Prg } from '@sluis/crypto';
import { RandomPieces } from '@sluis/kernels';
import type { CheckArrays } from '@sluis/technique';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, previousParty, wordsOf } from '../shares.ts';
import { type Algebra, type Held, turnedCopy, type Words } from './algebra.ts';
import { deviation, openChecked } from './checked-exchange.ts';

/** Triples of an array that are made together. */
const PIECE = 32_768;
const AT_ONCE = 3;

/** a and b from common streams, and c = a·b as the parties computed it: it may be wrong. */
export interface TripleArray {
  readonly a: Held;
  readonly b: Held;
  readonly c: Held;
}

/** Components of a, b and c, in this order. */
const COLUMNS = 6;
export const tripleWords = ({ arrays, length }: CheckArrays, words: number): number => COLUMNS * arrays * length * words;

/** Makes the arrays in memory that `take` gives: 1 round, the bytes of c. Run by: all three compute parties, in step. */
export async function randomTriples(
  strand: Session,
  algebra: Algebra,
  { arrays, length }: CheckArrays,
  take: (words: number) => Words,
): Promise<TripleArray[]> {
  const held = (): Held => ({ mine: take(length * algebra.words), next: take(length * algebra.words) });
  const made = Array.from({ length: arrays }, (): TripleArray => ({ a: held(), b: held(), c: held() }));
  // Word-major elements of several words are made whole: their pieces are not consecutive.
  const piece = algebra.words === 1 ? PIECE : length;
  const pieces = Math.ceil(length / piece);
  await strand.parallel(arrays * pieces, AT_ONCE, async (inner, i) => {
    const [array, from] = [made[Math.floor(i / pieces)] as TripleArray, (i % pieces) * piece];
    await makePiece(inner, algebra, array, from * algebra.words, Math.min(length, from + piece) * algebra.words);
  });
  return made;
}

async function makePiece(strand: Session, algebra: Algebra, { a, b, c }: TripleArray, from: number, to: number): Promise<void> {
  const [mine, next] = strand.zeroStreams();
  const cut = (held: Held): Held => ({ mine: held.mine.subarray(from, to), next: held.next.subarray(from, to) });
  const [x, y, z] = [cut(a), cut(b), cut(c)];
  for (const factor of [x, y]) {
    mine.fill(bytesOf(factor.mine));
    next.fill(bytesOf(factor.next));
  }
  algebra.cross(x, y, mine, next, z.mine);
  const [received] = await strand.exchange(
    strand.step('triples'),
    [{ to: previousParty(strand.me), payload: bytesOf(z.mine) }],
    [{ from: nextParty(strand.me), sizeBytes: z.mine.byteLength }],
  );
  z.next.set(wordsOf(received as Uint8Array));
}

/** By how much each array is turned, from a common seed. */
export function turnsFrom(seed: Uint8Array, { arrays, length }: CheckArrays): number[] {
  const stream = new Prg(seed, 'sluis/replicated-3/triple-turns');
  const pieces = new RandomPieces((count) => stream.words(count), arrays);
  return Array.from({ length: arrays }, () => pieces.below(length));
}

/**
 * Opens the triples that meet none of `positions` products, and checks them. Run by: all three compute parties, in step.
 *
 * @throws ProtocolError `mpc/verification-failed` if one is wrong. Cost: 1 round.
 */
export async function checkLeftOver(
  strand: Session,
  algebra: Algebra,
  made: readonly TripleArray[],
  turns: readonly number[],
  positions: number,
): Promise<void> {
  const length = (made[0] as TripleArray).a.mine.length / algebra.words;
  const size = (length - positions) * algebra.words;
  const rest = (side: keyof Held) => {
    const out = new BigUint64Array(3 * made.length * size);
    made.forEach(({ a, b, c }, j) => {
      const turn = ((turns[j] as number) + positions) % length;
      [a, b, c].forEach((held, k) => {
        out.set(turnedCopy(held[side], algebra.words, turn, size), (3 * j + k) * size);
      });
    });
    return out;
  };
  const opened = await openChecked(strand, algebra, { mine: rest('mine'), next: rest('next') }, Array(3 * made.length).fill(size));
  for (let j = 0; j < opened.length; j += 3) {
    const [a, b, c] = opened.slice(j, j + 3) as [Words, Words, Words];
    if (algebra.subtract(algebra.multiply(a, b), c).some((word) => word !== 0n)) throw deviation('opened triples');
  }
}
