/**
 * Prio3 (VDAF §7): clients split a value between aggregators, who check together that it is valid without learning it, and
 * add up. Corrigan-Gibbs & Boneh 2017, with the proofs of Boneh et al. 2019 and the analysis of Davis, Patton, Rosulek &
 * Schoppmann 2023.
 *
 * Privacy: holds while one aggregator is honest, even if all others, the receiver and other clients collude; each
 * aggregator learns that the value is valid, and the receiver the sum. The sum itself may betray people: add noise, or require
 * enough reports. Validity: holds while all aggregators follow the protocol; an aggregator can change the sum unnoticed.
 *
 * For that, whoever calls must see to this: the verification key is random, unknown to clients, and fixed before the first
 * report is looked at; the client's nonce is random; a nonce is used once (aggregators refuse it the second time); all
 * aggregators verify with the same public share; report shares travel sealed to their aggregator.
 *
 * Known weaknesses: a field's arithmetic takes the same steps for all values, but JavaScript gives no guarantee of timing, and
 * BigInt, in which values are encoded on the client, none at all.
 */
import { concatBytes, type Random } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import { Aggregate } from './aggregate.ts';
import type { Circuit } from './circuit.ts';
import type { Vector } from './field.ts';
import { decodeInputShare, decodePublicShare, decodeVerifierMessage, decodeVerifierShare, type Layout } from './messages.ts';
import { decide, type ProofLengths, proofLengths, prove, query } from './proof.ts';
import { invalidReport, tooMany } from './refusals.ts';
import { inverse } from './roots.ts';
import { deriveSeed, domainTag, expand, SEED_BYTES, USAGE } from './xof.ts';

export const NONCE_BYTES = 16;
export const VERIFY_KEY_BYTES = SEED_BYTES;

export interface Prio3Parameters<Value, Result> {
  /** The registered identifier (§10). */
  readonly algorithm: number;
  /** How many aggregators: 2 to 255. */
  readonly shares: number;
  /** How many proofs of each value: 1 to 255. A circuit with joint randomness needs Field128, or three proofs (§9.7). */
  readonly proofs: number;
  readonly circuit: Circuit<Value, Result>;
}

/** What a client sends: the public share to all, each input share sealed to its aggregator. */
export interface Report {
  readonly nonce: Uint8Array;
  readonly publicShare: Uint8Array;
  readonly inputShares: readonly Uint8Array[];
}

/** What an aggregator keeps between the two steps of verification. Secret. */
export interface VerifyState {
  readonly outputShare: Vector;
  readonly jointSeed: Uint8Array | null;
}

export class Prio3<Value, Result> {
  readonly algorithm: number;
  readonly shares: number;
  readonly proofs: number;
  readonly circuit: Circuit<Value, Result>;
  readonly layout: Layout;
  readonly #lengths: ProofLengths;
  readonly #share: Vector;

  /** @throws RangeError when a parameter is out of range, or too weak for the circuit (§9.7). */
  constructor({ algorithm, shares, proofs, circuit }: Prio3Parameters<Value, Result>) {
    const within = (n: number, from: number): boolean => Number.isInteger(n) && n >= from && n < 256;
    if (!within(shares, 2) || !within(proofs, 1)) throw new RangeError('2 to 255 aggregators, 1 to 255 proofs');
    const { field } = circuit;
    if (circuit.jointLength > 0 && field.encodedBytes < 16 && proofs < 3) throw new RangeError('too few proofs for so small a field');
    this.algorithm = algorithm;
    this.shares = shares;
    this.proofs = proofs;
    this.circuit = circuit;
    this.#lengths = proofLengths(circuit);
    this.#share = field.constant(inverse(field, BigInt(shares)));
    this.layout = {
      field,
      shares,
      joint: circuit.jointLength > 0,
      encoded: circuit.encodedLength,
      proofs: this.#lengths.proof * proofs,
      verifiers: this.#lengths.verifier * proofs,
    };
  }

