/**
 * A holder of a key share: answers blinded requests, without seeing what they are about. It learns who asks, when and for
 * how many records. How many it answers is for it to limit: whoever may ask without end can try every possible record.
 */
import { concatBytes, type Random } from '@sluis/base';
import { constantTimeEqual, Oprf, type Ristretto } from '@sluis/crypto';
import { checkKeyShare, keyId, type KeyShare } from './key-share.ts';
import { SIZE } from './polynomials.ts';
import { fault, refused } from './setting.ts';

/** Records in one request: about 3 seconds of a holder's time. */
export const MAXIMUM_BATCH = 10_000;
export const KEY_ID_BYTES = 32;

export class Holder {
  readonly share: KeyShare;
  readonly #oprf: Oprf;
  readonly #id: Uint8Array;
  readonly #random: Random;

  /** Throws InvalidError `pseudonyms/key-share` for a share whose parts don't fit together. */
  constructor(group: Ristretto, share: KeyShare, random: Random) {
    checkKeyShare(group, share);
    this.share = share;
    this.#oprf = new Oprf(group, 'voprf');
    this.#id = keyId(share);
    this.#random = random;
  }

  /**
   * Answers one request. Run by: each of at least `threshold` holders.
   *
   * @param request - the key's id, then one blinded element per record. @param asker - only for errors.
   * @param allowed - how many records this asker may still ask for.
   * @returns the key's id, one element per record, and one proof for all that this holder's share was used.
   * @throws ProtocolError `pseudonyms/malformed`, `pseudonyms/other-key`, `crypto/not-an-element`; RefusedError `pseudonyms/limit`.
   *
   * Learns: the holder, how many records; nothing about them. Cost: 0.3 ms a record.
   */
  answer(request: Uint8Array, asker: string, allowed: number): Uint8Array {
    const count = (request.length - KEY_ID_BYTES) / SIZE;
    if (!Number.isInteger(count) || count < 1 || count > MAXIMUM_BATCH) throw fault('pseudonyms/malformed', asker);
    if (!constantTimeEqual(request.subarray(0, KEY_ID_BYTES), this.#id)) throw fault('pseudonyms/other-key', asker);
    // Written so that a limit that is no number allows nothing.
    if (!(count <= allowed))
      throw refused(
        'pseudonyms/limit',
        `A request asks for pseudonyms of ${count} records; ${Math.max(0, allowed)} are still allowed.`,
        'Ask for fewer, or wait until the limit is renewed.',
      );
    const { evaluated, proof } = this.#oprf.evaluate(this.share.secret, request.slice(KEY_ID_BYTES), this.#random);
    return concatBytes(this.#id, evaluated, proof);
  }
}
