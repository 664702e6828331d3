/**
 * What a receipt opens, as bytes. Mask: per output of the plan, its cells' pass bits, least significant bit first, padded
 * with zeros to whole bytes. Component: the little-endian words of opened counts, then accumulators; of each vector the
 * cells that are open in ascending order, word-major.
 */
import { concatBytes, InvalidError } from '@sluis/base';
import { openingMasks, type Plan, type Released } from '@sluis/model';

const WORD_BYTES = 8;

/** @param passed - per output, one byte (0 or 1) per cell. */
export function encodeMask(passed: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...passed.map((bits) => {
      const out = new Uint8Array(Math.ceil(bits.length / 8));
      bits.forEach((bit, i) => {
        if (bit !== 0 && bit !== 1) throw new RangeError('a pass mask holds bits');
        out[i >> 3] = (out[i >> 3] ?? 0) | (bit << (i & 7));
      });
      return out;
    }),
  );
}

/** Reverses `encodeMask`; throws InvalidError `receipt/malformed-opening` for another length or set padding. */
export function decodeMask(plan: Pick<Plan, 'outputs' | 'cellCount'>, data: Uint8Array): Uint8Array[] {
  const size = Math.ceil(plan.cellCount / 8);
  if (data.length !== size * plan.outputs.length) throw malformed('mask has another length than the plan says');
  const passed = plan.outputs.map((_, o) => {
    const bits = new Uint8Array(plan.cellCount);
    for (let i = 0; i < bits.length; i++) bits[i] = ((data[o * size + (i >> 3)] ?? 0) >> (i & 7)) & 1;
    return bits;
  });
  const again = encodeMask(passed);
  if (again.some((byte, i) => byte !== data[i])) throw malformed('mask has bits beyond its cells');
  return passed;
}

/** Joins one component of all opened vectors, counts first. */
export function encodeComponent(columns: readonly BigUint64Array[]): Uint8Array {
  return concatBytes(...columns.map((c) => new Uint8Array(c.buffer, c.byteOffset, c.byteLength)));
}

/** The opened integers: the sum of three components, modulo 2^(64·words), signed. Run by: a receiver or a verifier. */
export function recombine(plan: Plan, mask: Uint8Array, components: readonly Uint8Array[]): Released {
  const passed = decodeMask(plan, mask);
  const masks = openingMasks(plan, passed);
  const vectors = [
    ...masks.counts.map((open) => ({ open, words: 1 })),
    ...masks.accumulators.map((open, a) => ({ open, words: plan.accumulators[a]?.words ?? 0 })),
  ];
  const length = vectors.reduce((n, v) => n + count(v.open) * v.words * WORD_BYTES, 0);
  if (components.length !== 3 || components.some((c) => c.length !== length))
    throw malformed('component has another length than the plan says');
  const views = components.map((c) => new DataView(c.buffer, c.byteOffset, c.byteLength));
  let at = 0;
  const opened = vectors.map(({ open, words }) => {
    const values = readVector(views, at, count(open), words);
    at += values.length * words * WORD_BYTES;
    let next = 0;
    return Array.from(open, (bit) => (bit === 1 ? (values[next++] ?? null) : null));
  });
  const counts = opened.slice(0, plan.contributions.length);
  // With noise a count can be anything.
  const negative = plan.noise === undefined && counts.some((c) => c.some((n) => n !== null && n < 0n));
  if (negative) throw malformed('count is negative');
  return { passed, counts, accumulators: opened.slice(plan.contributions.length) };
}

function readVector(views: readonly DataView[], at: number, cells: number, words: number): bigint[] {
  return Array.from({ length: cells }, (_, cell) => {
    let sum = 0n;
    for (const view of views) {
      for (let w = 0; w < words; w++) sum += view.getBigUint64(at + (w * cells + cell) * WORD_BYTES, true) << BigInt(64 * w);
    }
    return BigInt.asIntN(64 * words, sum);
  });
}

const count = (bits: Uint8Array): number => bits.reduce((n, b) => n + b, 0);

function malformed(what: string): InvalidError {
  return new InvalidError('receipt/malformed-opening', {
    stage: 'receipt',
    message: `What the receipt opens does not fit its question: the ${what}.`,
    remedy: 'The receipt is not genuine, or was made by another release of Sluis.',
  });
}