  /** Bytes of randomness that sharding takes (RAND_SIZE). */
  get randomBytes(): number {
    return SEED_BYTES * this.shares * (this.layout.joint ? 2 : 1);
  }

  /** Bytes of every public share. */
  get publicShareBytes(): number {
    return this.layout.joint ? SEED_BYTES * this.shares : 0;
  }

  /** Bytes of every input share of this aggregator: what is longer or shorter need not be kept. */
  inputShareBytes(aggregator: number): number {
    const { field, joint, encoded, proofs } = this.layout;
    return (aggregator === 0 ? (encoded + proofs) * field.encodedBytes : SEED_BYTES) + (joint ? SEED_BYTES : 0);
  }

  /**
   * Splits a value into a report, with a fresh nonce. Run by: a client. Sends: `publicShare` to all aggregators, and one input
   * share to each: a large one to the first, 32 or 64 bytes to the others.
   *
   * @throws InvalidError `prio/value-out-of-range`.
   */
  shard(context: Uint8Array, value: Value, random: Random): Report {
    const nonce = random.bytes(NONCE_BYTES);
    return { nonce, ...this.shardWith(context, value, nonce, random.bytes(this.randomBytes)) };
  }

  /** §7.2.1 with given nonce and randomness: both fresh and uniform, or privacy is lost. */
  shardWith(context: Uint8Array, value: Value, nonce: Uint8Array, random: Uint8Array): Omit<Report, 'nonce'> {
    if (nonce.length !== NONCE_BYTES || random.length !== this.randomBytes) throw new RangeError('nonce or randomness of a wrong length');
    return this.shardEncoded(context, this.circuit.encode(value), nonce, random);
  }

