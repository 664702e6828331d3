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
import type { Expression, Key, Rules } from '../reference/query.ts';
import { DryPipeline, writeParties } from './dry-pipeline.ts';
import { orderWords } from './expressions.ts';
import { orderFiles, orders, PARTIES, TABLE } from './generated-table.ts';
import { declaredValues, openPooled } from './pooled-rows.ts';
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

type Value = Omit<Key, 'name'>;
interface Asked {
  readonly value: Value;
  readonly key: Value | null;
  readonly where: Expression | null;
  readonly filter: Expression | null;
}

const sqlOf = ({ value, key, where, filter }: Asked): string =>
  `SELECT ${key === null ? '' : `${key.sql} AS k, `}histogram(${value.sql})${filter === null ? '' : ` FILTER (WHERE ${filter.sql})`} AS h, max(units) AS m FROM orders${where === null ? '' : ` WHERE ${where.sql}`}${key === null ? '' : ' GROUP BY 1'}`;

/** Per group and declared value: the number of rows, where they may be shown. */
async function reference({ value, key, where, filter }: Asked, rules: Rules): Promise<Map<string, Map<string, number>>> {
  const counting = `x IS NOT NULL${filter === null ? '' : ` AND (${filter.meaning})`}`;
  const holds = [null, ...rules.receivers].map((without) => {
    const rows = ` FILTER (WHERE ${counting}${without === null ? '' : ` AND __party <> '${without}'`})`;
    return `count(*)${rows} >= ${rules.minimumRows} AND count(DISTINCT __party)${rows} >= ${rules.minimumOrganisations}`;
  });
  const chosen = `SELECT *, ${key?.meaning ?? 'NULL'} AS k, ${value.meaning} AS x FROM orders${where === null ? '' : ` WHERE ${where.meaning}`}`;
  const rows = await pooled.runAndReadAll(
    `SELECT CAST(k AS VARCHAR), CAST(x AS VARCHAR), count(*) FILTER (WHERE ${counting}), ${holds.join(' AND ')} FROM (${chosen}) GROUP BY k, x ORDER BY k, x`,
  );
  const groups = new Map<string, Map<string, number>>();
  for (const [k, x, n, passes] of rows.getRowsJson()) {
    if (passes !== true) continue;
    const group = groups.get(String(k)) ?? new Map<string, number>();
    groups.set(String(k), group.set(String(x), Number(n)));
  }
  return groups;
}

async function declaredOf(key: Value): Promise<string[]> {
  const from = key.columns.map((column) => `(SELECT v AS ${column} FROM (${declaredValues(orders)(column)}))`).join(', ');
  const rows = await pooled.runAndReadAll(`SELECT DISTINCT CAST(${key.meaning} AS VARCHAR) FROM ${from}`);
  return rows.getRowsJson().map((row) => String(row[0]));
}

const plain = (text: string): string => text.replace(/^(\d{4}-\d\d-\d\d)T(?=\d\d:)/, '$1 ');

interface Shown {
  readonly groups: Map<string, Map<string, number>>;
  /** Group and bin, as texts. */
  readonly suppressed: Set<string>;
}

async function shown(pipeline: DryPipeline, asked: Asked): Promise<Shown> {
  const result = await pipeline.answer(await pipeline.plan(sqlOf(asked)));
  const groups = new Map<string, Map<string, number>>();
  for (const row of result.rows) {
    const bins = row.at(-2) ?? null;
    if (bins === null) continue;
    assert.ok(Array.isArray(bins));
    const group = asked.key === null ? 'null' : plain(String(row[0]));
    groups.set(group, new Map(bins.map(([x, n]) => [plain(String(x)), Number(n)])));
  }
  const suppressed = result.suppressed.flatMap(({ group, cells }) =>
    cells.filter((c) => c !== 'm').map((cell) => `${plain(String(group['k'] ?? null))} ${cell.replaceAll("'", '')}`),
  );
  return { groups, suppressed: new Set(suppressed) };
}

