/** The vectors that follow from given ones by linear combination, modulo a prime below 2^26: sparse, fully reduced. */

/** So that products are exact as numbers. What does not follow modulo one of them does not follow over the rationals, but for primes that divide a minor: hence two. */
export const PRIMES = [67_108_859, 67_108_837] as const;

export type Sparse = Map<number, number>;

export class Span {
  readonly #prime: number;
  /** Reduced rows by pivot, each with 1 there; no row has another's pivot. */
  readonly #rows = new Map<number, Sparse>();
  /** Pivots of rows that may hold a column. */
  readonly #users = new Map<number, Set<number>>();
  #left: number;

  /** @param work - elements of rows that may be touched in all. */
  constructor(prime: number, work: number) {
    this.#prime = prime;
    this.#left = work;
  }

  /** Whether more work was asked than allowed: nothing that this span says holds then. */
  get exhausted(): boolean {
    return this.#left < 0;
  }

  get rows(): Iterable<Sparse> {
    return this.#rows.values();
  }

  /** Adds a vector. Elements are from 0 to the prime. */
  add(vector: Sparse): void {
    if (this.exhausted) return;
    const row = this.#rest(vector);
    const [pivot] = row.keys();
    if (pivot === undefined) return;
    const factor = inverse(row.get(pivot) as number, this.#prime);
    for (const [column, value] of row) row.set(column, (value * factor) % this.#prime);
    for (const owner of this.#users.get(pivot) ?? []) {
      const other = this.#rows.get(owner) as Sparse;
      this.#subtract(other, row, other.get(pivot) ?? 0);
      for (const column of row.keys()) if (column !== pivot && other.has(column)) this.#use(column, owner);
    }
    this.#users.delete(pivot);
    this.#rows.set(pivot, row);
    for (const column of row.keys()) if (column !== pivot) this.#use(column, pivot);
  }

  /** Whether a vector is a combination of those added. */
  has(vector: Sparse): boolean {
    return this.#rest(vector).size === 0;
  }

  #rest(vector: Sparse): Sparse {
    const row = new Map(vector);
    for (const [column, value] of vector) {
      const pivot = this.#rows.get(column);
      if (pivot !== undefined) this.#subtract(row, pivot, value);
    }
    return row;
  }

  /** row −= factor · other. */
  #subtract(row: Sparse, other: Sparse, factor: number): void {
    if (factor === 0) return;
    this.#left -= other.size;
    for (const [column, value] of other) {
      const next = ((row.get(column) ?? 0) + (this.#prime - ((factor * value) % this.#prime))) % this.#prime;
      if (next === 0) row.delete(column);
      else row.set(column, next);
    }
  }

  #use(column: number, owner: number): void {
    const set = this.#users.get(column) ?? new Set();
    set.add(owner);
    this.#users.set(column, set);
  }
}

function inverse(value: number, prime: number): number {
  let [result, base, exponent] = [1, value % prime, prime - 2];
  while (exponent > 0) {
    if (exponent % 2 === 1) result = (result * base) % prime;
    base = (base * base) % prime;
    exponent = Math.floor(exponent / 2);
  }
  return result;
}
