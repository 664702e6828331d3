/**
 * Blind tokens: RFC 9497, mode POPRF, ristretto255-SHA512. An issuer gives a member a token without seeing it, and later
 * recognises it without being able to tell which member has it. POPRF rather than VOPRF, because its public `info` (here:
 * collaboration, table and round) binds a token to one round under one public key: with a key for each round, members
 * would have to trust that all of them were shown the same one.
 *
 * Learns: the issuer, at issuing, who asks (not what for); at redemption, the token's input and that some member it gave
 * one to is there. The proof shows the member that the key of the agreement was used, so members can't be told apart by
 * keys made for each. Known weaknesses: issuing with the clock and network in view lets an issuer guess by timing; the
 * library's arithmetic on big integers is not strictly constant in time. Compromise of the issuer's key: anybody can make
 * tokens, so membership is no longer proven; nobody's deposit is uncovered by it.
 */
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { ProtocolError, type Random, utf8 } from '@sluis/base';
import { constantTimeEqual } from './hash.ts';

export const TOKEN_BYTES = 64;
const KEY_INFO = utf8('sluis/blind-token/1');

export interface TokenKeys {
  /** Scalar, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Element, 32 bytes: stands in the agreement. */
  readonly publicKey: Uint8Array;
}

/** The issuer's keys from 32 secret bytes. */
export function tokenKeys(seed: Uint8Array, keyInfo: Uint8Array = KEY_INFO): TokenKeys {
  const { secretKey, publicKey } = ristretto255_oprf.poprf(new Uint8Array(0)).deriveKeyPair(seed, keyInfo);
  return { privateKey: secretKey, publicKey };
}

/** What a member sends and how it finishes. */
export interface BlindedToken {
  /** Element, 32 bytes: independent of the input. */
  readonly blinded: Uint8Array;
  /** The token (64 bytes). Throws ProtocolError `crypto/token-proof` unless the issuer used the key of the agreement. */
  finish(evaluated: Uint8Array, proof: Uint8Array): Uint8Array;
}

/**
 * Begins a token. Run by: a member.
 *
 * @param info - public: what the token is for. @param input - secret until redeemed.
 * @throws ProtocolError `crypto/token-proof` for a public key that is no element.
 */
export function blindToken(publicKey: Uint8Array, info: Uint8Array, input: Uint8Array, random: Random): BlindedToken {
  const suite = ristretto255_oprf.poprf(info);
  const { blind, blinded, tweakedKey } = orRefuse(() => suite.blind(input, publicKey, (n) => bytesOf(random, n)));
  return {
    blinded,
    finish: (evaluated, proof) => orRefuse(() => suite.finalize(input, blind, evaluated, blinded, proof, tweakedKey)),
  };
}

/** Evaluates a blinded element, with a proof. Run by: the issuer, once per member and round. Throws ProtocolError for no element. */
export function issueToken(
  privateKey: Uint8Array,
  info: Uint8Array,
  blinded: Uint8Array,
  random: Random,
): { evaluated: Uint8Array; proof: Uint8Array } {
  return orRefuse(() => ristretto255_oprf.poprf(info).blindEvaluate(privateKey, blinded, (n) => bytesOf(random, n)));
}

/** Whether this is the token for an input. Run by: the issuer. */
export function isToken(privateKey: Uint8Array, info: Uint8Array, input: Uint8Array, token: Uint8Array): boolean {
  return constantTimeEqual(ristretto255_oprf.poprf(info).evaluate(privateKey, input), token);
}

function orRefuse<T>(compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    throw new ProtocolError('crypto/token-proof', {
      stage: 'wire',
      message: 'A blind token was not made with the key that the agreement names, or is malformed.',
      remedy: 'Do not use it; ask the issuer which key its station has.',
      cause,
    });
  }
}

/** The library's type wants bytes in memory of their own. */
const bytesOf = (random: Random, count = 48): Uint8Array<ArrayBuffer> => new Uint8Array(random.bytes(count));