async function problemsOf(asked: Asked, pipeline: DryPipeline, rules: Rules): Promise<{ problems: string[]; bins: number }> {
  const wanted = await reference(asked, rules);
  const found = await shown(pipeline, asked);
  const problems: string[] = [];
  for (const k of asked.key === null ? ['null'] : await declaredOf(asked.key)) {
    const [own, other] = [found.groups.get(k) ?? new Map<string, number>(), wanted.get(k) ?? new Map<string, number>()];
    if (JSON.stringify([...own]) !== JSON.stringify([...other]))
      problems.push(`${k}: ${JSON.stringify([...own])} instead of ${JSON.stringify([...other])}`);
    const missing = (await declaredOf(asked.value)).filter((x) => x !== 'null' && !other.has(x));
    const listed = other.size === 0 ? [`${k} h`] : missing.map((x) => `${k} h[${x}]`);
    for (const name of listed) if (!found.suppressed.delete(name)) problems.push(`not listed as suppressed: ${name}`);
  }
  for (const name of found.suppressed) problems.push(`suppressed without need: ${name}`);
  return { problems, bins: [...wanted.values()].reduce((n, g) => n + g.size, 0) };
}

const pick = <T>(list: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...list);
const questions = (index: number): fc.Arbitrary<Asked> =>
  fc.record({
    value: fc.constant(orderWords.keys[index % orderWords.keys.length] as Value),
    key: fc.option(pick(orderWords.keys.slice(0, 5)), { nil: null }),
    where: fc.option(pick(orderWords.predicates), { nil: null, freq: 1 }),
    filter: fc.option(pick(orderWords.predicates), { nil: null, freq: 1 }),
  });

test(`${QUESTIONS} histograms are answered as DuckDB does, bin by bin (seed ${SEED})`, { timeout: 600_000 }, async (t) => {
  const failures: string[] = [];
  const refused: string[] = [];
  let bins = 0;
  for (let i = 0; i < QUESTIONS; i++) {
    const [asked] = fc.sample(questions(i), { seed: SEED + i, numRuns: 1 });
    assert.ok(asked !== undefined);
    const deposited = i % 2;
    // Over shared rows a receiver with rows of its own is refused.
    const s = deposited === 1 ? 2 * ((i % 4) >> 1) : Math.floor(i / 2) % SETTINGS.length;
    const setting = SETTINGS[s] as (typeof SETTINGS)[number];
    const pipeline = pipelines[deposited]?.[s] as DryPipeline;
    try {
      const found = await problemsOf(asked, pipeline, rulesOf(setting));
      bins += found.bins;
      if (found.problems.length > 0) failures.push(`${sqlOf(asked)}\n    ${found.problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      if (error instanceof RefusedError && /over shared rows|always NULL/.test(error.message)) refused.push(error.message.slice(0, 60));
      else failures.push(`${sqlOf(asked)}\n    ${(error as Error).message} ${pipeline.faults.splice(0).join('; ')}`);
    }
  }
  t.diagnostic(`${bins} bins compared; refused: ${refused.join(' | ')}`);
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(bins > 3 * QUESTIONS && refused.length < QUESTIONS / 4, 'there was something to compare');
});

test('the comparison notices weaker rules and a bin too many', async () => {
  const [value] = orderWords.keys;
  const asked: Asked = { value: value as Value, key: null, where: null, filter: null };
  const [setting] = SETTINGS;
  assert.ok(setting !== undefined);
  const pipeline = pipelines[0]?.[0] as DryPipeline;
  const weaker = { ...rulesOf(setting), minimumRows: 1000 };
  assert.notDeepEqual((await problemsOf(asked, pipeline, weaker)).problems, []);
  assert.deepEqual((await problemsOf(asked, pipeline, rulesOf(setting))).problems, []);
});
