/** Secrets that compute parties bring themselves, and random ones that nobody knows. */
import { addVectors, packedWords, subtractVectors } from '@sluis/kernels';
import type { OwnVector } from '@sluis/technique';
import type { Session } from './session.ts';
import { type BitShare, bits, bytesOf, type ColumnShare, column, nextParty, type Party, previousParty, wordsFrom } from './shares.ts';

/**
 * Shares what party `owner` knows. Run by: all three compute parties, in step; the others give null.
 *
 * Component `owner` is a stream that the owner and the party before it know, the next component what is left, which the
 * owner sends to its other holder, and the last one is 0.
 *
 * @param length - number of elements; the owner's values are word-major.
 * Learns: nobody anything. Cost: 1 round; 8·words bytes an element from the owner.
 * Under the malicious model a party can bring whatever it likes, as anywhere; its two copies of a component that differ
 * are noticed before anything of them is opened. Source: Araki et al. 2016, §2.1.
 */
export async function input(
  session: Session,
  owner: Party,
  values: BigUint64Array | null,
  length: number,
  words: number,
): Promise<ColumnShare> {
  if ((values !== null) !== (session.me === owner)) throw new RangeError('exactly the owner of an input gives values');
  if (values !== null && values.length !== length * words) throw new RangeError('an input has as many elements as was said');
  const step = session.step('input');
  const [after, zero] = [nextParty(owner), new BigUint64Array(length * words)];
  const stream = session.commonWords(owner, length * words);
  if (values !== null && stream !== null) {
    const rest = subtractVectors(values, stream, words);
    await session.exchange(step, [{ to: after, payload: bytesOf(rest) }], []);
    return column(words, stream, rest);
  }
  const received = await session.exchange(step, [], session.me === after ? [{ from: owner, sizeBytes: zero.byteLength }] : []);
  return session.me === after ? column(words, wordsFrom(received[0] as Uint8Array), zero) : column(words, zero, stream as BigUint64Array);
}

/**
 * For each of several vectors, the sum of what the three parties bring. Run by: all three, in step, with the same shapes.
 * It is `input` of every party at once: component i of the sum is party i's stream and what the party before it sent.
 *
 * Learns: nobody anything. Cost: 1 round; 8·words bytes an element from every party, all vectors in one message.
 * Under the malicious model each party can bring whatever it likes, but nothing that depends on what the others bring;
 * copies that differ are noticed as with `input`. Source: Araki et al. 2016, §2.1.
 */
export async function sumOfInputs(session: Session, own: readonly OwnVector[]): Promise<ColumnShare[]> {
  const size = own.reduce((n, { values }) => n + values.length, 0);
  if (own.some(({ values, words }) => values.length % words !== 0)) throw new RangeError('an input has whole elements');
  if (size === 0) return own.map(({ words }) => column(words, new BigUint64Array(0), new BigUint64Array(0)));
  const step = session.step('input');
  const [other, before] = [nextParty(session.me), previousParty(session.me)];
  const mine = session.commonWords(session.me, size) as BigUint64Array;
  const next = session.commonWords(other, size) as BigUint64Array;
  const given = new BigUint64Array(size);
  const places = placesOf(own);
  own.forEach(({ values, words }, v) => {
    places(given, v).set(subtractVectors(values, places(mine, v), words));
  });
  const [received] = await session.exchange(
    step,
    [{ to: other, payload: bytesOf(given) }],
    [{ from: before, sizeBytes: given.byteLength }],
  );
  const got = wordsFrom(received as Uint8Array);
  return own.map(({ words }, v) =>
    column(words, addVectors(places(mine, v), places(got, v), words), addVectors(places(next, v), places(given, v), words)),
  );
}

/** Where each vector stands among all of them, one after the other. */
function placesOf(own: readonly OwnVector[]): (all: BigUint64Array, vector: number) => BigUint64Array {
  let at = 0;
  const from = own.map(({ values }) => {
    at += values.length;
    return at - values.length;
  });
  return (all, v) => all.subarray(from[v] as number, (from[v] as number) + (own[v] as OwnVector).values.length);
}

/**
 * Uniformly random bits, of which each component is a stream that two parties know. Run by: all three, in step.
 *
 * Learns: nobody anything; of what one party knows they are independent, also if it chose its own key badly: the third
 * component comes from the key that the party before it drew. Cost: nothing is sent. Source: Araki et al. 2016, §2.2.
 */
export async function randomBits(session: Session, length: number): Promise<BitShare> {
  const stream = (which: Party) => session.commonBits(which, packedWords(length)) as Uint32Array;
  return bits(length, stream(session.me), stream(nextParty(session.me)));
}
