/** Items in an arena as rows of a linear system: hashed under the session, in the order of where their coefficients start. */
import { type Random, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { type Arena, BAND, type BulkHash, COUNT_BYTES, type SetKernels, setKernels } from '@sluis/kernels';
import { itemCount, type PackedItems } from './packed-items.ts';
import { eachStripe, STRIPE } from './stripes.ts';

export const DIGEST_BYTES = 32;
/** An item that nobody has, as long to hash as one of at most 55 bytes. */
const FILLING_BYTES = 32;
const RECORD = 8;
const SEED = 16;

/** A first block of 64 bytes that says what a bulk hash is for, bound to the session. */
export function firstBlock(purpose: string, session: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(taggedHash('sluis/psi/hash/1', utf8(purpose), session));
  block.set(utf8('sluis/psi/hash/1'), 32);
  return block;
}

/** Sorts records by the lowest `keyBits` bits of their keys; the result stands at the address returned, the other is free. */
export async function sortRecords(
  arena: Arena,
  records: number,
  other: number,
  count: number,
  keyBits: number,
): Promise<[sorted: number, free: number]> {
  const kernels = arena.attach(setKernels);
  const top = arena.top;
  const counts = arena.reserve(COUNT_BYTES);
  let [from, to] = [records, other];
  for (let shift = 32; shift < 32 + keyBits; shift += 11) {
    arena.bytes(counts, COUNT_BYTES).fill(0);
    await eachStripe(count, STRIPE, (at, n) => kernels.countDigits(from + RECORD * at, n, shift, counts));
    kernels.sumCounts(counts);
    await eachStripe(count, STRIPE, (at, n) => kernels.placeRecords(from + RECORD * at, n, shift, counts, to));
    [from, to] = [to, from];
  }
  arena.reset(top);
  return [from, to];
}

export class ItemRows {
  readonly arena: Arena;
  readonly #kernels: SetKernels;
  /** Items as they were given, repeated ones too, and what they were filled up with. */
  readonly items: number;
  /** Address: 32 bytes an item, in the order of the items. */
  readonly itemDigests: number;
  /** Address: 32 bytes a row, in the order of the records; once arranged. */
  readonly digests: number;
  /** Address of 16 bytes. */
  readonly seed: number;
  #records: number;
  #other: number;
  #count = 0;
  /** Pairs: the position of an item that stands elsewhere too, and the position that stands for it. */
  #repeats: Uint32Array = new Uint32Array(0);

  private constructor(arena: Arena, items: number) {
    this.arena = arena;
    this.#kernels = arena.attach(setKernels);
    this.items = items;
    this.itemDigests = arena.reserve(DIGEST_BYTES * items);
    this.digests = arena.reserve(DIGEST_BYTES * items);
    this.seed = arena.reserve(SEED);
    this.#records = arena.reserve(RECORD * items);
    this.#other = arena.reserve(RECORD * items);
  }

  /**
   * Hashes items, and fills up to the declared number with random ones, which nobody has: it takes the same time whatever the
   * real number is, but for items of more than 55 bytes. Cost: about 0.12 µs an item of at most 55 bytes, and 80 bytes of memory.
   */
  static async hash(
    arena: Arena,
    hash: BulkHash,
    items: PackedItems,
    session: Uint8Array,
    declared: number,
    random: Random,
  ): Promise<ItemRows> {
    const rows = new ItemRows(arena, declared);
    const start = hash.begin(firstBlock('item', session));
    const given = itemCount(items);
    const filling = Uint32Array.from({ length: STRIPE + 1 }, (_, i) => FILLING_BYTES * i);
    await eachStripe(declared, STRIPE, (from, n) => {
      const real = Math.max(0, Math.min(n, given - from));
      // Drawn for real ones too: drawing takes as long as hashing a part of them does.
      const bytes = random.bytes(FILLING_BYTES * n);
      const to = rows.itemDigests + DIGEST_BYTES * from;
      hash.hashAll({ bytes: items.bytes, offsets: items.offsets.subarray(from, from + real + 1) }, start, to);
      hash.hashAll({ bytes, offsets: filling.subarray(0, n - real + 1) }, start, to + DIGEST_BYTES * real);
    });
    return rows;
  }

  /** How many different items there are, once arranged. */
  get count(): number {
    return this.#count;
  }

  /** Address: where each row starts (high word) and its item (low word), 8 bytes each, ascending; once arranged. */
  get records(): number {
    return this.#records;
  }

  /** Makes the last 8 of the 16 bytes of every value zero. Before `arrange`. */
  async narrow(): Promise<void> {
    await eachStripe(this.items, STRIPE, (from, n) => this.#kernels.narrowDigests(this.itemDigests + DIGEST_BYTES * from, n));
  }

  get repeats(): Uint32Array {
    return this.#repeats;
  }

  /** Rows under a seed for a store of `blocks` blocks: sorted, each item once. */
  async arrange(seed: Uint8Array, blocks: number): Promise<void> {
    const { arena, items } = this;
    const kernels = this.#kernels;
    arena.bytes(this.seed, SEED).set(seed);
    const range = blocks - BAND + 1;
    await eachStripe(items, STRIPE, (from, n) => kernels.startRecords(this.itemDigests, from, n, this.seed, range, this.#records));
    [this.#records, this.#other] = await sortRecords(arena, this.#records, this.#other, items, Math.ceil(Math.log2(range)));
    const [records, digests] = [this.#records, this.digests];
    await eachStripe(items, STRIPE, (from, n) =>
      kernels.gatherDigests(records + RECORD * from, n, this.itemDigests, digests + DIGEST_BYTES * from),
    );
    const top = arena.top;
    const state = arena.reserve(16);
    arena.words(state, 4).set([records, digests, records, this.#other]);
    await eachStripe(items, STRIPE, (from, n) => kernels.distinctRecords(records + RECORD * from, n, digests + DIGEST_BYTES * from, state));
    this.#count = ((arena.words(state, 4)[0] as number) - records) / RECORD;
    this.#repeats = arena.words(this.#other, 2 * (items - this.#count)).slice();
    arena.reset(top);
  }
}
