/**
 * Data for tests about secrets: every partial aggregate is a number that does not occur by accident, and who has rows in
 * which cell is a long pattern of bits. All of it is known here, so that it can be looked for.
 */
import { layoutOf, type Plan } from '@sluis/model';

export const REGIONS = 128;
export const MINIMUM_ROWS = 10;
export const MINIMUM_ORGANISATIONS = 2;
export const region = (cell: number): string => `r${String(cell).padStart(3, '0')}`;

/** What one provider has, per cell: a partial aggregate is its rows and rows × amount. */
export interface Holding {
  readonly rows: readonly number[];
  readonly amount: readonly number[];
}

/** Deterministic numbers below `below`. */
export function numbers(seed: number): (below: number) => number {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  return (below) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(below));
  };
}

/**
 * Cells 0 and 1 are large at everybody; cell 2 has rows at `only` alone; cell 3 has too few rows at everybody; the others
 * have 5 to 40 rows at some providers.
 */
export function holding(provider: number, only: boolean, seed = 1): Holding {
  const draw = numbers(1000 * seed + provider);
  const rows = Array.from({ length: REGIONS }, (_, cell) => {
    const some = draw(36) + 5;
    const present = draw(2) === 1;
    if (cell < 2) return 110_003 + 23_017 * provider + 11_171 * cell;
    if (cell === 2) return only ? 212_347 : 0;
    if (cell === 3) return 3;
    return present ? some : 0;
  });
  const amount = rows.map(() => 1_000_000 + draw(900_000_000));
  return { rows, amount };
}

export const sums = ({ rows, amount }: Holding): number[] => rows.map((n, cell) => n * (amount[cell] ?? 0));
export const present = ({ rows }: Holding): number[] => rows.map((n) => (n > 0 ? 1 : 0));

export function csvOf({ rows, amount }: Holding): string {
  return `region,amount\n${rows.map((n, cell) => `${region(cell)},${amount[cell]}\n`.repeat(n)).join('')}`;
}

export interface Pooled {
  readonly rows: readonly number[];
  readonly sums: readonly number[];
  readonly organisations: readonly number[];
  /** The output rules in the clear: what the committee must find on secrets. */
  readonly passes: readonly number[];
}

export function pooled(holdings: readonly Holding[]): Pooled {
  const add = (vectors: readonly (readonly number[])[]) =>
    Array.from({ length: REGIONS }, (_, cell) => vectors.reduce((n, v) => n + (v[cell] ?? 0), 0));
  const rows = add(holdings.map((h) => h.rows));
  const organisations = add(holdings.map(present));
  return {
    rows,
    organisations,
    sums: add(holdings.map(sums)),
    passes: rows.map((n, cell) => (n >= MINIMUM_ROWS && (organisations[cell] ?? 0) >= MINIMUM_ORGANISATIONS ? 1 : 0)),
  };
}

export const SQL = 'SELECT region, count(*) AS n, sum(amount) AS s FROM readings GROUP BY region ORDER BY region';

/** Widths of what each provider shares for a plan. */
export const widthsOf = (plan: Plan): number[] => layoutOf(plan).map((c) => c.words);
