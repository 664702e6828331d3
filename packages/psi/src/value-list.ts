/** The sender's values: in an order that says nothing of its items, and found among its own by the receiver. */
import { ProtocolError } from '@sluis/base';
import { type Arena, setKernels, SLACK_BYTES } from '@sluis/kernels';
import { sortRecords } from './item-rows.ts';
import { eachStripe, STRIPE } from './stripes.ts';

/** Room for values that kernels write: a little beyond the last one is overwritten. */
export const reserveValues = (arena: Arena, count: number, length: number): number => arena.reserve(count * length + SLACK_BYTES);

/**
 * Values in ascending order, at the address returned. The order follows from the set of values alone, and values of items that
 * the receiver does not have look random to it: so neither says which value belongs to which item.
 */
export async function orderValues(arena: Arena, values: number, count: number, length: number): Promise<number> {
  const out = reserveValues(arena, count, length);
  const top = arena.top;
  await sortValues(arena, values, count, length, out);
  arena.reset(top);
  return out;
}

/** Returns the address of records, 8 bytes each, whose low words say where each of the ordered values stood. */
async function sortValues(arena: Arena, values: number, count: number, length: number, out: number): Promise<number> {
  const kernels = arena.attach(setKernels);
  const [first, second] = [arena.reserve(8 * count), arena.reserve(8 * count)];
  await eachStripe(count, STRIPE, (from, n) => kernels.valueRecords(values, length, from, n, first));
  const [sorted] = await sortRecords(arena, first, second, count, 32);
  await eachStripe(count, STRIPE, (from, n) => kernels.orderTies(sorted, from, n, values, length));
  await eachStripe(count, STRIPE, (from, n) => kernels.gatherValues(sorted + 8 * from, n, values, length, out + length * from));
  return sorted;
}

/** Bytes of what `mergeMarks` keeps between calls. */
const STATE = 24;

/**
 * A receiver's own values, among which it marks those that arrive. It takes the same steps however many are found: when a
 * receiver is ready shows nothing of what it found.
 */
export class ValueMarks {
  readonly #arena: Arena;
  readonly #count: number;
  readonly #length: number;
  readonly #ordered: number;
  readonly #records: number;
  readonly #state: number;
  readonly #marks: number;

  private constructor(arena: Arena, count: number, length: number, ordered: number, records: number) {
    this.#arena = arena;
    this.#count = count;
    this.#length = length;
    this.#ordered = ordered;
    this.#records = records;
    this.#state = arena.reserve(STATE);
    this.#marks = arena.reserve(count + 1);
    arena.bytes(this.#state, STATE).fill(0);
    arena.bytes(this.#marks, count + 1).fill(0);
  }

  /** @param values - address of `count` values of `length` bytes, 16 readable bytes behind them. Several may be equal. */
  static async of(arena: Arena, values: number, count: number, length: number): Promise<ValueMarks> {
    const ordered = reserveValues(arena, count, length);
    return new ValueMarks(arena, count, length, ordered, await sortValues(arena, values, count, length, ordered));
  }

  /**
   * Marks which of the values stand among others, which are ascending, from call to call too. Cost: about 10 ns for each of both.
   *
   * @throws ProtocolError `psi/not-ascending`.
   */
  mark(others: Uint8Array): void {
    const arena = this.#arena;
    const kernels = arena.attach(setKernels);
    const top = arena.top;
    const address = arena.reserve(others.length + SLACK_BYTES);
    arena.bytes(address, others.length).set(others);
    kernels.mergeMarks(address, others.length / this.#length, this.#length, this.#ordered, this.#count, this.#state, this.#marks);
    arena.reset(top);
    if (arena.words(this.#state, 2)[1] === 0) return;
    throw new ProtocolError('psi/not-ascending', {
      stage: 'run',
      message: "The values of the other side's items are not in ascending order.",
      remedy: 'Start again; if it repeats, the other side does not run the protocol as it is written.',
    });
  }

  /** 1 for each of the values that was marked, in the order in which they were given. */
  marks(): Uint8Array {
    const sorted = this.#arena.bytes(this.#marks, this.#count);
    const records = this.#arena.words(this.#records, 2 * this.#count);
    const marks = new Uint8Array(this.#count);
    for (let k = 0; k < marks.length; k++) marks[records[2 * k] as number] = sorted[k] as number;
    return marks;
  }
}
