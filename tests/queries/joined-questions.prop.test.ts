/**
 * Joins between owners and groups with secret keys, in both arrangements (rows shared by stations in the run, rows
 * deposited): the plan's row expressions in the clear against DuckDB on the same tables, with the minimum of rows applied.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { compareJoined } from './compare-joined.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { joinedAgreement, openJoinedTables } from './joined-tables.ts';
import { OUTSIDER } from './sample-agreement.ts';
import { DOMINANCE, draws, isDominated, JOINS, questionOf } from './joined-words.ts';

const QUESTIONS = Number(process.env['SLUIS_JOIN_QUESTIONS'] ?? 22);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_264);

let db: DuckDBConnection;
let pipelines: DryPipeline[];

before(async () => {
  db = await openJoinedTables(SEED);
  pipelines = [undefined, DOMINANCE].flatMap((rule) =>
    [false, true].map((deposited) => DryPipeline.onRows(joinedAgreement(deposited, 2, rule), db)),
  );
});
after(() => {
  for (const pipeline of pipelines ?? []) pipeline.close();
  db?.closeSync();
});

test(`${QUESTIONS} generated joins are answered as DuckDB does (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const failures: string[] = [];
  const clauses = new Map<string, number>();
  const seen = { values: 0, secret: 0, dominated: 0, refused: [] as string[] };
  for (let i = 0; i < QUESTIONS; i++) {
    const [drawn] = fc.sample(draws, { seed: SEED + i, numRuns: 1 });
    assert.ok(drawn !== undefined);
    const question = questionOf(i, drawn);
    const pipeline = pipelines[(Math.floor(i / JOINS.length) % 2) + (isDominated(i) ? 2 : 0)] as DryPipeline;
    try {
      const prepared = await pipeline.plan(question.sql, question.outsider ? [OUTSIDER] : ['hospital', OUTSIDER]);
      const { rows } = prepared.plan;
      assert.ok(rows !== undefined && prepared.plan.rules.withoutReceivers.length === 0);
      if (rows.secretSlots !== null) seen.secret++;
      if (rows.dominances !== undefined) seen.dominated++;
      const result = await pipeline.answer(prepared);
      const wanted = (await db.runAndReadAll(question.reference)).getRowsJson();
      const problems = compareJoined(result, wanted);
      if (rows.secretSlots !== null && result.suppressed.length > 0) problems.push('groups with secret keys are listed as suppressed');
      seen.values += result.rows.flat().filter((v) => v !== null).length;
      for (const c of question.clauses) clauses.set(c, (clauses.get(c) ?? 0) + 1);
      if (problems.length > 0) failures.push(`${question.sql}\n    ${problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      const { message, stack } = error as Error;
      if (/over shared rows|38 digits|possible combinations|so its groups are not known/.test(message))
        seen.refused.push(message.slice(0, 80));
      else failures.push(`${question.sql}\n    ${message} ${stack?.split('\n').slice(1, 3).join(' ')}`);
    }
  }
  t.diagnostic(
    `clauses: ${[...clauses].map(([c, n]) => `${c} ${n}`).join(', ')}; ${seen.secret} with secret keys; ${seen.dominated} with dominance; ${seen.values} values; refused: ${seen.refused.join(' | ')}`,
  );
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(
    seen.values > 3 * QUESTIONS && seen.secret > QUESTIONS / 10 && seen.refused.length < QUESTIONS / 5,
    'there was something to compare',
  );
});
