/** Shuffling the rows of a table against one semi-honest compute party; `malicious/shuffle.ts` does it under a verifier. */
import { randomShuffle, type Shuffle } from '@sluis/kernels';
import type { SecretTable } from '@sluis/technique';
import { verifiedShuffle } from '../malicious/shuffle.ts';
import type { Outgoing, Session } from '../session.ts';
import { bytesOf, nextParty, type Party } from '../shares.ts';
import { type Held, minus, type Part, partFrom, plus, type Shape, shuffled, sizeBytes, tableOf, vectorsOf } from './parts.ts';

/**
 * Puts the rows in a uniformly random order that nobody knows. Run by: all three compute parties, in step.
 *
 * The secret is held in two summands by a pair of neighbours who share a key: each pair in turn permutes with its key,
 * then one of the two passes its summand, masked, to the third, so that the next pair holds the secret. A party knows
 * two of the three permutations. Pairs: (0, 1) with key 1, (1, 2) with key 2, (2, 0) with key 0.
 *
 * Learns: nobody anything. Assumes: at most one semi-honest corruption, authenticated channels.
 * Cost: 3 rounds; 4 vectors sent in total for every vector of the table (party 0 two, parties 1 and 2 one each).
 * Memory is accessed in an order that depends on permutations that the accessing party knows, never on data.
 * Source: Laur, Willemson & Zhang 2011, §4.2; Araki et al. 2021 (Secure graph analysis at scale), §4.2; the middle
 * passes keep the secret in two summands.
 */
export async function shuffleRows(session: Session, table: SecretTable): Promise<SecretTable> {
  if (session.verified) return verifiedShuffle(session, table);
  const vectors = vectorsOf(table);
  if (table.length < 2 || vectors.length === 0) return table;
  const shapes = vectors.map((v) => v.shape);
  let summand = firstSummands(session.me, vectors);
  summand = await pass(session, shapes, summand, 1, 0);
  summand = await pass(session, shapes, summand, 2, 1);
  return tableOf(table.length, await lastPass(session, shapes, summand));
}

/** Party 0 adds up components 0 and 1, party 1 has component 2. */
function firstSummands(me: Party, vectors: readonly Held[]): Part[] | null {
  if (me === 2) return null;
  return vectors.map((v) => (me === 0 ? plus(v.shape, v.mine, v.next) : v.next));
}

/** The pair of key `key` permutes; then `giver`, one of the pair, hands its summands to the party outside the pair. */
async function pass(session: Session, shapes: readonly Shape[], held: Part[] | null, key: Party, giver: Party): Promise<Part[] | null> {
  const step = session.step('shuffle');
  const outsider = nextParty(key);
  const permuted = permute(session, step, key, shapes, held);
  const masks = permuted === null ? null : streams(session, `${step} mask`, key, shapes);
  if (session.me === giver && permuted !== null && masks !== null) {
    const given = permuted.map((a, i) => plus(shapes[i] as Shape, a, masks[i] as Part));
    await session.exchange(step, sending(outsider, given), []);
    return null;
  }
  const received = await session.exchange(step, [], session.me === outsider ? receiving(giver, shapes) : []);
  if (session.me === outsider) return received.map((bytes, i) => partFrom(shapes[i] as Shape, owned(bytes)));
  return (permuted as Part[]).map((a, i) => minus(shapes[i] as Shape, a, (masks as Part[])[i] as Part));
}

/** Parties 2 and 0 permute with key 0; components 1 and 2 are fresh common streams, and component 0 is what is left. */
async function lastPass(session: Session, shapes: readonly Shape[], held: Part[] | null): Promise<Held[]> {
  const step = session.step('shuffle');
  const one = streams(session, `${step} one`, 1, shapes);
  const two = streams(session, `${step} two`, 2, shapes);
  if (session.me === 1) {
    await session.exchange(step, [], []);
    return shapes.map((shape, i) => ({ shape, mine: (one as Part[])[i] as Part, next: (two as Part[])[i] as Part }));
  }
  const own = (session.me === 0 ? one : two) as Part[];
  const other = session.me === 0 ? 2 : 0;
  const less = (permute(session, step, 0, shapes, held) as Part[]).map((a, i) => minus(shapes[i] as Shape, a, own[i] as Part));
  const received = await session.exchange(step, sending(other, less), receiving(other, shapes));
  return shapes.map((shape, i) => {
    const zero = plus(shape, less[i] as Part, partFrom(shape, owned(received[i] as Uint8Array)));
    return session.me === 0 ? { shape, mine: zero, next: own[i] as Part } : { shape, mine: own[i] as Part, next: zero };
  });
}

/** Both summands of the pair in the order that their common key gives; null for the third party. */
function permute(session: Session, step: string, key: Party, shapes: readonly Shape[], held: Part[] | null): Part[] | null {
  if (session.me === nextParty(key)) return null;
  if (held === null) throw new RangeError('a party of the pair has no summand');
  const order = commonOrder(session, `${step} order`, key, (shapes[0] as Shape).length);
  return held.map((a, i) => shuffled(shapes[i] as Shape, a, order));
}

/** An order that the holders of a key draw alike. */
function commonOrder(session: Session, step: string, key: Party, length: number): Shuffle {
  let fetched = 0;
  return randomShuffle(length, (count) => {
    fetched += 1;
    return new BigUint64Array((session.common(key, `${step} ${fetched}`, 8 * count) as Uint8Array<ArrayBuffer>).buffer);
  });
}

/** A random vector of each shape, the same at both holders of a key. */
function streams(session: Session, step: string, key: Party, shapes: readonly Shape[]): Part[] | null {
  const drawn = shapes.map((shape, i) => {
    const bytes = session.common(key, `${step} ${i}`, sizeBytes(shape));
    return bytes === null ? null : partFrom(shape, bytes);
  });
  return drawn.some((d) => d === null) ? null : (drawn as Part[]);
}

const sending = (to: Party, parts: readonly Part[]): Outgoing[] => parts.map((p, i) => ({ to, part: String(i), payload: bytesOf(p) }));
const receiving = (from: Party, shapes: readonly Shape[]) =>
  shapes.map((shape, i) => ({ from, part: String(i), sizeBytes: sizeBytes(shape) }));
/** A copy that is aligned and nobody else's. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
