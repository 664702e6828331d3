/**
 * Generated questions through the dry pipeline, compared with the reference cell for cell. All names of the planner's
 * allow-list occur; the coverage is printed.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { allowList } from '@sluis/planner';
import fc from 'fast-check';
import { pooledAnswer } from '../reference/pooled-answer.ts';
import type { Query } from '../reference/query.ts';
import { arbitraryQuery } from './arbitrary-query.ts';
import { compareAnswer } from './compare-answer.ts';
import { coverageOf, uncovered } from './coverage.ts';
import { DryPipeline, type DryParty, writeParties } from './dry-pipeline.ts';
import { orderWords } from './expressions.ts';
import { orderFiles, orders, PARTIES, TABLE } from './generated-table.ts';
import { declaredValues, openPooled } from './pooled-rows.ts';
import { render } from './render.ts';
import { sampleAgreement } from './sample-agreement.ts';
import { hidesDominance, rulesOf, SETTINGS } from './settings.ts';

/** The full 500 run through standing stations (tests/e2e/standing-questions.test.ts); this is the fast loop. */
const QUESTIONS = Number(process.env['SLUIS_QUESTIONS'] ?? 120);
const SEED = Number(process.env['SLUIS_SEED'] ?? 20_261);

/** How much there was to compare: answers without cells would agree too easily. */
const compared = { released: 0, suppressed: 0 };

let folder: string;
let parties: DryParty[];
let pooled: DuckDBConnection;
let pipelines: DryPipeline[];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-questions-'));
  parties = writeParties(folder, orderFiles(SEED));
  pooled = await openPooled(TABLE, orders, parties);
  pipelines = [];
  for (const { output, receivers } of SETTINGS) {
    const agreement = sampleAgreement({ table: TABLE, definition: orders, parties: PARTIES, output, receivers });
    pipelines.push(await DryPipeline.open(agreement, TABLE, parties));
  }
});

after(() => {
  for (const pipeline of pipelines ?? []) pipeline.close();
  pooled?.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const COUNT_BY_REGION: Partial<Query> = {
  source: 'table',
  keys: [{ name: 'key0', sql: 'region', meaning: 'region', columns: ['region'], covers: [] }],
  grouping: 'plain',
  groupingSets: [[0]],
  aggregates: [{ kind: 'count', spelling: 'count_star', argument: null, filter: null }],
  columns: [{ name: 'x0', template: '$0', uses: [0] }],
  where: null,
  having: null,
  order: [],
  limit: null,
  offset: 0,
};

async function problemsOf(query: Query, index: number): Promise<string[]> {
  const setting = SETTINGS[index % SETTINGS.length] as (typeof SETTINGS)[number];
  const pipeline = pipelines[index % SETTINGS.length] as DryPipeline;
  const prepared = await pipeline.plan(render(query));
  const result = await pipeline.answer(prepared);
  compared.released += result.rows.flat().filter((v) => v !== null).length;
  compared.suppressed += result.suppressed.length;
  return compareAnswer(result, await pooledAnswer(query, pooled, rulesOf(setting), declaredValues(orders)));
}

test(`${QUESTIONS} generated questions are answered as the reference does (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const failures: string[] = [];
  const asked: Query[] = [];
  for (let i = 0; i < QUESTIONS; i++) {
    const [query] = fc.sample(arbitraryQuery(i, orderWords), { seed: SEED + i, numRuns: 1 });
    assert.ok(query !== undefined);
    asked.push(query);
    const problems = await problemsOf(query, i).catch((error: Error) =>
      hidesDominance(error) ? [] : [`${error.name}: ${error.message} ${pipelines.flatMap((p) => p.faults.splice(0)).join('; ')}`],
    );
    if (problems.length > 0) failures.push(`question ${i}: ${render(query)}\n    ${problems.slice(0, 4).join('\n    ')}`);
  }
  const covered = coverageOf(asked);
  for (const line of covered.lines) t.diagnostic(line);
  t.diagnostic(`compared: ${compared.released} values and ${compared.suppressed} suppressed groups`);
  assert.ok(compared.released > QUESTIONS && compared.suppressed > QUESTIONS, 'there was something to compare');
  if (QUESTIONS >= 500) assert.deepEqual(uncovered(covered.names, allowList()), []);
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 60).join('\n')}`);
});

test('the comparison notices weaker rules, changed values and missing rows', async () => {
  const [query] = fc.sample(arbitraryQuery(0, orderWords), { seed: SEED, numRuns: 1 });
  assert.ok(query !== undefined);
  const simple: Query = { ...query, ...COUNT_BY_REGION };
  const [setting] = SETTINGS;
  assert.ok(setting !== undefined);
  const result = await (pipelines[0] as DryPipeline).answer(await (pipelines[0] as DryPipeline).plan(render(simple)));
  const reference = await pooledAnswer(simple, pooled, rulesOf(setting), declaredValues(orders));
  assert.deepEqual(compareAnswer(result, reference), []);
  const weaker = await pooledAnswer(
    simple,
    pooled,
    { ...rulesOf(setting), minimumRows: 1, minimumOrganisations: 1 },
    declaredValues(orders),
  );
  assert.notDeepEqual(compareAnswer(result, weaker), []);
  const [first, ...rest] = result.rows;
  assert.notDeepEqual(compareAnswer({ ...result, rows: rest }, reference), []);
  assert.notDeepEqual(compareAnswer({ ...result, rows: [[first?.[0] ?? null, Number(first?.[1]) + 1], ...rest] }, reference), []);
});
