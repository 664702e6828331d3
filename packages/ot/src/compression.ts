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
import { pause, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { type Arena, CONVOLUTION_BITS_BYTES, CONVOLUTION_REACH, linearEvaluation, MASK_BYTES } from '@sluis/kernels';
import { EXPANDED_BYTES, Expansion, SEED_BYTES } from './expansion.ts';

const WEIGHT = 10;
const PARTS = 5;
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

/** Convolves `size` records of `bytes` each, twice, given what stands before them and what convolves a stretch. */
async function convolveTwice(
  arena: Arena,
  stream: CodeStream,
  { at, bytes, size }: { readonly at: number; readonly bytes: 16 | 32; readonly size: number },
): Promise<void> {
  const field = arena.attach(linearEvaluation);
  const convolve = bytes === 16 ? field.convolve : field.convolvePairs;
  const masks = arena.reserve(MASK_BYTES);
  field.prepareMasks(masks);
  const reach = bytes * CONVOLUTION_REACH;
  const before = arena.bytes(at - reach, reach).slice();
  const blocks = (CONVOLVED * CONVOLUTION_BITS_BYTES) / EXPANDED_BYTES;
  for (let pass = 0; pass < 2; pass++) {
    if (pass === 0) arena.bytes(at - reach, reach).fill(0);
    else arena.bytes(at - reach, reach).set(arena.bytes(at + bytes * size - reach, reach));
    for (let done = 0, chunk = 0; done < size; done += CONVOLVED, chunk++) {
      stream.fill(1 + pass, chunk * blocks, blocks);
      convolve(at + bytes * done, Math.min(CONVOLVED, size - done), stream.at, masks);
      await pause();
    }
  }
  arena.bytes(at - reach, reach).set(before);
}

/** Runs over the code's rows in stretches whose random words stand at the stream. */
async function eachStretch(stream: CodeStream, count: number, run: (first: number, rows: number) => void): Promise<void> {
  const blocks = (4 * WEIGHT * ROWS) / EXPANDED_BYTES;
  for (let done = 0, chunk = 0; done < count; done += ROWS, chunk++) {
    stream.fill(0, chunk * blocks, blocks);
    run(done, Math.min(ROWS, count - done));
    await pause();
  }
}

/** Compresses the vector of count + size elements, in place: its first `count` become the result. Both numbers are 25 at least. */
export async function compress(arena: Arena, vector: number, count: number, size: number): Promise<void> {
  const top = arena.top;
  const field = arena.attach(linearEvaluation);
  const stream = new CodeStream(arena, count, size);
  const rest = vector + 16 * count;
  await convolveTwice(arena, stream, { at: rest, bytes: 16, size });
  const span = BigInt(Math.floor(size / PARTS));
  await eachStretch(stream, count, (first, rows) => {
    field.gatherSums(rest, BigInt(size), span, PARTS, WEIGHT, stream.at, vector + 16 * first, rows);
  });
  arena.reset(top);
}

/**
 * Compresses two vectors, element beside element so that each is waited for once. One stands at `vector`, as in `compress`;
 * of the other, the first `count` elements stand at `noise`, and the rest where `place` is told to put it, 32 bytes apart. The
 * results are at `vector` and at `noise`.
 */
export async function compressBoth(
  arena: Arena,
  { vector, noise }: { readonly vector: number; readonly noise: number },
  count: number,
  size: number,
  place: (rest: number) => void,
): Promise<void> {
  const top = arena.top;
  const field = arena.attach(linearEvaluation);
  const stream = new CodeStream(arena, count, size);
  const rest = arena.reserve(32 * (CONVOLUTION_REACH + size)) + 32 * CONVOLUTION_REACH;
  field.spread(vector + 16 * count, rest, size);
  place(rest + 16);
  await convolveTwice(arena, stream, { at: rest, bytes: 32, size });
  const span = BigInt(Math.floor(size / PARTS));
  await eachStretch(stream, count, (first, rows) => {
    field.gatherPairSums(rest, BigInt(size), span, PARTS, WEIGHT, stream.at, vector + 16 * first, noise + 16 * first, rows);
  });
  arena.reset(top);
}
