/** Generated questions over real tables, compared with the reference cell for cell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CorpusDataset } from '../corpus/question.ts';
import { agreementFor, partiesOf } from '../corpus/real-tables.ts';
import { pooledAnswer } from '../reference/pooled-answer.ts';
import type { Rules } from '../reference/query.ts';
import { arbitraryQuery, type Vocabulary } from './arbitrary-query.ts';
import { compareAnswer } from './compare-answer.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { declaredValues, openPooled } from './pooled-rows.ts';
import { realWords } from './real-vocabularies.ts';
import { render } from './render.ts';

const QUESTIONS = Number(process.env['SLUIS_REAL_QUESTIONS'] ?? 20);
const SEED = Number(process.env['SLUIS_SEED'] ?? 20_262);
const RULES: Rules = { minimumRows: 5, minimumOrganisations: 2, dominance: null, pPercent: null, receivers: [] };
const fixtures = process.env['SLUIS_FIXTURES'];

for (const [dataset, words] of Object.entries(realWords) as [CorpusDataset, Vocabulary][]) {
  test(`${QUESTIONS} generated questions over ${dataset} are answered as the reference does (seed ${SEED})`, {
    timeout: 3_000_000,
  }, async (t) => {
    if (fixtures === undefined) return t.skip('SLUIS_FIXTURES is not set: real tables are needed');
    assert.deepEqual(await differences(fixtures, dataset, words), []);
  });
}

async function differences(folder: string, dataset: CorpusDataset, words: Vocabulary): Promise<string[]> {
  const parties = partiesOf(folder, dataset);
  const agreement = await agreementFor(dataset, parties);
  const definition = agreement.tables[words.table];
  assert.ok(definition !== undefined);
  const pooled = await openPooled(words.table, definition, parties);
  const pipeline = await DryPipeline.open(agreement, words.table, parties);
  const found: string[] = [];
  try {
    for (let i = 0; i < QUESTIONS; i++) {
      const [query] = fc.sample(arbitraryQuery(i, words), { seed: SEED + i, numRuns: 1 });
      assert.ok(query !== undefined);
      const result = await pipeline.answer(await pipeline.plan(render(query)));
      const problems = compareAnswer(result, await pooledAnswer(query, pooled, RULES, declaredValues(definition)));
      if (problems.length > 0) found.push(`question ${i}: ${render(query)}\n    ${problems.slice(0, 3).join('\n    ')}`);
    }
  } finally {
    pipeline.close();
    pooled.closeSync();
  }
  return found;
}
