/** The rows that stations share and contributors deposit, encoded as they are shared, but in the clear. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Agreement, encodeCell, type PlanRows, type PlanRowSource, tableColumn } from '@sluis/model';
import type { ClearSource } from '../../packages/planner/src/fixtures/evaluate-rows.ts';

/** @param pooled - holds each table under its name, with `__party`. */
export async function clearSources(agreement: Agreement, rows: PlanRows, pooled: DuckDBConnection): Promise<ClearSource[]> {
  const sources: ClearSource[] = [];
  for (const source of rows.sources) sources.push(await clearSource(agreement, source, pooled));
  return sources;
}

async function clearSource(agreement: Agreement, source: PlanRowSource, pooled: DuckDBConnection): Promise<ClearSource> {
  const table = agreement.tables[source.table];
  if (table === undefined) throw new RangeError('no such table');
  const texts = [...source.columns.map((c) => `CAST("${tableColumn(c)}" AS VARCHAR)`), '__party'].join(', ');
  const read = async (parties: readonly string[], where: string): Promise<(string | null)[][]> => {
    if (parties.length === 0) return [];
    const condition = where === '' ? '' : ` AND (${where})`;
    const list = parties.map((p) => `'${p}'`).join(', ');
    const reader = await pooled.runAndReadAll(`SELECT ${texts} FROM "${source.table}" WHERE __party IN (${list})${condition}`);
    return reader.getRowsJson() as (string | null)[][];
  };
  const all = [
    ...(await read(source.stations, source.stationWhere)),
    ...(await read(source.deposits ? (table.deposits?.by ?? []) : [], '')),
  ];
  return {
    givers: all.map((row) => row.at(-1) ?? ''),
    rows: all.map((row) => {
      const cells = source.columns.map((column, i): [string, bigint | null] => {
        const text = row[i] ?? null;
        const definition = table.columns[tableColumn(column)];
        if (definition === undefined) throw new RangeError('no such column');
        const code = encodeCell(agreement.collaboration, column, definition, text);
        if (typeof code !== 'bigint') throw new RangeError(`${column}: ${code}`);
        return [column, text === null ? null : code];
      });
      return new Map(cells);
    }),
  };
}
