/**
 * Generated questions evaluated by three simulated compute parties on real shares, in both threat models, against the
 * same plans in the clear (which the other tests of this folder compare with DuckDB): every cell of every input column.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, encodingsOf, layoutOf, type Plan, type Vectors } from '@sluis/model';
import { maliciousComputation } from '@sluis/mpc';
import { type Prepared, prepare } from '@sluis/planner';
import fc from 'fast-check';
import { type ClearSource, evaluateRows } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { type PlainSource, runOnShares } from '../../packages/rows/src/fixtures/secret-rows.ts';
import { arbitraryQuery } from './arbitrary-query.ts';
import { clearSources } from './clear-rows.ts';
import { writeParties } from './dry-pipeline.ts';
import { orderWords } from './expressions.ts';
import { orderFiles, orders, PARTIES, TABLE } from './generated-table.ts';
import { joinedAgreement, openJoinedTables } from './joined-tables.ts';
import { draws, questionOf } from './joined-words.ts';
import { openPooled } from './pooled-rows.ts';
import { render } from './render.ts';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const QUESTIONS = Number(process.env['SLUIS_COMMITTEE_QUESTIONS'] ?? 3);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_265);
/** Keeps a test of this many questions short; nothing else depends on it. */
const MOST_CELLS = 300;
const engine = createSqlEngine();

let folder: string;
let unionRows: DuckDBConnection;
let ownerRows: DuckDBConnection;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-committee-questions-'));
  const parties = writeParties(folder, orderFiles(SEED));
  unionRows = await openPooled(TABLE, orders, parties);
  ownerRows = await openJoinedTables(SEED);
});
after(() => {
  unionRows?.closeSync();
  ownerRows?.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const deposits = (malicious: boolean): Agreement => ({
  ...sampleAgreement({
    table: TABLE,
    definition: orders,
    parties: [],
    depositors: PARTIES,
    output: { minimum_rows: 5, minimum_organisations: 2 },
    receivers: [OUTSIDER],
  }),
  threat_model: malicious ? 'malicious' : 'semi-honest',
});

/** The next question of a generator that can be planned and has few cells. */
async function nextPlan(
  agreement: Agreement,
  sqlOf: (i: number) => string,
  from: number,
): Promise<{ prepared: Prepared; sql: string; at: number }> {
  for (let at = from; at < from + 60; at++) {
    const sql = sqlOf(at);
    const prepared = await prepare({ sql, agreement, agreementId: 'dry' }, engine).catch(() => null);
    if (prepared !== null && prepared.plan.rows !== undefined && prepared.plan.cellCount <= MOST_CELLS) return { prepared, sql, at };
  }
  throw new Error('no question could be planned');
}

function plainSources(agreement: Agreement, { rows }: Plan, clear: readonly ClearSource[]): PlainSource[] {
  return clear.map((source, s) => {
    const planned = rows?.sources[s];
    const table = agreement.tables[planned?.table ?? ''];
    assert.ok(table !== undefined && planned !== undefined);
    return {
      encodings: encodingsOf(table, planned.columns),
      rows: source.rows.map((values, i) => ({ giver: source.givers[i] ?? '', valid: true, values: Object.fromEntries(values) })),
    };
  });
}

/** Cells as texts; those of secret keys without their order, and without slots that hold nothing. */
function inClear(plan: Plan, vectors: Vectors): string[] {
  const layout = layoutOf(plan);
  const cells = Array.from({ length: plan.cellCount }, (_, cell) => {
    const value = (i: number): bigint => {
      const words = layout[i]?.words ?? 1;
      let whole = 0n;
      for (let j = words - 1; j >= 0; j--) whole = (whole << 64n) | (vectors.columns[i]?.[j * plan.cellCount + cell] ?? 0n);
      return BigInt.asIntN(64 * words, whole);
    };
    const of = (kind: string): bigint[] => layout.flatMap((l, i) => (l.kind === kind ? [value(i)] : []));
    return { counts: of('count'), organisations: of('present'), accumulators: of('accumulator') };
  });
  return comparable(plan, cells);
}

interface Cell {
  readonly counts: readonly bigint[];
  readonly organisations: readonly bigint[];
  readonly accumulators: readonly bigint[];
}

function comparable(plan: Plan, cells: readonly Cell[]): string[] {
  // What stands where nothing counts is never opened.
  const texts = cells.map(({ counts, organisations, accumulators }) => {
    const opened = accumulators.map((v, a) => (used(plan, a, counts) ? String(v) : '-'));
    return [counts.join(), organisations.join(), opened.join()].join(' | ');
  });
  return plan.rows?.secretSlots == null ? texts : texts.filter((_, i) => cells[i]?.counts.some((n) => n > 0n)).sort();
}

const used = (plan: Plan, accumulator: number, counts: readonly bigint[]): boolean =>
  plan.keys.some((k) => k.accumulator === accumulator && counts.some((n) => n > 0n)) ||
  plan.aggregates.some((a) => a.accumulators.includes(accumulator) && (counts[a.contribution] ?? 0n) > 0n);

async function differs(
  agreement: Agreement,
  { prepared, sql }: { prepared: Prepared; sql: string },
  db: DuckDBConnection,
  malicious: boolean,
): Promise<string[]> {
  const { plan } = prepared;
  assert.ok(plan.rows !== undefined);
  const clear = await clearSources(agreement, plan.rows, db);
  const options = malicious ? { convene: maliciousComputation.convene.bind(maliciousComputation) } : {};
  const { cells } = await runOnShares(plan, plainSources(agreement, plan, clear), options);
  const [found, wanted] = [comparable(plan, cells), inClear(plan, evaluateRows(plan, clear))];
  const at = wanted.findIndex((text, i) => found[i] !== text);
  return at < 0 && found.length === wanted.length
    ? []
    : [`${sql}\n    cell ${at}: ${found[at]} instead of ${wanted[at]} (${found.length} cells, ${wanted.length})`];
}

for (const malicious of [false, true]) {
  const model = malicious ? 'malicious' : 'semi-honest';
  test(`${QUESTIONS} deposited and ${QUESTIONS} joined questions on shares equal those in the clear, ${model} (seed ${SEED})`, {
    timeout: 3_000_000,
  }, async (t) => {
    const problems: string[] = [];
    const union = deposits(malicious);
    const unionSql = (i: number): string =>
      render(fc.sample(arbitraryQuery(i, { ...orderWords, rows: true }), { seed: SEED + i, numRuns: 1 })[0] as never);
    const owners: Agreement = { ...joinedAgreement(malicious, 2), threat_model: model };
    const joinSql = (i: number): string => questionOf(i, fc.sample(draws, { seed: SEED + i, numRuns: 1 })[0] as never).sql;
    const asked: string[] = [];
    for (let q = 0, [u, j] = [0, 0]; q < QUESTIONS; q++) {
      const first = await nextPlan(union, unionSql, u);
      const second = await nextPlan(owners, joinSql, j);
      [u, j] = [first.at + 5, second.at + 2];
      asked.push(...[first, second].map((p) => `${p.prepared.plan.cellCount} cells`));
      for (const [p, agreement, db] of [
        [first, union, unionRows],
        [second, owners, ownerRows],
      ] as const)
        problems.push(
          ...(await differs(agreement, p, db, malicious).catch((error: Error) => [
            `${p.sql}\n    ${error.message} ${error.stack?.split('\n')[1]}`,
          ])),
        );
    }
    t.diagnostic(asked.join(', '));
    assert.equal(problems.length, 0, problems.join('\n'));
  });
}
