/**
 * Compresses noisy vectors with an expand-convolute code: of a vector of count + size elements, the first `count` become
 * x_i ⊕ Σ of ten elements of the rest, after the rest was convolved twice, with a memory of 25, the second time around the end.
 * The matrix is binary and public, so sums of elements keep c = aΔ ⊕ b.
 *
 * Ten instead of the seven of the source, half of them one from each fifth of the rest; the oldest element in memory always
 * counts, so that nothing dies out; twice, because words that expand near the end only would stay light. The code is the same
 * for all sessions of a size: if each side could draw one, it could look for a bad one.
 * Source: Raghuraman, Rindal & Tanguy 2023 (expand-convolute codes), systematic and regular form. Not Silver: it is broken.
 */
import { utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { type Arena, CONVOLUTION_BITS_BYTES, CONVOLUTION_REACH, linearEvaluation, MASK_BYTES } from '@sluis/kernels';
import { EXPANDED_BYTES, Expansion, SEED_BYTES } from './expansion.ts';

const WEIGHT = 10;
const PARTS = 5;
const REACH_BYTES = 16 * CONVOLUTION_REACH;
/** Rows whose random words are made at once: they stay in the cache. */
const ROWS = 1600;
const CONVOLVED = 16_384;
const STREAM_BYTES = EXPANDED_BYTES * (1000 + 2);

/** The code's public random words. */
class CodeStream {
  readonly at: number;
  readonly #expansion: Expansion;
  readonly #seed: number;

  constructor(arena: Arena, count: number, size: number) {
    const seed = taggedHash('sluis/ot/code/1', utf8(`${count}+${size}`));
    this.#seed = arena.place(seed.subarray(0, SEED_BYTES));
    this.#expansion = new Expansion(arena, seed.subarray(SEED_BYTES));
    this.at = arena.reserve(STREAM_BYTES);
  }

  /** Writes `blocks` blocks of stream number `level`, from block `first`. */
  fill(level: number, first: number, blocks: number): void {
    this.#expansion.run('code', this.#seed, this.at, blocks, { first, level }, true);
  }
}

/** Convolves the `size` elements at `x` in place. What stands before them is put back afterwards. */
function convolveTwice(arena: Arena, stream: CodeStream, x: number, size: number): void {
  const field = arena.attach(linearEvaluation);
  const masks = arena.reserve(MASK_BYTES);
  field.prepareMasks(masks);
  const before = arena.bytes(x - REACH_BYTES, REACH_BYTES).slice();
  for (let pass = 0; pass < 2; pass++) {
    const last = arena.bytes(x + 16 * size - REACH_BYTES, REACH_BYTES);
    const start = arena.bytes(x - REACH_BYTES, REACH_BYTES);
    if (pass === 0) start.fill(0);
    else start.set(last);
    const blocks = (CONVOLVED * CONVOLUTION_BITS_BYTES) / EXPANDED_BYTES;
    for (let done = 0, chunk = 0; done < size; done += CONVOLVED, chunk++) {
      stream.fill(1 + pass, chunk * blocks, blocks);
      field.convolve(x + 16 * done, Math.min(CONVOLVED, size - done), stream.at, masks);
    }
  }
  arena.bytes(x - REACH_BYTES, REACH_BYTES).set(before);
}

/**
 * Compresses vectors of count + size elements each, in place: their first `count` elements are the results. Needs room for
 * 25 elements before each. Cost: about 0.15 µs an element of result and vector.
 */
export function compress(arena: Arena, vectors: readonly number[], count: number, size: number): void {
  const top = arena.top;
  const field = arena.attach(linearEvaluation);
  const stream = new CodeStream(arena, count, size);
  for (const x of vectors) convolveTwice(arena, stream, x + 16 * count, size);
  const blocks = (4 * WEIGHT * ROWS) / EXPANDED_BYTES;
  for (let done = 0, chunk = 0; done < count; done += ROWS, chunk++) {
    stream.fill(0, chunk * blocks, blocks);
    const span = BigInt(Math.floor(size / PARTS));
    for (const x of vectors) {
      const rest = x + 16 * count;
      field.gatherSums(rest, BigInt(size), span, PARTS, WEIGHT, stream.at, x + 16 * done, Math.min(ROWS, count - done));
    }
  }
  arena.reset(top);
}