  /** §7.2.1 of an encoded value, which need not be valid: tests make the reports of lying clients with it. */
  shardEncoded(context: Uint8Array, encoded: Vector, nonce: Uint8Array, random: Uint8Array): Omit<Report, 'nonce'> {
    const { field, joint } = this.layout;
    const seeds = Array.from({ length: random.length / SEED_BYTES }, (_, i) => random.subarray(i * SEED_BYTES, (i + 1) * SEED_BYTES));
    const seed = (i: number): Uint8Array => seeds[i] as Uint8Array;
    const step = joint ? 2 : 1;
    const helpers = Array.from({ length: this.shares - 1 }, (_, i) => ({ seed: seed(i * step), blind: seed(i * step + 1) }));
    const [leaderBlind, proverSeed] = [seed(seeds.length - 2), seed(seeds.length - 1)];
    const leader = encoded.slice();
    const parts: Uint8Array[] = [];
    helpers.forEach((helper, i) => {
      const share = this.#encodedShare(context, i + 1, helper.seed);
      field.subtractFrom(leader, share);
      if (joint) parts.push(this.#jointPart(context, i + 1, helper.blind, field.encode(share), nonce));
    });
    const leaderBytes = field.encode(leader);
    if (joint) parts.unshift(this.#jointPart(context, 0, leaderBlind, leaderBytes, nonce));
    const randomness = joint ? this.#jointRandomness(context, this.#jointSeed(context, parts)) : field.zeros(0);
    const proofs = this.#prove(context, encoded, proverSeed, randomness);
    helpers.forEach((helper, i) => {
      field.subtractFrom(proofs, this.#proofShare(context, i + 1, helper.seed));
    });
    const none = new Uint8Array(0);
    return {
      publicShare: concatBytes(...parts),
      inputShares: [
        concatBytes(leaderBytes, field.encode(proofs), joint ? leaderBlind : none),
        ...helpers.map((helper) => concatBytes(helper.seed, joint ? helper.blind : none)),
      ],
    };
  }

  #prove(context: Uint8Array, encoded: Vector, seed: Uint8Array, joint: Vector): Vector {
    const { circuit, proofs } = this;
    const { field } = circuit;
    const { proof, proverRandomness } = this.#lengths;
    const tag = domainTag(this.algorithm, USAGE.proverRandomness, context);
    const random = expand(field, seed, tag, proverRandomness * proofs, Uint8Array.of(proofs));
    const out = field.zeros(proof * proofs);
    for (let k = 0; k < proofs; k++) {
      const own = field.part(random, k * proverRandomness, (k + 1) * proverRandomness);
      out.set(prove(circuit, encoded, own, this.#jointOf(joint, k)), k * proof * field.limbs);
    }
    return out;
  }

  /**
   * §7.2.2, verify_init: opens the own share of a report. Run by: each aggregator. Sends: the verifier share, to whoever combines
   * them. Learns: nothing.
   *
   * @param aggregator - the own number, from 0.
   * @throws InvalidError `prio/message-malformed`; ProtocolError `prio/report-invalid`. Either way the report is left out.
   */
  verifyInit(
    verifyKey: Uint8Array,
    context: Uint8Array,
    aggregator: number,
    nonce: Uint8Array,
    publicShare: Uint8Array,
    inputShare: Uint8Array,
  ): { state: VerifyState; verifierShare: Uint8Array } {
    if (verifyKey.length !== VERIFY_KEY_BYTES || nonce.length !== NONCE_BYTES) throw new RangeError('key or nonce of a wrong length');
    if (!Number.isInteger(aggregator) || aggregator < 0 || aggregator >= this.shares) throw new RangeError('no such aggregator');
    const { circuit, layout } = this;
    const { field } = layout;
    const parts = [...decodePublicShare(layout, publicShare)];
    const given = decodeInputShare(layout, aggregator, inputShare);
    const encoded = given.kind === 'leader' ? given.encoded : this.#encodedShare(context, aggregator, given.seed);
    const proofs = given.kind === 'leader' ? given.proofs : this.#proofShare(context, aggregator, given.seed);
    let [jointSeed, own]: [Uint8Array | null, Uint8Array] = [null, new Uint8Array(0)];
    if (given.blind !== null) {
      own = this.#jointPart(context, aggregator, given.blind, field.encode(encoded), nonce);
      parts[aggregator] = own;
      jointSeed = this.#jointSeed(context, parts);
    }
    const joint = jointSeed === null ? field.zeros(0) : this.#jointRandomness(context, jointSeed);
    const verifiers = this.#query(verifyKey, context, nonce, encoded, proofs, joint);
    return {
      state: { outputShare: circuit.truncate(encoded), jointSeed },
      verifierShare: concatBytes(field.encode(verifiers), own),
    };
  }

  #query(verifyKey: Uint8Array, context: Uint8Array, nonce: Uint8Array, encoded: Vector, proofs: Vector, joint: Vector): Vector {
    const { field } = this.layout;
    const { proof, queryRandomness, verifier } = this.#lengths;
    const tag = domainTag(this.algorithm, USAGE.queryRandomness, context);
    const random = expand(field, verifyKey, tag, queryRandomness * this.proofs, Uint8Array.of(this.proofs), nonce);
    const out = field.zeros(verifier * this.proofs);
    for (let k = 0; k < this.proofs; k++) {
      const answer = query(this.circuit, encoded, {
        proof: field.part(proofs, k * proof, (k + 1) * proof),
        randomness: field.part(random, k * queryRandomness, (k + 1) * queryRandomness),
        joint: this.#jointOf(joint, k),
        share: this.#share,
      });
      out.set(answer, k * verifier * field.limbs);
    }
    return out;
  }

  /**
   * §7.2.2, verifier_shares_to_message: decides on a report, from the verifier shares of all aggregators in their order. Run by:
   * any one of them, who sends the message to the others, or by all.
   *
   * @throws InvalidError `prio/message-malformed`; ProtocolError `prio/report-invalid` if the value is not valid.
   */
  verifierSharesToMessage(context: Uint8Array, verifierShares: readonly Uint8Array[]): Uint8Array {
    if (verifierShares.length !== this.shares) throw new RangeError('one verifier share of each aggregator is needed');
    const { circuit, layout } = this;
    const { field } = layout;
    const decoded = verifierShares.map((share) => decodeVerifierShare(layout, share));
    const total = field.zeros(layout.verifiers);
    for (const { verifiers } of decoded) field.addTo(total, verifiers);
    const { verifier } = this.#lengths;
    for (let k = 0; k < this.proofs; k++) {
      if (!decide(circuit, field.part(total, k * verifier, (k + 1) * verifier))) throw invalidReport('proof');
    }
    const parts = decoded.flatMap(({ jointPart }) => (jointPart === null ? [] : [jointPart]));
    return layout.joint ? this.#jointSeed(context, parts) : new Uint8Array(0);
  }

  /**
   * §7.2.2, verify_next: the output share of a report that was found valid. Run by: each aggregator.
   *
   * @throws InvalidError `prio/message-malformed`; ProtocolError `prio/report-invalid` if the client cheated with the joint randomness.
   */
  verifyNext(state: VerifyState, verifierMessage: Uint8Array): Vector {
    const seed = decodeVerifierMessage(this.layout, verifierMessage);
    if (seed !== null && (state.jointSeed === null || !constantTimeEqual(seed, state.jointSeed))) throw invalidReport('joint randomness');
    return state.outputShare;
  }

  /** An empty sum of output shares. */
  aggregate(): Aggregate {
    return new Aggregate(this.circuit.field, this.circuit.outputLength);
  }

  /**
   * §7.2.5: the result, from the encoded aggregate shares of all aggregators over the same `count` reports. Run by: the receiver.
   *
   * @throws InvalidError `prio/message-malformed`; RefusedError `prio/sum-too-large` if so many reports could pass the modulus.
   */
  unshard(aggregateShares: readonly Uint8Array[], count: number): Result {
    if (aggregateShares.length !== this.shares) throw new RangeError('one aggregate share of each aggregator is needed');
    if (BigInt(count) * this.circuit.largest >= this.circuit.field.modulus) throw tooMany();
    const total = this.aggregate();
    for (const share of aggregateShares) total.merge(share);
    return this.circuit.decode(total.sum, count);
  }

  // §7.2.6, auxiliary functions.

  #encodedShare(context: Uint8Array, aggregator: number, seed: Uint8Array): Vector {
    const tag = domainTag(this.algorithm, USAGE.encodedShare, context);
    return expand(this.layout.field, seed, tag, this.layout.encoded, Uint8Array.of(aggregator));
  }

  #proofShare(context: Uint8Array, aggregator: number, seed: Uint8Array): Vector {
    const tag = domainTag(this.algorithm, USAGE.proofShare, context);
    return expand(this.layout.field, seed, tag, this.layout.proofs, Uint8Array.of(this.proofs, aggregator));
  }

  #jointPart(context: Uint8Array, aggregator: number, blind: Uint8Array, share: Uint8Array, nonce: Uint8Array): Uint8Array {
    return deriveSeed(blind, domainTag(this.algorithm, USAGE.jointPart, context), Uint8Array.of(aggregator), nonce, share);
  }

  #jointSeed(context: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
    return deriveSeed(new Uint8Array(SEED_BYTES), domainTag(this.algorithm, USAGE.jointSeed, context), ...parts);
  }

  #jointRandomness(context: Uint8Array, seed: Uint8Array): Vector {
    const tag = domainTag(this.algorithm, USAGE.jointRandomness, context);
    return expand(this.layout.field, seed, tag, this.circuit.jointLength * this.proofs, Uint8Array.of(this.proofs));
  }

  #jointOf(joint: Vector, proof: number): Vector {
    const { jointLength, field } = this.circuit;
    return field.part(joint, proof * jointLength, (proof + 1) * jointLength);
  }
}
