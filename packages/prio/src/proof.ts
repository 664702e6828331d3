/**
 * The fully linear proof that an encoded value is valid: the construction of Boneh, Boyle, Corrigan-Gibbs, Gilboa & Ishai
 * 2019, §4.2, as VDAF §7.3 has it. The client proves; the aggregators query with their shares and decide on the sum.
 */
import type { Circuit } from './circuit.ts';
import type { Field, Vector } from './field.ts';
import { type Gadget, gadgetLength, wireLength } from './gadgets.ts';
import { completed, extended, isRoot, weightedSum, weightsAt } from './polynomials.ts';
import { invalidReport } from './refusals.ts';
import { powerOfTwo } from './roots.ts';

export interface ProofLengths {
  /** PROVE_RAND_LEN */
  readonly proverRandomness: number;
  /** QUERY_RAND_LEN */
  readonly queryRandomness: number;
  /** PROOF_LEN */
  readonly proof: number;
  /** VERIFIER_LEN */
  readonly verifier: number;
}

/** §7.3.2, helper methods. */
export function proofLengths({ gadgets, checks }: Circuit<never, unknown>): ProofLengths {
  const arity = gadgets.reduce((total, { gadget }) => total + gadget.arity, 0);
  return {
    proverRandomness: arity,
    queryRandomness: gadgets.length + (checks > 1 ? checks : 0),
    proof: gadgets.reduce((total, { gadget, calls }) => total + gadgetLength(gadget, calls), arity),
    verifier: 1 + arity + gadgets.length,
  };
}

/** The values on a gadget's wires: wire j has `length` of them from j · length, the first its seed, then one for each call. */
class Wires {
  readonly field: Field;
  readonly gadget: Gadget;
  readonly length: number;
  readonly values: Vector;
  #call = 0;

  constructor(field: Field, gadget: Gadget, calls: number, seeds: Vector) {
    this.field = field;
    this.gadget = gadget;
    this.length = wireLength(calls);
    this.values = field.zeros(gadget.arity * this.length);
    for (let j = 0; j < gadget.arity; j++) field.copy(this.values, j * this.length, seeds, j);
  }

  /** Records the inputs of the next call; returns its number, from 1. */
  record(inputs: Vector): number {
    this.#call += 1;
    for (let j = 0; j < this.gadget.arity; j++) this.field.copy(this.values, j * this.length + this.#call, inputs, j);
    return this.#call;
  }
}

/**
 * §7.3.3: the proof that `encoded` is valid, for given randomness of the prover and joint randomness. Run by: the client.
 * For an encoding that is not valid it gives a proof that the aggregators refuse.
 */
export function prove(circuit: Circuit<never, unknown>, encoded: Vector, randomness: Vector, joint: Vector): Vector {
  const { field } = circuit;
  let used = 0;
  const wires = circuit.gadgets.map(({ gadget, calls }) => {
    const seeds = field.part(randomness, used, used + gadget.arity);
    used += gadget.arity;
    return new Wires(field, gadget, calls, seeds);
  });
  circuit.evaluate(encoded, joint, field.constant(1n), (g, inputs, out) => {
    const on = wires[g] as Wires;
    on.record(inputs);
    on.gadget.evaluate(field, out, 0, inputs, 0, 1);
  });
  const proof = field.zeros(proofLengths(circuit).proof);
  let at = 0;
  for (const on of wires) {
    for (let j = 0; j < on.gadget.arity; j++) field.copy(proof, at++, on.values, j * on.length);
    at = writeGadgetPolynomial(field, on, proof, at);
  }
  return proof;
}

/** The gadget on the wires' polynomials: on enough of their values. */
function writeGadgetPolynomial(field: Field, on: Wires, proof: Vector, at: number): number {
  const { gadget, length } = on;
  const wanted = gadget.degree * (length - 1) + 1;
  const size = powerOfTwo(wanted);
  const wide = field.zeros(gadget.arity * size);
  for (let j = 0; j < gadget.arity; j++) wide.set(extended(field, on.values, j * length, length, size), j * size * field.limbs);
  for (let k = 0; k < wanted; k++) gadget.evaluate(field, proof, at + k, wide, k, size);
  return at + wanted;
}

export interface Query {
  readonly proof: Vector;
  readonly randomness: Vector;
  readonly joint: Vector;
  /** The inverse of the number of shares. */
  readonly share: Vector;
}

/**
 * §7.3.4: what an aggregator's share of a value and of its proof give: a share of the verifier, which says no more than
 * whether the value is valid. Run by: each aggregator.
 *
 * @throws ProtocolError `prio/report-invalid` if the random point is a root of unity (about once in 2^50), because the
 *   verifier would then show a value on a wire.
 */
export function query(circuit: Circuit<never, unknown>, encoded: Vector, { proof, randomness, joint, share }: Query): Vector {
  const { field } = circuit;
  let at = 0;
  const take = (count: number): Vector => {
    at += count;
    return field.part(proof, at - count, at);
  };
  const parts = circuit.gadgets.map(({ gadget, calls }) => {
    const wires = new Wires(field, gadget, calls, take(gadget.arity));
    const size = powerOfTwo(gadgetLength(gadget, calls));
    return { wires, size, polynomial: completed(field, take(gadgetLength(gadget, calls)), size) };
  });
  const outputs = circuit.evaluate(encoded, joint, share, (g, inputs, out) => {
    const part = parts[g] as (typeof parts)[number];
    field.copy(out, 0, part.polynomial, part.wires.record(inputs) * (part.size / part.wires.length));
  });
  const verifier = field.zeros(proofLengths(circuit).verifier);
  const points = reduceOutputs(field, circuit.checks, outputs, randomness, verifier);
  let to = 1;
  parts.forEach(({ wires, size, polynomial }, g) => {
    const t = field.part(points, g, g + 1);
    if (isRoot(field, t, wires.length)) throw invalidReport('query');
    const weights = weightsAt(field, wires.length, t);
    for (let j = 0; j < wires.gadget.arity; j++) weightedSum(field, verifier, to++, wires.values, j * wires.length, weights);
    weightedSum(field, verifier, to++, polynomial, 0, weightsAt(field, size, t));
  });
  return verifier;
}

/** Writes the outputs' random combination to verifier[0]; returns the random points that are left. */
function reduceOutputs(field: Field, checks: number, outputs: Vector, randomness: Vector, verifier: Vector): Vector {
  if (checks > 1) weightedSum(field, verifier, 0, outputs, 0, field.part(randomness, 0, checks));
  else field.copy(verifier, 0, outputs, 0);
  return field.part(randomness, checks > 1 ? checks : 0, field.count(randomness));
}

/** §7.3.5: whether the value behind a whole verifier (the sum of all shares of it) is valid. Run by: anyone who has all shares. */
export function decide(circuit: Circuit<never, unknown>, verifier: Vector): boolean {
  const { field } = circuit;
  let valid = field.equal(verifier, 0, field.zeros(1), 0);
  let at = 1;
  const expected = field.zeros(1);
  for (const { gadget } of circuit.gadgets) {
    gadget.evaluate(field, expected, 0, verifier, at, 1);
    valid = field.equal(expected, 0, verifier, at + gadget.arity) && valid;
    at += gadget.arity + 1;
  }
  return valid;
}
