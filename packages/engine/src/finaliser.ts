/** The receiver's engine: from opened integers to the answer. Also run by whoever verifies a receipt. */
import type { Finaliser } from '@sluis/flow';
import { cellOffsets, type Domain, type Plan, type Released, type ResultTable, setSize } from '@sluis/model';
import { aggregateColumns, aggregateIntervals, askedKeys, keyHash, secretKeyText, suppressedGroups, textsByHash } from '@sluis/planner';
import { StationError } from '@sluis/base';
import { answerRows } from './answer-rows.ts';
import { createCellTable, type TableColumn } from './cell-table.ts';
import { type Database, openDatabase } from './database.ts';

/**
 * Runs the plan's final statement over the released cells in an empty, locked, in-memory database.
 *
 * Learns: the receiver, what was opened to it. Throws StationError `release/cannot-finalise` if DuckDB fails.
 */
export function createFinaliser(): Finaliser {
  return {
    async finalise(prepared, released, texts = []): Promise<ResultTable> {
      const { plan, domains } = prepared;
      const known = textsByHash(plan, released, texts);
      try {
        using database = await openDatabase({ threads: 2, memoryLimit: '1GB' });
        await loadCells(database, plan, [...keyColumns(plan, domains, released), ...textColumns(plan, released, known)], released);
        const result = await database.connection.run(plan.finalSql);
        const rows = await answerRows(
          result,
          plan.columns.map((c) => c.type),
        );
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

/** Every column of `cells`, and the cells in which any output passed. */
function loadCells(database: Database, plan: Plan, keys: readonly TableColumn[], released: Released): Promise<void> {
  const aggregates = aggregateColumns(plan, released);
  const typeOf = (aggregate: number): string => plan.aggregates[aggregate]?.type ?? 'DOUBLE';
  const columns: TableColumn[] = [
    ...keys,
    ...aggregates.map((values, i) => ({ name: `a${i}`, type: typeOf(i), values })),
    ...aggregateIntervals(plan, released).flatMap(({ low, high }, i) => {
      const type = typeOf(plan.noise?.margins[i]?.aggregate ?? -1);
      return [
        { name: `l${i}`, type, values: low },
        { name: `h${i}`, type, values: high },
      ];
    }),
    ...released.passed.map((mask, i): TableColumn => {
      const cells = Array.from(mask, (bit) => bit === 1);
      return { name: `p${i}`, type: 'BOOLEAN', values: { kind: 'boolean', cells } };
    }),
  ];
  const shown = Array.from({ length: plan.cellCount }, (_, cell) => cell).filter((cell) =>
    released.passed.some((mask) => mask[cell] === 1),
  );
  return createCellTable(database, columns, shown);
}

/** Of text keys the hash that was opened, and the text where it is known. They are never rolled up. */
function textColumns(plan: Plan, released: Released, known: ReadonlyMap<string, string>): TableColumn[] {
  return plan.keys.flatMap((key, k) => {
    if (key.text === undefined) return [];
    const hashes = Array.from({ length: plan.cellCount }, (_, cell) => keyHash(key, plan, released, cell));
    const texts = hashes.map((hash) => (hash === null ? null : (known.get(hash) ?? null)));
    return [
      { name: `k${k}`, type: 'VARCHAR', values: { kind: 'text', cells: texts } },
      { name: `h${k}`, type: 'VARCHAR', values: { kind: 'text', cells: hashes } },
      { name: `g${k}`, type: 'INTEGER', values: { kind: 'scaled', scale: 0, cells: hashes.map(() => 0n) } },
    ];
  });
}

/** Per key its value and whether it is rolled up, by cell. */
function keyColumns(plan: Plan, domains: readonly Domain[], released: Released): TableColumn[] {
  const offsets = cellOffsets(plan);
  return askedKeys(plan).flatMap((key, k) => {
    if (key.text !== undefined) return [];
    const [values, rolled]: [(string | null)[], bigint[]] = [[], []];
    plan.groupingSets.forEach((set, s) => {
      const size = setSize(plan, set);
      // How many cells follow each other with the same value of this key.
      const stretch = set.slice(set.indexOf(k) + 1).reduce((n, other) => n * (plan.keys[other]?.size ?? 1), 1);
      for (let i = 0; i < size; i++) {
        values.push(keyText(plan, k, domains[k], released, (offsets[s] ?? 0) + i, set.includes(k) ? Math.floor(i / stretch) : null));
        rolled.push(set.includes(k) ? 0n : 1n);
      }
    });
    return [
      { name: `k${k}`, type: key.type, values: { kind: 'text', cells: values } },
      { name: `g${k}`, type: 'INTEGER', values: { kind: 'scaled', scale: 0, cells: rolled } },
    ];
  });
}

/** `at` is how often the key has changed its value up to this cell; null where it is rolled up. */
function keyText(plan: Plan, k: number, domain: Domain | undefined, released: Released, cell: number, at: number | null): string | null {
  const key = plan.keys[k];
  if (key?.secret === true) return secretKeyText(key, plan, domain, released, cell);
  return at === null ? null : (domain?.values[at % (key?.size ?? 1)] ?? null);
}
