/**
 * Oblivious transfer of seeds that stands against cheating on either side: the receiver's two elements are bound to each other
 * by hashing to the group, so that it can know the logarithm behind one at most, and each side's message may come first.
 * "Endemic": a cheating side may influence its own keys, which extension tolerates (Roy 2022).
 * Source: Masny & Rindal 2019 (endemic transfer from a key agreement, here Diffie–Hellman). Assumes: random oracles, Diffie–Hellman in ristretto255.
 */
import { concatBytes, type Random, utf8 } from '@sluis/base';
import { ELEMENT_BYTES, loadRistretto, taggedHash } from '@sluis/crypto';
import { badLength } from './base-transfer.ts';

const DOMAIN = utf8('sluis/ot/endemic/1');
const PAIR = 2 * ELEMENT_BYTES;

/** What a position's element number `slot` is hashed from: the other element. */
const bound = (context: Uint8Array, position: number, slot: number, other: Uint8Array): Uint8Array =>
  taggedHash('sluis/ot/endemic-element/1', context, Uint8Array.of(position >>> 8, position & 0xff, slot), other);

const element = (bytes: Uint8Array, at: number): Uint8Array => bytes.subarray(at * ELEMENT_BYTES, (at + 1) * ELEMENT_BYTES);

/** Keys of 32 bytes from packed shared elements; `pairs` is the whole answer. */
function keysOf(context: Uint8Array, greeting: Uint8Array, pairs: Uint8Array, shared: Uint8Array): Uint8Array[] {
  const session = taggedHash('sluis/ot/endemic-session/1', context, greeting, pairs);
  return Array.from({ length: shared.length / ELEMENT_BYTES }, (_, i) =>
    taggedHash('sluis/ot/endemic-key/1', session, Uint8Array.of(i >>> 8, i & 0xff), element(shared, i)),
  );
}

export interface EndemicSender {
  /** 32 bytes. */
  readonly greeting: Uint8Array;
  /** Both keys of each position. Throws ProtocolError on a malformed answer. */
  finish(answer: Uint8Array, positions: number): readonly (readonly [Uint8Array, Uint8Array])[];
}

/** Starts as sender. `context` binds the session. Cost: 64 bytes received and about 0.3 ms a position. */
export async function beginEndemicSender(context: Uint8Array, random: Random): Promise<EndemicSender> {
  const group = await loadRistretto();
  const secret = group.randomScalars(1, random);
  const greeting = group.multiplyGenerator(secret);
  return {
    greeting,
    finish(answer, positions) {
      if (answer.length !== positions * PAIR) throw badLength(answer.length, positions * PAIR);
      group.checkElements(answer);
      const sides = [0, 1].map((slot) => {
        const own = concatBytes(...Array.from({ length: positions }, (_, i) => element(answer, 2 * i + slot)));
        const hashed = Array.from({ length: positions }, (_, i) => bound(context, i, slot, element(answer, 2 * i + 1 - slot)));
        const shared = group.multiply(group.add(own, group.hashToGroup(hashed, DOMAIN)), secret);
        return keysOf(context, greeting, answer, shared);
      });
      return Array.from({ length: positions }, (_, i) => [sides[0]?.[i] as Uint8Array, sides[1]?.[i] as Uint8Array] as const);
    },
  };
}

export interface EndemicReceiver {
  /** 64 bytes a position; needs no message of the sender. */
  readonly answer: Uint8Array;
  /** The chosen key of each position. Throws ProtocolError for a greeting that is no element. */
  finish(greeting: Uint8Array): readonly Uint8Array[];
}

/** Starts as receiver with one choice bit a position. Time does not depend on the choices. */
export async function beginEndemicReceiver(choices: readonly (0 | 1)[], context: Uint8Array, random: Random): Promise<EndemicReceiver> {
  const group = await loadRistretto();
  const secrets = group.randomScalars(choices.length, random);
  const free = group.fromUniform(random.bytes(64 * choices.length));
  const hashed = choices.map((choice, i) => bound(context, i, choice, element(free, i)));
  const own = group.subtract(group.multiplyGenerator(secrets), group.hashToGroup(hashed, DOMAIN));
  const answer = new Uint8Array(choices.length * PAIR);
  choices.forEach((choice, i) => {
    const keep = -choice;
    for (let k = 0; k < ELEMENT_BYTES; k++) {
      const [x, y] = [element(own, i)[k] as number, element(free, i)[k] as number];
      const swap = (x ^ y) & keep;
      answer[i * PAIR + k] = x ^ swap;
      answer[i * PAIR + ELEMENT_BYTES + k] = y ^ swap;
    }
  });
  return {
    answer,
    finish(greeting) {
      if (greeting.length !== ELEMENT_BYTES) throw badLength(greeting.length, ELEMENT_BYTES);
      const shared = group.multiplyEach(concatBytes(...choices.map(() => greeting)), secrets);
      return keysOf(context, greeting, answer, shared);
    },
  };
}
