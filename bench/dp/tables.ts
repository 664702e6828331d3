/** The tables over real data whose error is measured; outside the repository, under the folder that SLUIS_FIXTURES names. */
import { DuckDBInstance } from '@duckdb/node-api';

/** A GROUP BY over one file: a count, and the sum of a whole-number column with declared bounds. */
export interface AskedTable {
  readonly data: string;
  readonly file: string;
  readonly keys: readonly string[];
  readonly value: { readonly name: string; readonly sql: string; readonly low: number; readonly high: number };
}

const HOURS = { name: 'hours_per_week', sql: 'hours_per_week', low: 0, high: 99 };
const WAGE = { name: 'wage', sql: 'CAST(round(weekly_wage_usd) AS INTEGER)', low: 0, high: 20_000 };
const adult = (...keys: string[]): AskedTable => ({ data: 'adult', file: 'adult/adult.csv', keys, value: HOURS });
const salaries = (...keys: string[]): AskedTable => ({
  data: 'salaries_cps1988',
  file: 'salaries_cps1988/salaries.csv',
  keys,
  value: WAGE,
});

export const TABLES: readonly AskedTable[] = [
  adult('race', 'sex'),
  adult('education'),
  adult('education', 'sex'),
  adult('race', 'sex', 'education'),
  salaries('region'),
  salaries('ethnicity', 'region'),
  salaries('ethnicity', 'smsa', 'region'),
];

export interface LoadedTable {
  readonly asked: AskedTable;
  /** Values of each key, in DuckDB's order. */
  readonly domains: readonly (readonly string[])[];
  /** Per row: its cell (mixed radix of the keys, the first slowest) and its value. */
  readonly cellOf: Uint32Array;
  readonly amountOf: Float64Array;
  readonly cells: number;
}

export async function loadTable(folder: string, asked: AskedTable): Promise<LoadedTable> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const from = `read_csv('${folder.replaceAll("'", "''")}/${asked.file}', nullstr='')`;
    const domains: string[][] = [];
    for (const key of asked.keys) {
      const found = await connection.runAndReadAll(`SELECT DISTINCT CAST(${key} AS VARCHAR) AS v FROM ${from} ORDER BY v`);
      domains.push(found.getRows().map(([v]) => String(v)));
    }
    const columns = [...asked.keys.map((k) => `CAST(${k} AS VARCHAR)`), asked.value.sql];
    const rows = (await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM ${from}`)).getRows();
    const places = domains.map((d) => new Map(d.map((v, i) => [v, i])));
    const cellOf = Uint32Array.from(rows, (row) =>
      places.reduce((cell, place, k) => cell * place.size + (place.get(String(row[k])) ?? 0), 0),
    );
    const amountOf = Float64Array.from(rows, (row) =>
      Math.min(Math.max(Number(row[asked.keys.length]), asked.value.low), asked.value.high),
    );
    return { asked, domains, cellOf, amountOf, cells: domains.reduce((n, d) => n * d.length, 1) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
