/** The sender's values: in an order that says nothing of its items, and found again by the receiver. */
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
  const kernels = arena.attach(setKernels);
  const out = reserveValues(arena, count, length);
  const top = arena.top;
  const [first, second] = [arena.reserve(8 * count), arena.reserve(8 * count)];
  await eachStripe(count, STRIPE, (from, n) => kernels.valueRecords(values, length, from, n, first));
  const [sorted] = await sortRecords(arena, first, second, count, 32);
  await eachStripe(count, STRIPE, (from, n) => kernels.orderTies(sorted, from, n, values, length));
  await eachStripe(count, STRIPE, (from, n) => kernels.gatherValues(sorted + 8 * from, n, values, length, out + length * from));
  arena.reset(top);
  return out;
}

/** A receiver's own values, in which it looks up those that arrive. */
export class ValueTable {
  readonly #arena: Arena;
  readonly #values: number;
  readonly #count: number;
  readonly #length: number;
  readonly #bits: number;
  readonly #table: number;
  readonly #marks: number;

  private constructor(arena: Arena, values: number, count: number, length: number) {
    this.#arena = arena;
    this.#values = values;
    this.#count = count;
    this.#length = length;
    this.#bits = Math.max(2, Math.ceil(Math.log2(2 * count)));
    this.#table = arena.reserve(8 * 2 ** this.#bits);
    this.#marks = arena.reserve(count);
    arena.bytes(this.#table, 8 * 2 ** this.#bits).fill(0);
    arena.bytes(this.#marks, count).fill(0);
  }

  /** @param values - address of `count` values of `length` bytes, 16 readable bytes behind them. */
  static async of(arena: Arena, values: number, count: number, length: number): Promise<ValueTable> {
    const table = new ValueTable(arena, values, count, length);
    const kernels = arena.attach(setKernels);
    await eachStripe(count, STRIPE, (from, n) => kernels.fillTable(values, length, from, n, table.#table, table.#bits));
    return table;
  }

  /** Marks which of the values stand among others. Cost: about 0.1 µs for each of the others. */
  mark(others: Uint8Array): void {
    const arena = this.#arena;
    const count = others.length / this.#length;
    const kernels = arena.attach(setKernels);
    const top = arena.top;
    const address = arena.reserve(others.length + SLACK_BYTES);
    arena.bytes(address, others.length).set(others);
    for (let from = 0; from < count; from += STRIPE) {
      const n = Math.min(STRIPE, count - from);
      kernels.markFound(address + this.#length * from, n, this.#length, this.#table, this.#bits, this.#values, this.#marks);
    }
    arena.reset(top);
  }

  /** A view: 1 for each value that was marked. */
  get marks(): Uint8Array {
    return this.#arena.bytes(this.#marks, this.#count);
  }
}
