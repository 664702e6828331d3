/** The receiver's engine: from opened integers to the answer. Also run by whoever verifies a receipt. */
import type { Finaliser } from '@sluis/flow';
import {
  type CellValue,
  cellOffsets,
  type Domain,
  type Plan,
  type Released,
  type ResultTable,
  type ScalarValue,
  setSize,
} from '@sluis/model';
import { aggregateIntervals, aggregateValues, secretKeyText, suppressedGroups } from '@sluis/planner';
import { StationError } from '@sluis/base';
import { type Database, openDatabase } from './database.ts';

const CHUNK = 2048;

/**
 * Runs the plan's final statement over the released cells in an empty, locked, in-memory database.
 *
 * Learns: the receiver, what was opened to it. Throws StationError `release/cannot-finalise` if DuckDB fails.
 */
export function createFinaliser(): Finaliser {
  return {
    async finalise(prepared, released): Promise<ResultTable> {
      const { plan, domains } = prepared;
      try {
        using database = await openDatabase({ threads: 2, memoryLimit: '1GB' });
        await loadCells(database, plan, domains, released);
        const result = await database.connection.run(plan.finalSql);
        const rows = (await result.getRowsJson()).map((row) => row.map((value, i) => cellValue(value, plan.columns[i]?.type ?? 'VARCHAR')));
        return { columns: plan.columns, rows, suppressed: suppressedGroups(plan, domains, released) };
      } catch (cause) {
        throw new StationError('release/cannot-finalise', {
          stage: 'release',
          message: 'The opened values could not be turned into an answer.',
          remedy: 'Report it with the question; the values stay sealed in the receipt.',
          cause,
        });
      }
    },
  };
}

async function loadCells(database: Database, plan: Plan, domains: readonly Domain[], released: Released): Promise<void> {
  const columns = [
    ...plan.keys.map((key, i) => ({ name: `k${i}`, type: key.type })),
    ...plan.keys.map((_, i) => ({ name: `g${i}`, type: 'INTEGER' })),
    ...plan.aggregates.map((aggregate, i) => ({ name: `a${i}`, type: aggregate.type })),
    ...plan.outputs.map((_, i) => ({ name: `p${i}`, type: 'BOOLEAN' })),
    ...(plan.noise?.margins ?? []).flatMap((margin, i) => endColumns(plan.aggregates[margin.aggregate]?.type ?? 'DOUBLE', i)),
  ];
  const { DuckDBDataChunk, VARCHAR } = await import('@duckdb/node-api');
  await database.run(`CREATE TABLE texts (${columns.map((c) => `${c.name} VARCHAR`).join(', ')})`);
  const appender = await database.connection.createAppender('texts');
  const rows = cellRows(plan, domains, released);
  for (let at = 0; at < rows.length; at += CHUNK) {
    const chunk = DuckDBDataChunk.create(columns.map(() => VARCHAR));
    chunk.setRows(rows.slice(at, at + CHUNK));
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
  await database.run(
    `CREATE TABLE cells AS SELECT ${columns.map((c) => `CAST(${c.name} AS ${c.type}) AS ${c.name}`).join(', ')} FROM texts`,
  );
}

const endColumns = (type: string, i: number): { readonly name: string; readonly type: string }[] => [
  { name: `l${i}`, type },
  { name: `h${i}`, type },
];

/** One row per cell in which any output passed, as text. */
function cellRows(plan: Plan, domains: readonly Domain[], released: Released): (string | null)[][] {
  const aggregates = aggregateValues(plan, released);
  const intervals = aggregateIntervals(plan, released);
  const offsets = cellOffsets(plan);
  const rows: (string | null)[][] = [];
  plan.groupingSets.forEach((set, s) => {
    const size = setSize(plan, set);
    for (let i = 0; i < size; i++) {
      const cell = (offsets[s] ?? 0) + i;
      if (!released.passed.some((mask) => mask[cell] === 1)) continue;
      const keys: (string | null)[] = plan.keys.map(() => null);
      let rest = i;
      for (const k of set.toReversed()) {
        const radix = plan.keys[k]?.size ?? 1;
        keys[k] = domains[k]?.values[rest % radix] ?? null;
        rest = Math.floor(rest / radix);
      }
      for (const [k, key] of plan.keys.entries()) if (key.secret === true) keys[k] = secretKeyText(key, plan, domains[k], released, cell);
      const grouping = plan.keys.map((_, k) => (set.includes(k) ? '0' : '1'));
      const passed = released.passed.map((mask) => (mask[cell] === 1 ? 'true' : 'false'));
      const ends = intervals.flatMap((cells) => [cells[cell]?.low ?? null, cells[cell]?.high ?? null]);
      rows.push([...keys, ...grouping, ...aggregates.map((values) => values[cell] ?? null), ...passed, ...ends]);
    }
  });
  return rows;
}

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

/** A value as the command line's JSON shows it. */
function cellValue(value: unknown, type: string): CellValue {
  const [key, held] = /^MAP\((.*), (\w+)\)$/.exec(type)?.slice(1) ?? [];
  if (key === undefined || held === undefined || !Array.isArray(value)) return scalarValue(value, type);
  return (value as readonly { key: unknown; value: unknown }[]).map((e) => [scalarValue(e.key, key), scalarValue(e.value, held)]);
}

function scalarValue(value: unknown, type: string): ScalarValue {
  if (value === null || value === undefined) return null;
  if (INTEGER.test(type)) return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (type === 'DOUBLE' || type === 'FLOAT') return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (type === 'BOOLEAN') return value === true;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return type === 'TIMESTAMP' ? text.replace(' ', 'T') : text;
}
