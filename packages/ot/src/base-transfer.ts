/**
 * Oblivious transfer of seeds: the sender gets two keys per position, the receiver the one it chose. Neither learns
 * more, under the computational Diffie–Hellman assumption in ristretto255, if both follow the protocol.
 * Source: Chou & Orlandi 2015, §2 (used here for passive security only).
 */
import { concatBytes, ProtocolError, type Random } from '@sluis/base';
import { decodeElement, ELEMENT_BYTES, generator, randomScalar, taggedHash } from '@sluis/crypto';

const key = (context: Uint8Array, position: number, a: Uint8Array, b: Uint8Array, shared: Uint8Array): Uint8Array =>
  taggedHash('sluis/ot/base/1', context, Uint8Array.of(position >>> 8, position & 0xff), a, b, shared);

export interface BaseSender {
  readonly message: Uint8Array;
  /** Both keys of each position, from the receiver's answer. Throws ProtocolError `ot/bad-length`. */
  finish(answer: Uint8Array, positions: number): readonly (readonly [Uint8Array, Uint8Array])[];
}

/** Starts as sender. `context` binds the session. Cost: 32 bytes, one multiplication a position. */
export function beginBaseSender(context: Uint8Array, random: Random): BaseSender {
  const secret = randomScalar(random);
  const point = generator.multiply(secret);
  const message = point.toBytes();
  const offset = point.multiply(secret);
  return {
    message,
    finish(answer, positions) {
      if (answer.length !== positions * ELEMENT_BYTES) throw badLength(answer.length, positions * ELEMENT_BYTES);
      return Array.from({ length: positions }, (_, i) => {
        const bytes = answer.slice(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES);
        const shared = decodeElement(bytes).multiply(secret);
        return [
          key(context, i, message, bytes, shared.toBytes()),
          key(context, i, message, bytes, shared.subtract(offset).toBytes()),
        ] as const;
      });
    },
  };
}

/** Answers as receiver: one key per choice bit. Cost: 32 bytes and two multiplications a position. */
export function answerBase(
  message: Uint8Array,
  choices: readonly (0 | 1)[],
  context: Uint8Array,
  random: Random,
): { readonly answer: Uint8Array; readonly keys: readonly Uint8Array[] } {
  const point = decodeElement(message);
  const both = choices.map((choice, i) => {
    const secret = randomScalar(random);
    const plain = generator.multiply(secret);
    // Both candidates are made, so that time does not depend on the choice.
    const candidates = [plain.toBytes(), plain.add(point).toBytes()] as const;
    const sent = candidates[choice];
    return { sent, key: key(context, i, message, sent, point.multiply(secret).toBytes()) };
  });
  return { answer: concatBytes(...both.map((b) => b.sent)), keys: both.map((b) => b.key) };
}

export function badLength(is: number, due: number): ProtocolError {
  return new ProtocolError('ot/bad-length', {
    stage: 'wire',
    message: `A message of an oblivious transfer has ${is} bytes where ${due} are due.`,
    remedy: 'Check that both sides run the same release of Sluis, then start again.',
  });
}
