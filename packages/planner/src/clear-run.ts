/** For tests: a plan run in the clear over parties in one DuckDB, through the statements that stations run. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { cellOffsets, neutralElement, type Plan, type Released } from '@sluis/model';
import { aggregateValues, providerStatement, type Prepared } from './index.ts';

export async function openDuckDb(): Promise<DuckDBConnection> {
  return (await DuckDBInstance.create(':memory:')).connect();
}

const NOTHING = '\0null';

/** Adds the parties' partials; `parties` are names of tables with the shared table's columns. Cells with `minimumRows` pass. */
export async function runInTheClear(
  db: DuckDBConnection,
  prepared: Prepared,
  parties: readonly string[],
  minimumRows = 1n,
): Promise<unknown[][]> {
  const { plan } = prepared;
  const counts = plan.contributions.map(() => Array.from({ length: plan.cellCount }, () => 0n));
  const totals = plan.accumulators.map((a) => Array.from({ length: plan.cellCount }, () => neutralElement(a)));
  for (const party of parties) {
    await db.run(`CREATE OR REPLACE TEMP VIEW "${plan.table}" AS SELECT * FROM ${party}`);
    const rows = (await db.runAndReadAll(providerStatement(plan))).getRowObjects();
    for (const row of rows) addRow(prepared, row, counts, totals);
  }
  const passed = plan.outputs.map((o) =>
    Uint8Array.from({ length: plan.cellCount }, (_, cell) =>
      o.aggregates.every((a) => (counts[plan.aggregates[a]?.contribution ?? 0]?.[cell] ?? 0n) >= minimumRows) ? 1 : 0,
    ),
  );
  return finalise(db, prepared, { passed, counts, accumulators: totals });
}

type Row = Record<string, unknown>;

function addRow({ plan, domains }: Prepared, row: Row, counts: bigint[][], totals: bigint[][]): void {
  const s = Number(row['s']);
  const set = plan.groupingSets[s] ?? [];
  let at = 0;
  for (const k of set) {
    const position = domains[k]?.values.indexOf((row[`k${k}`] as string | null) ?? null) ?? -1;
    if (position < 0) throw new Error(`${plan.keys[k]?.name}: ${String(row[`k${k}`])} is not in the domain`);
    at = at * (plan.keys[k]?.size ?? 0) + position;
  }
  const cell = (cellOffsets(plan)[s] ?? 0) + at;
  counts.forEach((c, i) => {
    c[cell] = (c[cell] ?? 0n) + BigInt(String(row[`c${i}`]));
  });
  plan.accumulators.forEach((a, i) => {
    const value = row[`a${i}`];
    if (value === null) return;
    const part = BigInt(String(value));
    if (part < BigInt(a.minimum) || part > BigInt(a.maximum)) throw new Error(`${a.sql}: a partial lies outside its bounds`);
    const list = totals[i] ?? [];
    const so = list[cell] ?? 0n;
    list[cell] = a.kind === 'sum' ? so + part : a.kind === 'min' ? (part < so ? part : so) : part > so ? part : so;
  });
}

const literal = (value: string | null, type: string): string =>
  value === null ? `CAST(NULL AS ${type})` : `CAST('${value.replaceAll("'", "''")}' AS ${type})`;

async function finalise(db: DuckDBConnection, { plan, domains }: Prepared, released: Released): Promise<unknown[][]> {
  const values = aggregateValues(plan, released);
  const rows: string[] = [];
  cellOffsets(plan).forEach((offset, s) => {
    const end = cellOffsets(plan)[s + 1] ?? plan.cellCount;
    for (let cell = offset; cell < end; cell++)
      rows.push(
        `(${cellRow(
          plan,
          domains,
          s,
          cell - offset,
          (a) => values[a]?.[cell] ?? null,
          (o) => released.passed[o]?.[cell] === 1,
        )})`,
      );
  });
  const names = [
    ...plan.keys.flatMap((_, i) => [`k${i}`, `g${i}`]),
    ...plan.aggregates.map((_, i) => `a${i}`),
    ...plan.outputs.map((_, i) => `p${i}`),
  ];
  await db.run(`CREATE OR REPLACE TEMP TABLE cells AS SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${names.join(', ')})`);
  return (await db.runAndReadAll(plan.finalSql)).getRowsJson();
}

function cellRow(
  plan: Plan,
  domains: Prepared['domains'],
  s: number,
  index: number,
  value: (a: number) => string | null,
  pass: (o: number) => boolean,
): string {
  const set = plan.groupingSets[s] ?? [];
  const keys = new Map<number, string | null>();
  let rest = index;
  for (const k of [...set].reverse()) {
    const list = domains[k]?.values ?? [];
    keys.set(k, list[rest % list.length] ?? null);
    rest = Math.floor(rest / list.length);
  }
  const cells = plan.keys.flatMap((key, k) => [literal(keys.get(k) ?? null, key.type), keys.has(k) ? '0' : '1']);
  return [...cells, ...plan.aggregates.map((a, i) => literal(value(i), a.type)), ...plan.outputs.map((_, i) => String(pass(i)))].join(', ');
}

/** Rows as text, numbers to nine digits, in order of their text: comparable whatever their order. */
export function comparable(rows: readonly (readonly unknown[])[], ordered = false): string[] {
  const texts = rows.map((r) =>
    r
      .map((v) =>
        v === null
          ? NOTHING
          : typeof v === 'number'
            ? v.toPrecision(9)
            : /^-?\d+\.\d+$/.test(String(v))
              ? Number(v).toPrecision(9)
              : String(v),
      )
      .join(' | '),
  );
  return ordered ? texts : texts.sort();
}
