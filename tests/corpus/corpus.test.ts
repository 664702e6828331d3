/**
 * Plans and answers the corpus as `sluis try` would over the same files (all uses granted, five rows, two
 * organisations), and prints which questions are refused and why. The aim is 90 % answered; the test fails below what was
 * reached so far, so that no question is lost unnoticed.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RefusedError } from '@sluis/base';
import { DryPipeline } from '../queries/dry-pipeline.ts';
import { openPooled } from '../queries/pooled-rows.ts';
import { agreementFor, partiesOf } from './real-tables.ts';
import type { CorpusDataset, CorpusQuestion } from './question.ts';
import { corpus, corpusTables } from './questions.ts';

const AIM = 0.9;
const REACHED = 180;
const fixtures = process.env['SLUIS_FIXTURES'];

interface Refusal {
  readonly question: CorpusQuestion;
  readonly code: string;
  readonly message: string;
}

/** Refusals of a data set's questions. Any other failure is a fault and fails the test. */
async function refusalsOf(dataset: CorpusDataset, t: TestContext): Promise<Refusal[]> {
  const parties = partiesOf(fixtures ?? '', dataset);
  const { table } = corpusTables[dataset];
  const agreement = await agreementFor(dataset, parties);
  const definition = agreement.tables[table];
  assert.ok(definition !== undefined);
  const pooled = await openPooled(table, definition, parties);
  const pipeline = await DryPipeline.open(agreement, table, parties, pooled);
  const refused: Refusal[] = [];
  const faults: string[] = [];
  try {
    for (const question of corpus.filter((q) => q.dataset === dataset)) {
      try {
        const result = await pipeline.answer(await pipeline.plan(question.sql));
        if (result.rows.length === 0 && result.suppressed.length === 0) t.diagnostic(`${question.id}: no rows, nothing suppressed`);
      } catch (thrown) {
        if (thrown instanceof RefusedError) refused.push({ question, code: thrown.code, message: thrown.message });
        else faults.push(`${question.id}: ${String(thrown)} ${pipeline.faults.splice(0).join('; ')}\n    ${question.sql}`);
      }
    }
  } finally {
    pipeline.close();
    pooled.closeSync();
  }
  assert.deepEqual(faults, []);
  return refused;
}

const all: Refusal[] = [];
const asked: CorpusDataset[] = [];
for (const dataset of Object.keys(corpusTables) as CorpusDataset[]) {
  test(`questions over ${dataset} are answered or refused by name`, { timeout: 3_000_000 }, async (t) => {
    if (fixtures === undefined) return t.skip('SLUIS_FIXTURES is not set: the corpus needs its data sets');
    const refused = await refusalsOf(dataset, t);
    all.push(...refused);
    asked.push(dataset);
    for (const { question, code, message } of refused) t.diagnostic(`${question.id} ${code}: ${message} (${question.wanted})`);
  });
}

test('as many questions are answered as before', (t) => {
  if (fixtures === undefined) return t.skip('SLUIS_FIXTURES is not set: the corpus needs its data sets');
  assert.equal(asked.length, Object.keys(corpusTables).length, 'every data set was asked');
  const answered = corpus.length - all.length;
  const share = answered / corpus.length;
  t.diagnostic(
    `${answered} of ${corpus.length} answered (${(100 * share).toFixed(1)} %), aim ${100 * AIM} %${share < AIM ? ': NOT REACHED' : ''}`,
  );
  assert.ok(answered >= REACHED, `only ${answered} answered; it was ${REACHED}`);
});
