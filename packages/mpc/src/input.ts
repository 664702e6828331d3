/** Secrets that a compute party brings itself. */
import { subtractVectors } from '@sluis/kernels';
import type { Session } from './session.ts';
import { bytesOf, type ColumnShare, column, nextParty, type Party, wordsFrom } from './shares.ts';

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
