/**
 * An empty group must not be told from a small one: by its absence, by the list of what is not shown, by the answer's form
 * or by totals that are held back. The control shows what a question tells whose rules let small groups through.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResultTable } from '@sluis/model';
import { DryPipeline, writeParties } from '../queries/dry-pipeline.ts';
import { sampleAgreement } from '../queries/sample-agreement.ts';

const column = { description: '', nullable: false, uses: ['group', 'filter'] as ('group' | 'filter')[] };

async function answers(victims: number, minimum: number, questions: readonly string[]): Promise<ResultTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-empty-'));
  const csv = (party: string) => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i % 2 === 0 ? 'clerk' : 'driver'},${i % 3 === 0 ? 'up' : 'down'}`);
    return `job,place\n${[...rows, ...(party === 'a' ? Array.from({ length: victims }, () => 'rare,up') : [])].join('\n')}\n`;
  };
  const agreement = sampleAgreement({
    table: 'people',
    definition: {
      kind: 'union',
      description: '',
      violations: 'refuse',
      maximum_rows: 1000,
      columns: {
        job: { ...column, type: 'VARCHAR', domain: { values: ['clerk', 'driver', 'rare'] } },
        place: { ...column, type: 'VARCHAR', domain: { values: ['up', 'down'] } },
      },
    },
    parties: ['a', 'b', 'c'],
    output: { minimum_rows: minimum, minimum_organisations: 1 },
    receivers: ['centre'],
  });
  const pipeline = await DryPipeline.open(
    agreement,
    'people',
    writeParties(
      folder,
      ['a', 'b', 'c'].map((party) => ({ party, csv: csv(party) })),
    ),
  );
  try {
    const results: ResultTable[] = [];
    for (const sql of questions) results.push(await pipeline.answer(await pipeline.plan(sql)));
    return results;
  } finally {
    pipeline.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUESTIONS = [
  'SELECT job, count(*) AS n FROM people GROUP BY job',
  'SELECT job FROM people GROUP BY job',
  'SELECT job, count(*) AS n FROM people GROUP BY job HAVING count(*) < 3 ORDER BY n',
  "SELECT count(*) AS n FROM people WHERE job = 'rare'",
  'SELECT job, place, count(*) AS n FROM people GROUP BY job, place LIMIT 100',
];

test('with nobody, one or four in it, a group below the minimum looks the same in every answer', async () => {
  const nobody = await answers(0, 5, QUESTIONS);
  assert.deepEqual(await answers(1, 5, QUESTIONS), nobody);
  assert.deepEqual(await answers(4, 5, QUESTIONS), nobody);
  assert.ok(nobody[0]?.suppressed.some((s) => s.group['job'] === 'rare' && s.reason === 'suppressed or empty'));
  // Control: with enough rows, or a minimum of one, the same questions do tell.
  assert.notDeepEqual(await answers(5, 5, QUESTIONS), nobody);
  assert.notDeepEqual(await answers(1, 1, QUESTIONS), await answers(0, 1, QUESTIONS));
});

test('what a total tells is stated: shown, it says that what is missing under it is empty', async () => {
  const rollup = ['SELECT job, count(*) AS n FROM people GROUP BY ROLLUP (job)'];
  const [empty, small] = [await answers(0, 5, rollup), await answers(1, 5, rollup)];
  const total = (of: ResultTable[]) => of[0]?.rows.find((r) => r[0] === null)?.[1] ?? null;
  assert.deepEqual([total(empty), total(small)], [36, null]);
});
