/**
 * Histograms of declared values, by groups and with filters, over rows at stations and over deposited rows: every bin
 * against DuckDB's GROUP BY on all rows, with the output rules applied bin by bin.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { RefusedError } from '@sluis/base';
import fc from 'fast-check';
import type { Rules } from '../reference/query.ts';
import { DryPipeline, writeParties } from './dry-pipeline.ts';
import { orderWords } from './expressions.ts';
import { orderFiles, orders, PARTIES, TABLE } from './generated-table.ts';
import { type AskedHistogram, arbitraryHistogram, compareHistogram, histogramSql } from './histogram-words.ts';
import { openPooled } from './pooled-rows.ts';
import { sampleAgreement } from './sample-agreement.ts';
import { rulesOf, SETTINGS } from './settings.ts';

const QUESTIONS = Number(process.env['SLUIS_HISTOGRAM_QUESTIONS'] ?? 40);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_271);
const DEPOSITED = { stations: [], depositors: PARTIES } as const;
const ARRANGEMENTS = [{ stations: PARTIES, depositors: undefined }, DEPOSITED] as const;

let folder: string;
let pooled: DuckDBConnection;
/** By arrangement, then setting. */
let pipelines: DryPipeline[][];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-histograms-'));
  const parties = writeParties(folder, orderFiles(SEED));
  pooled = await openPooled(TABLE, orders, parties);
  pipelines = [];
  for (const { stations, depositors } of ARRANGEMENTS) {
    const made: DryPipeline[] = [];
    for (const setting of SETTINGS) {
      const shape = depositors === undefined ? {} : { depositors };
      const agreement = sampleAgreement({ table: TABLE, definition: orders, parties: stations, ...shape, ...setting });
      made.push(await DryPipeline.open(agreement, TABLE, parties, pooled));
    }
    pipelines.push(made);
  }
});

after(() => {
  for (const pipeline of (pipelines ?? []).flat()) pipeline.close();
  pooled?.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

test(`${QUESTIONS} histograms are answered as DuckDB does, bin by bin (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const failures: string[] = [];
  const refused: string[] = [];
  let bins = 0;
  for (let i = 0; i < QUESTIONS; i++) {
    const [asked] = fc.sample(arbitraryHistogram(i), { seed: SEED + i, numRuns: 1 });
    assert.ok(asked !== undefined);
    const deposited = i % 2;
    // Over shared rows a receiver with rows of its own is refused.
    const s = deposited === 1 ? 2 * ((i % 4) >> 1) : Math.floor(i / 2) % SETTINGS.length;
    const setting = SETTINGS[s] as (typeof SETTINGS)[number];
    const pipeline = pipelines[deposited]?.[s] as DryPipeline;
    try {
      const result = await pipeline.answer(await pipeline.plan(histogramSql(asked)));
      const found = await compareHistogram(asked, result, pooled, rulesOf(setting));
      bins += found.bins;
      if (found.problems.length > 0) failures.push(`${histogramSql(asked)}\n    ${found.problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      if (error instanceof RefusedError && /over shared rows|always NULL/.test(error.message)) refused.push(error.message.slice(0, 60));
      else failures.push(`${histogramSql(asked)}\n    ${(error as Error).message} ${pipeline.faults.splice(0).join('; ')}`);
    }
  }
  t.diagnostic(`${bins} bins compared; refused: ${refused.join(' | ')}`);
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(bins > 3 * QUESTIONS && refused.length < QUESTIONS / 4, 'there was something to compare');
});

test('the comparison notices weaker rules and a bin too many', async () => {
  const [value] = orderWords.keys;
  assert.ok(value !== undefined);
  const asked: AskedHistogram = { value, key: null, where: null, filter: null };
  const [setting] = SETTINGS;
  assert.ok(setting !== undefined);
  const pipeline = pipelines[0]?.[0] as DryPipeline;
  const result = await pipeline.answer(await pipeline.plan(histogramSql(asked)));
  const problems = async (rules: Rules) => (await compareHistogram(asked, result, pooled, rules)).problems;
  assert.deepEqual(await problems(rulesOf(setting)), []);
  assert.notDeepEqual(await problems({ ...rulesOf(setting), minimumRows: 1000 }), []);
});
