/** The rows of an answer as the command line's JSON shows them. */
import type { DuckDBDataChunk, DuckDBResult, Json } from '@duckdb/node-api';
import type { CellValue, ScalarValue } from '@sluis/model';

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

/** All rows of a result whose columns have these types. Column by column: answers can have millions of values. */
export async function answerRows(result: DuckDBResult, types: readonly string[]): Promise<CellValue[][]> {
  const { JsonDuckDBValueConverter } = await import('@duckdb/node-api');
  const rows: CellValue[][] = [];
  for (const chunk of await result.fetchAllChunks()) {
    const asJson = (column: number) => chunk.convertColumnValues(column, JsonDuckDBValueConverter);
    const columns = types.map((type, i) => columnValues(chunk, i, type, asJson));
    for (let row = 0; row < chunk.rowCount; row++) rows.push(columns.map((values) => values[row] ?? null));
  }
  return rows;
}

function columnValues(chunk: DuckDBDataChunk, column: number, type: string, asJson: (column: number) => (Json | null)[]): CellValue[] {
  if (INTEGER.test(type)) return chunk.getColumnValues(column).map((v) => (v === null ? null : integer(v as number | bigint)));
  if (type === 'DOUBLE' || type === 'FLOAT') return chunk.getColumnValues(column).map((v) => (Number.isFinite(v) ? (v as number) : null));
  return asJson(column).map((value) => jsonValue(value, type));
}

/** A number where it is exact, else its digits. */
const integer = (value: number | bigint | string): ScalarValue => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
};

function jsonValue(value: Json | null, type: string): CellValue {
  const [key, held] = /^MAP\((.*), (\w+)\)$/.exec(type)?.slice(1) ?? [];
  if (key === undefined || held === undefined || !Array.isArray(value)) return scalarValue(value, type);
  return (value as readonly Json[] as readonly { key: Json; value: Json }[]).map((e) => [
    scalarValue(e.key, key),
    scalarValue(e.value, held),
  ]);
}

function scalarValue(value: Json | null | undefined, type: string): ScalarValue {
  if (value === null || value === undefined) return null;
  if (INTEGER.test(type)) return integer(value as number | string);
  if (type === 'DOUBLE' || type === 'FLOAT') return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (type === 'BOOLEAN') return value === true;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return type === 'TIMESTAMP' ? text.replace(' ', 'T') : text;
}
