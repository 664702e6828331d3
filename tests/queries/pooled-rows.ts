/** All parties' rows in one DuckDB table with `__party`: what no station ever sees, and what the reference reads. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Table } from '@sluis/model';
import type { DeclaredValues } from '../reference/pooled-answer.ts';
import type { DryParty } from './dry-pipeline.ts';

export async function openPooled(
  name: string,
  definition: Pick<Table, 'columns'>,
  parties: readonly DryParty[],
): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const columns = Object.entries(definition.columns).map(([column, { type }]) => `CAST("${column}" AS ${type}) AS "${column}"`);
  const parts = parties.map(({ party, file }) => {
    const rows = `read_csv('${file.replaceAll("'", "''")}', all_varchar = true, header = true)`;
    return `SELECT ${columns.join(', ')}, '${party}' AS __party FROM ${rows}`;
  });
  await connection.run(`CREATE TABLE ${name} AS ${parts.join(' UNION ALL ')}`);
  return connection;
}

/** A column's declared values as SQL, NULL included where rows may lack it. */
export function declaredValues(definition: Pick<Table, 'columns'>): DeclaredValues {
  return (name) => {
    const column = definition.columns[name];
    if (column === undefined) throw new RangeError(`no column ${name}`);
    const { type, domain } = column;
    const missing = column.nullable ? ` UNION ALL SELECT CAST(NULL AS ${type})` : '';
    if (domain === undefined && type !== 'BOOLEAN') throw new RangeError(`column ${name} declares no domain`);
    if (domain !== undefined && 'range' in domain) {
      const [from, to] = domain.range;
      const series = type === 'DATE' ? `generate_series(DATE '${from}', DATE '${to}', INTERVAL 1 DAY)` : `generate_series(${from}, ${to})`;
      return `SELECT CAST(unnest(${series}) AS ${type}) AS v${missing}`;
    }
    const values = domain === undefined ? ['false', 'true'] : domain.values;
    return `SELECT CAST(unnest([${values.map((v) => `'${v.replaceAll("'", "''")}'`).join(', ')}]) AS ${type}) AS v${missing}`;
  };
}
