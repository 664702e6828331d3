/** From the rows of a provider's statement to dense vectors over all declared cells, in the plan's layout. */
import { cellOffsets, type Domain, type LayoutColumn, layoutOf, neutralElement, type Plan, type Vectors } from '@sluis/model';

/** What one row says of one layout column; `null` where nothing contributes. */
type Cell = bigint | null;

export class DenseVectors {
  readonly #plan: Plan;
  readonly #layout: readonly LayoutColumn[];
  readonly #columns: BigUint64Array[];
  readonly #positions: readonly ReadonlyMap<string | null, number>[];
  readonly #offsets: readonly number[];
  readonly #seen: Uint8Array;

  /** Starts with what a provider without rows shares. */
  constructor(plan: Plan, domains: readonly Domain[]) {
    this.#plan = plan;
    this.#layout = layoutOf(plan);
    this.#offsets = cellOffsets(plan);
    this.#seen = new Uint8Array(plan.cellCount);
    this.#positions = plan.keys.map((key, i) => {
      const positions = new Map((domains[i]?.values ?? []).map((value, at) => [value, at]));
      if (positions.size !== key.size) throw new RangeError('a domain does not fit its key');
      return positions;
    });
    this.#columns = this.#layout.map((column) => {
      const vector = new BigUint64Array(plan.cellCount * column.words);
      if (column.kind === 'accumulator') this.#fill(vector, column.words, neutralElement(accumulatorOf(plan, column.accumulator)));
      return vector;
    });
  }

  /** The cell of a row; throws a RangeError if a key is outside its domain or the cell came before. */
  cellOf(set: number, key: (index: number) => string | null): number {
    const keys = this.#plan.groupingSets[set];
    if (keys === undefined) throw new RangeError('a row is of no grouping set');
    let at = 0;
    for (const k of keys) {
      const position = this.#positions[k]?.get(key(k));
      if (position === undefined) throw new RangeError('a key is outside its domain');
      at = at * (this.#plan.keys[k]?.size ?? 0) + position;
    }
    const cell = (this.#offsets[set] ?? 0) + at;
    if (this.#seen[cell] !== 0) throw new RangeError('a cell came twice');
    this.#seen[cell] = 1;
    return cell;
  }

  count(contribution: number, cell: number, rows: bigint): void {
    if (rows < 0n || rows > BigInt(this.#plan.maximumRows)) throw new RangeError('a count is outside its bounds');
    this.#store(2 * contribution, cell, rows);
    this.#store(2 * contribution + 1, cell, rows > 0n ? 1n : 0n);
  }

  accumulator(index: number, cell: number, value: Cell): void {
    if (value === null) return;
    const { minimum, maximum } = accumulatorOf(this.#plan, index);
    if (value < BigInt(minimum) || value > BigInt(maximum)) throw new RangeError('a partial aggregate is outside its bounds');
    this.#store(2 * this.#plan.contributions.length + index, cell, value);
  }

  dominance(index: number, cell: number, total: Cell, top: readonly bigint[]): void {
    const { top: ranks, maximum } = this.#plan.dominances[index] ?? { top: 0, maximum: '0' };
    let at = 2 * this.#plan.contributions.length + this.#plan.accumulators.length;
    for (let i = 0; i < index; i++) at += 1 + (this.#plan.dominances[i]?.top ?? 0);
    if (top.length > ranks || top.some((v) => v < 0n || v > BigInt(maximum))) throw new RangeError('a contribution is outside its bounds');
    if (total !== null && (total < 0n || total > BigInt(maximum) * BigInt(this.#plan.maximumRows)))
      throw new RangeError('a total is outside its bounds');
    this.#store(at, cell, total ?? 0n);
    for (const [rank, value] of top.entries()) this.#store(at + 1 + rank, cell, value);
  }

  /** How many rows have which value, as pairs. */
  histogram(index: number, cell: number, entries: readonly (readonly [bigint, bigint])[]): void {
    const sizes = (this.#plan.histograms ?? []).map((h) => h.size);
    const first = this.#layout.length - sizes.slice(index).reduce((sum, size) => sum + size, 0);
    for (const [value, rows] of entries) {
      if (value < 0n || value >= BigInt(sizes[index] ?? 0)) throw new RangeError('a value is outside its bounds');
      if (rows < 0n || rows > BigInt(this.#plan.maximumRows)) throw new RangeError('a count is outside its bounds');
      this.#store(first + Number(value), cell, rows);
    }
  }

  vectors(): Vectors {
    return { cells: this.#plan.cellCount, columns: this.#columns };
  }

  #store(column: number, cell: number, value: bigint): void {
    const vector = this.#columns[column];
    const words = this.#layout[column]?.words;
    if (vector === undefined || words === undefined) throw new RangeError('the layout has no such column');
    for (let j = 0; j < words; j++) vector[j * this.#plan.cellCount + cell] = BigInt.asUintN(64, value >> BigInt(64 * j));
  }

  #fill(vector: BigUint64Array, words: number, value: bigint): void {
    const cells = this.#plan.cellCount;
    for (let j = 0; j < words; j++) vector.fill(BigInt.asUintN(64, value >> BigInt(64 * j)), j * cells, (j + 1) * cells);
  }
}

function accumulatorOf(plan: Plan, index: number) {
  const accumulator = plan.accumulators[index];
  if (accumulator === undefined) throw new RangeError('the plan has no such accumulator');
  return accumulator;
}
