/**
 * The side that has records: makes their pseudonyms with the help of any `threshold` holders, none of which sees a record.
 *
 * A pseudonym is the group element k·H(purpose, record), 32 bytes: the distributed pseudorandom function of Naor, Pinkas &
 * Reingold (1999), blinded as in 2HashDH (Jarecki et al. 2017, TOPPSS). The outer hash of 2HashDH is left out, because
 * only group elements can be mapped to the next key. The same record has the same pseudonym at every organisation.
 */
import { concatBytes, lengthPrefixed, ProtocolError, type Random, utf8 } from '@sluis/base';
import { constantTimeEqual, OPRF_PROOF_BYTES, Oprf, type Ristretto } from '@sluis/crypto';
import { KEY_ID_BYTES, MAXIMUM_BATCH } from './holder.ts';
import { checkPublicKey, keyId, type PublicKey } from './key-share.ts';
import { at, lagrange, SIZE } from './polynomials.ts';
import { type Fault, fault, placeOf } from './setting.ts';

export const PSEUDONYM_BYTES = SIZE;

/** A request that is on its way, and what its answers are read with. */
export interface Pending {
  /** To at least `threshold` holders, the same to all: independent of the records but for their number. */
  readonly request: Uint8Array;
  /** Secret. */
  readonly blinds: Uint8Array;
}

/** One holder's answer, or null where there is none. */
export interface HolderAnswer {
  readonly holder: string;
  readonly answer: Uint8Array;
}

export interface Finished {
  /** Packed, 32 bytes each, in the order asked. */
  readonly pseudonyms: Uint8Array;
  /** Holders whose answers were wrong, and how; they were left out. */
  readonly faults: readonly { readonly holder: string; readonly fault: Fault }[];
}

export class Pseudonymiser {
  readonly key: PublicKey;
  readonly #group: Ristretto;
  readonly #oprf: Oprf;
  readonly #id: Uint8Array;
  readonly #random: Random;

  /** Throws InvalidError `pseudonyms/key-share` for a public key whose parts don't fit together. */
  constructor(group: Ristretto, key: PublicKey, random: Random) {
    checkPublicKey(group, key);
    this.key = key;
    this.#group = group;
    this.#oprf = new Oprf(group, 'voprf');
    this.#id = keyId(key);
    this.#random = random;
  }

  /**
   * Begins the pseudonyms of records. Run by: the organisation that has them.
   *
   * @param records - up to 10,000 keys of records in normal form (`@sluis/matching`), up to 60,000 bytes each.
   * Learns: holders how many. Cost: 0.16 ms a record.
   */
  ask(records: readonly Uint8Array[]): Pending {
    if (this.key.kind !== 'key') throw new TypeError('records are asked about under a key, not under a rotation');
    checkCount(records.length);
    const purpose = utf8(this.key.purpose);
    const inputs = records.map((record) => lengthPrefixed(utf8('sluis/pseudonyms/record/1'), purpose, record));
    const { blinds, blinded } = this.#oprf.blind(inputs, this.#random);
    return { request: concatBytes(this.#id, blinded), blinds };
  }

  /**
   * Begins mapping existing pseudonyms to the next epoch's, under a rotation's public key. Run by: whoever keeps them.
   * Blinded too: holders see neither the old pseudonyms nor the new. Throws ProtocolError `crypto/not-an-element`.
   */
  askNext(pseudonyms: Uint8Array): Pending {
    if (this.key.kind !== 'rotation') throw new TypeError('pseudonyms are mapped under a rotation, not under a key');
    checkCount(pseudonyms.length / SIZE);
    const blinds = this.#group.randomScalars(pseudonyms.length / SIZE, this.#random);
    return { request: concatBytes(this.#id, this.#group.multiplyEach(pseudonyms, blinds)), blinds };
  }

  /**
   * Reads the answers: checks each holder's proof, combines the first `threshold` good ones.
   *
   * @throws ProtocolError `pseudonyms/too-few` if fewer are good, saying whose were not; RangeError for a holder twice.
   *
   * Learns: the asker, the pseudonyms. Cost: about 0.45 ms a record and holder.
   */
  finish({ request, blinds }: Pending, answers: readonly HolderAnswer[]): Finished {
    if (new Set(answers.map((a) => a.holder)).size < answers.length) throw new RangeError('one answer per holder');
    const good: { place: number; evaluated: Uint8Array }[] = [];
    const faults: { holder: string; fault: Fault }[] = [];
    for (const { holder, answer } of answers) {
      const place = placeOf(this.key.parties, holder);
      const read = this.#read(request, answer, place);
      if (typeof read === 'string') faults.push({ holder, fault: read });
      else if (good.length < this.key.threshold) good.push({ place, evaluated: read });
    }
    if (good.length < this.key.threshold) throw this.#tooFew(good.length, faults);
    const weights = lagrange(
      this.#group,
      good.map((g) => g.place + 1),
      0,
    );
    // Each holder's coefficient and the blinding come off in one multiplication.
    const unblinding = this.#group.invertScalars(blinds);
    const terms = good.map(({ evaluated }, i) => this.#group.multiplyEach(evaluated, this.#scaled(unblinding, weights[i] as Uint8Array)));
    return { pseudonyms: terms.reduce((x, y) => this.#group.add(x, y)), faults };
  }

  #scaled(scalars: Uint8Array, factor: Uint8Array): Uint8Array {
    const factors = new Uint8Array(scalars.length);
    for (let i = 0; i < scalars.length; i += SIZE) factors.set(factor, i);
    return this.#group.multiplyScalars(scalars, factors);
  }

  #read(request: Uint8Array, answer: Uint8Array, place: number): Uint8Array | Fault {
    if (answer.length !== request.length + OPRF_PROOF_BYTES) return 'pseudonyms/malformed';
    if (!constantTimeEqual(answer.subarray(0, KEY_ID_BYTES), this.#id)) return 'pseudonyms/other-key';
    const evaluated = answer.slice(KEY_ID_BYTES, request.length);
    try {
      this.#oprf.verify(request.slice(KEY_ID_BYTES), { evaluated, proof: answer.slice(request.length) }, at(this.key.publicShares, place));
      return evaluated;
    } catch (error) {
      return error instanceof ProtocolError && error.code === 'crypto/not-an-element' ? 'pseudonyms/malformed' : 'pseudonyms/proof-invalid';
    }
  }

  #tooFew(good: number, faults: Finished['faults']): ProtocolError {
    const { threshold } = this.key;
    const why = faults.map((f) => fault(f.fault, f.holder).message).join(' ');
    return new ProtocolError('pseudonyms/too-few', {
      stage: 'run',
      message: `Pseudonyms need good answers of ${threshold} holders; ${good} came.${why === '' ? '' : ` ${why}`}`,
      remedy: 'Ask further holders; take no answer of those that were wrong.',
      ...(faults[0] === undefined ? {} : { party: faults[0].holder }),
    });
  }
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAXIMUM_BATCH) throw new RangeError(`1 to ${MAXIMUM_BATCH} at once`);
}
