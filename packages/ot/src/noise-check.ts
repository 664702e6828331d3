/**
 * Whether the sender's trees are the ones it sealed, by a random linear check of the whole vector: the receiver draws χ; with
 * h(x) = Σ_p x_p·χ^(last − p) it must hold that h(c') = h(e)·Δ ⊕ h(b'), of which the receiver knows h(e). A product a*·Δ that
 * nobody used hides h(e) in x = h(e) ⊕ a*; the sender answers with a hash of h(b') ⊕ b* ⊕ x·Δ, which must be the receiver's
 * h(c') ⊕ c*.
 *
 * A sender whose message makes leaves that differ from one consistent vector is found out, except with probability N/2^128
 * (two polynomials of degree below N agree in a random χ), unless the difference vanishes for this receiver's places. That
 * last case is a guess about the places: it passes with the probability that the guess is right, so k bits learned cost it
 * 2^-k, and the noise keeps its entropy but for those bits (the assumption "with leakage" of Boyle et al. 2019). A
 * receiver gains nothing by a wrong x: it would see a hash of something with an unknown multiple of Δ in it.
 * Source: Boyle et al. 2019; Yang et al. 2020 (Ferret); Weng et al. 2021 (Wolverine).
 */
import { concatBytes, pause, ProtocolError, type Random } from '@sluis/base';
import { constantTimeEqual, HASH_BYTES, taggedHash } from '@sluis/crypto';
import { type Arena, type LinearEvaluation, linearEvaluation, FACTOR_TABLE_BYTES } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import type { VoleShape } from './vole-shape.ts';

const ELEMENT = 16;
const LANES = 16;
/** Elements of each lane between pauses. */
const STRETCH = 4096;
const ONE = Uint8Array.of(1, ...new Uint8Array(15));

export interface NoiseVector {
  readonly vector: number;
  readonly shape: VoleShape;
  readonly session: Uint8Array;
}

const xor = (x: Uint8Array, y: Uint8Array): Uint8Array => x.map((byte, k) => byte ^ (y[k] as number));
const elementOf = (words: Uint32Array, at: number): Uint8Array => new Uint8Array(words.slice(4 * at, 4 * at + 4).buffer);
const lengthOf = ({ trees, leaves }: VoleShape): number => Math.ceil((trees * leaves) / LANES);

/** Arithmetic on single elements, in an arena. */
class Elements {
  readonly #arena: Arena;
  readonly field: LinearEvaluation;
  readonly #room: number;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.field = arena.attach(linearEvaluation);
    this.#room = arena.reserve(2 * ELEMENT);
  }

  multiply(x: Uint8Array, y: Uint8Array): Uint8Array {
    const room = this.#arena.bytes(this.#room, 2 * ELEMENT);
    room.set(x);
    room.set(y, ELEMENT);
    this.field.multiplyPairs(this.#room, this.#room + ELEMENT, this.#room, 1);
    return room.slice(0, ELEMENT);
  }

  /** x^(2^k) for k below `count`. */
  squares(x: Uint8Array, count: number): Uint8Array[] {
    const out = [x];
    while (out.length < count) out.push(this.multiply(out.at(-1) as Uint8Array, out.at(-1) as Uint8Array));
    return out;
  }

  power(x: Uint8Array, exponent: number): Uint8Array {
    return this.squares(x, 32).reduce((p, square, k) => ((exponent >>> k) & 1 ? this.multiply(p, square) : p), ONE);
  }
}

/** h of the vector. Writes zeros behind it, up to whole lanes. */
async function hashVector(arena: Arena, { vector, shape }: NoiseVector, point: Uint8Array): Promise<Uint8Array> {
  const top = arena.top;
  const elements = new Elements(arena);
  const length = lengthOf(shape);
  const used = shape.trees * shape.leaves;
  arena.bytes(vector + ELEMENT * used, ELEMENT * (LANES * length - used)).fill(0);
  const table = arena.reserve(FACTOR_TABLE_BYTES);
  elements.field.multiplyTable(arena.place(point), table);
  const sums = arena.reserve(LANES * ELEMENT);
  arena.bytes(sums, LANES * ELEMENT).fill(0);
  for (let k = 0; k < length; k += STRETCH) {
    elements.field.hornerLanes(vector + ELEMENT * k, ELEMENT * length, Math.min(STRETCH, length - k), table, sums);
    await pause();
  }
  elements.field.turnElements(sums);
  const step = elements.power(point, length);
  let hash: Uint8Array = new Uint8Array(ELEMENT);
  for (let lane = 0; lane < LANES; lane++) {
    hash = xor(elements.multiply(hash, step), arena.bytes(sums + ELEMENT * lane, ELEMENT));
  }
  arena.reset(top);
  return hash;
}

