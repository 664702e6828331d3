/**
 * Plans and answers the corpus as `sluis try` would over the same files (all uses granted, five rows, two
 * organisations), and prints which questions are refused and why. Over 90 % must be answered.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { RefusedError } from '@sluis/base';
import { inspectFiles } from '@sluis/engine';
import { type Agreement, draftAgreement } from '@sluis/model';
import { DryPipeline, type DryParty } from '../queries/dry-pipeline.ts';
import { OUTSIDER, sampleAgreement } from '../queries/sample-agreement.ts';
import type { CorpusDataset, CorpusQuestion } from './question.ts';
import { corpus, corpusTables } from './questions.ts';

const WANTED_SHARE = 0.9;
const fixtures = process.env['SLUIS_FIXTURES'];

interface Refusal {
  readonly question: CorpusQuestion;
  readonly code: string;
  readonly message: string;
}

function partiesOf(dataset: CorpusDataset): DryParty[] {
  const folder = join(fixtures ?? '', 'data', corpusTables[dataset].folder);
  const files = readdirSync(folder).filter((f) => /^party_.*\.csv$/.test(f));
  return files.sort().map((file) => ({ party: file.slice(6, -4), file: join(folder, file) }));
}

async function agreementFor(dataset: CorpusDataset, parties: readonly DryParty[]): Promise<Agreement> {
  const { table } = corpusTables[dataset];
  const { columns } = await inspectFiles(parties.map((p) => p.file));
  const output = { minimum_rows: 5, minimum_organisations: 2 };
  const names = parties.map((p) => p.party);
  const empty = { kind: 'union', description: '', violations: 'refuse', maximum_rows: 100_000, columns: {} } as const;
  const { organisations } = sampleAgreement({ table, definition: empty, parties: names, output, receivers: [OUTSIDER] });
  const { agreement } = draftAgreement({
    collaboration: 'corpus',
    cards: organisations,
    tables: { [table]: { columns, providers: names, maximumRows: 100_000 } },
    receivers: [OUTSIDER],
    from: 0,
    uses: 'all',
    sandbox: true,
    minimumRows: output.minimum_rows,
    minimumOrganisations: output.minimum_organisations,
  });
  return agreement;
}

/** Refusals of a data set's questions. Any other failure is a fault and fails the test. */
async function refusalsOf(dataset: CorpusDataset, t: TestContext): Promise<Refusal[]> {
  const parties = partiesOf(dataset);
  const pipeline = await DryPipeline.open(await agreementFor(dataset, parties), corpusTables[dataset].table, parties);
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
  }
  assert.deepEqual(faults, []);
  return refused;
}

const all: Refusal[] = [];
const asked: CorpusDataset[] = [];
for (const dataset of Object.keys(corpusTables) as CorpusDataset[]) {
  test(`questions over ${dataset} are answered or refused by name`, { timeout: 600_000 }, async (t) => {
    if (fixtures === undefined) return t.skip('SLUIS_FIXTURES is not set: the corpus needs its data sets');
    const refused = await refusalsOf(dataset, t);
    all.push(...refused);
    asked.push(dataset);
    for (const { question, code, message } of refused) t.diagnostic(`${question.id} ${code}: ${message} (${question.wanted})`);
  });
}

test('at least nine of ten questions are answered', (t) => {
  if (fixtures === undefined) return t.skip('SLUIS_FIXTURES is not set: the corpus needs its data sets');
  assert.equal(asked.length, Object.keys(corpusTables).length, 'every data set was asked');
  const share = 1 - all.length / corpus.length;
  t.diagnostic(`${corpus.length - all.length} of ${corpus.length} answered (${(100 * share).toFixed(1)} %)`);
  assert.ok(share >= WANTED_SHARE, `only ${(100 * share).toFixed(1)} % answered`);
});
