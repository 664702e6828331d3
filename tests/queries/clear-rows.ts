/** The rows that stations share and contributors deposit, encoded as they are shared, but in the clear. */
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Agreement,
  columnsOfTerms,
  encodeCell,
  encodingsOf,
  isMatchingColumn,
  type PlanRows,
  type RecordTerms,
  recordTermsOf,
  tableColumn,
} from '@sluis/model';
import { makeMatching } from '../../packages/engine/src/matching-columns.ts';
import type { ClearSource } from '../../packages/planner/src/fixtures/evaluate-rows.ts';

/** @param pooled - holds each table under its name, with `__party`. */
export async function clearSources(agreement: Agreement, rows: PlanRows, pooled: DuckDBConnection): Promise<ClearSource[]> {
  const sources: ClearSource[] = [];
  for (const index of rows.sources.keys()) sources.push(await clearSource(agreement, rows, index, pooled));
  return sources;
}

type Texts = readonly (string | null)[][];

async function clearSource(agreement: Agreement, rows: PlanRows, index: number, pooled: DuckDBConnection): Promise<ClearSource> {
  const source = rows.sources[index];
  const table = agreement.tables[source?.table ?? ''];
  if (source === undefined || table === undefined) throw new RangeError('no such table');
  const matchings = recordTermsOf(agreement, rows, index);
  const own = source.columns.filter((c) => !isMatchingColumn(c));
  const further = [...new Set(matchings.flatMap(columnsOfTerms))];
  const texts = [...own.map((c) => `CAST("${tableColumn(c)}" AS VARCHAR)`), '__party', ...further.map((c) => `CAST("${c}" AS VARCHAR)`)];
  const read = async (parties: readonly string[], where: string): Promise<(string | null)[][]> => {
    if (parties.length === 0) return [];
    const condition = where === '' ? '' : ` AND (${where})`;
    const list = parties.map((p) => `'${p}'`).join(', ');
    const reader = await pooled.runAndReadAll(
      `SELECT ${texts.join(', ')} FROM "${source.table}" WHERE __party IN (${list})${condition} ORDER BY ALL`,
    );
    return reader.getRowsJson() as (string | null)[][];
  };
  const all = [
    ...(await read(source.stations, source.stationWhere)),
    ...(await read(source.deposits ? (table.deposits?.by ?? []) : [], '')),
  ];
  const made = matched(agreement, matchings, source.columns, further, all);
  return {
    givers: all.map((row) => row[own.length] ?? ''),
    rows: all.map((row, r) => {
      const cells = own.map((column, i): [string, bigint | null] => {
        const text = row[i] ?? null;
        const definition = table.columns[tableColumn(column)];
        if (definition === undefined) throw new RangeError('no such column');
        const code = encodeCell(agreement.collaboration, column, definition, text);
        if (typeof code !== 'bigint') throw new RangeError(`${column}: ${code}`);
        return [column, text === null ? null : code];
      });
      return new Map([...cells, ...[...made].map(([name, values]) => [name, values[r] ?? null] as const)]);
    }),
  };
}

/** What stations make of their rows for matchings, by column: null where a row has no key. */
function matched(
  agreement: Agreement,
  matchings: readonly RecordTerms[],
  names: readonly string[],
  further: readonly string[],
  rows: Texts,
): Map<string, (bigint | null)[]> {
  const found = new Map<string, (bigint | null)[]>();
  const encodings = encodingsOf({ columns: {} }, names);
  const texts = new Map(further.map((name, i) => [name, rows.map((row) => row[row.length - further.length + i] ?? null)]));
  for (const terms of matchings) {
    const { columns } = makeMatching(terms, encodings, texts, { collaboration: agreement.collaboration, plan: '00'.repeat(32) });
    for (const [name, [values, present]] of columns)
      found.set(
        name,
        Array.from(values ?? [], (v, i) => (present?.[i] === 0n ? null : BigInt.asIntN(64, v))),
      );
  }
  return found;
}