/** h of the noise: Σ_i β_i·χ^(last − place i), without an address or a branch that depends on places. */
function hashNoise(arena: Arena, shape: VoleShape, places: Uint32Array, values: Uint8Array, point: Uint8Array): Uint8Array {
  const top = arena.top;
  const elements = new Elements(arena);
  const last = LANES * lengthOf(shape) - 1;
  const terms = arena.place(values.subarray(0, ELEMENT * shape.trees));
  const factors = arena.reserve(ELEMENT * shape.trees);
  elements.squares(point, 32).forEach((square, k) => {
    const out = arena.bytes(factors, ELEMENT * shape.trees);
    places.forEach((place, tree) => {
      const keep = -(((last - shape.leaves * tree - place) >>> k) & 1);
      for (let i = 0; i < ELEMENT; i++) out[ELEMENT * tree + i] = ((square[i] as number) & keep) | ((ONE[i] as number) & ~keep);
    });
    elements.field.multiplyPairs(terms, factors, terms, shape.trees);
  });
  let hash: Uint8Array = new Uint8Array(ELEMENT);
  for (let tree = 0; tree < shape.trees; tree++) hash = xor(hash, arena.bytes(terms + ELEMENT * tree, ELEMENT));
  arena.reset(top);
  return hash;
}

const proofOf = (session: Uint8Array, challenge: Uint8Array, value: Uint8Array): Uint8Array =>
  taggedHash('sluis/ot/noise-proof/1', session, challenge, value);

/** The sender's part. `b`: words of its products, the unused one last. Learns: nothing. */
export async function proveNoise(link: PairLink, arena: Arena, noise: NoiseVector, delta: Uint8Array, b: Uint32Array): Promise<void> {
  const challenge = await link.receive('ot/noise-challenge', 2 * ELEMENT);
  const hidden = new Elements(arena).multiply(challenge.subarray(ELEMENT), delta);
  const own = await hashVector(arena, noise, challenge.subarray(0, ELEMENT));
  const value = xor(xor(own, hidden), elementOf(b, noise.shape.trees));
  await link.send('ot/noise-proof', proofOf(noise.session, challenge, value));
}

/**
 * The receiver's part. `c`: words of its products, the unused one last, as in `values`.
 *
 * @throws ProtocolError `ot/inconsistent-noise`. Cost: one round, 64 bytes; 25 ns an element on each side.
 */
export async function verifyNoise(
  link: PairLink,
  arena: Arena,
  noise: NoiseVector,
  { places, values }: { readonly places: Uint32Array; readonly values: Uint8Array },
  c: Uint32Array,
  random: Random,
): Promise<void> {
  const { trees } = noise.shape;
  const point = random.bytes(ELEMENT);
  const shown = xor(hashNoise(arena, noise.shape, places, values, point), values.subarray(ELEMENT * trees));
  const challenge = concatBytes(point, shown);
  await link.send('ot/noise-challenge', challenge);
  const due = xor(await hashVector(arena, noise, point), elementOf(c, trees));
  const proof = await link.receive('ot/noise-proof', HASH_BYTES);
  if (!constantTimeEqual(proof, proofOf(noise.session, challenge, due))) throw inconsistent();
}

const inconsistent = (): ProtocolError =>
  new ProtocolError('ot/inconsistent-noise', {
    stage: 'wire',
    message: 'What the peer sent for oblivious linear evaluation contradicts itself: it tries to learn a secret of this side.',
    remedy: 'Find out at the peer why; run again only with fresh secrets, as every new run has.',
  });
