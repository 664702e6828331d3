/**
 * Questions about items that several organisations may have ("seen by at least t of n"): rows shared by stations or
 * deposited, in the clear and on shares under both threat models, answered as DuckDB does over the pooled table with its
 * owner as a column, with the minimum of items and of organisations applied.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { mulberry32 } from '../harness/seeded.ts';
import { compareJoined } from './compare-joined.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const QUESTIONS = Number(process.env['SLUIS_ITEM_QUESTIONS'] ?? 20);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_268);
const PARTIES = ['north', 'east', 'south', 'west', 'coast'];
const [MINIMUM_ROWS, MINIMUM_ORGANISATIONS] = [3, 3];
const all = ['group', 'filter', 'aggregate', 'join'];

const definition = {
  kind: 'union' as const,
  description: '',
  violations: 'refuse' as const,
  maximum_rows: 200,
  columns: {
    ip: { type: 'BIGINT', uses: all, nullable: false, bounds: ['-40', '4294967295'] },
    tag: { type: 'VARCHAR', uses: all, nullable: true },
    kind: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['scan', 'spam', 'ssh'] } },
    hits: { type: 'DECIMAL(6,1)', uses: all, nullable: false, bounds: ['-50', '1000'] },
    score: { type: 'DOUBLE', uses: all, nullable: false, bounds: ['0', '10'], scale: 2 },
  },
};

const agreementOf = (deposited: boolean) =>
  sampleAgreement({
    table: 'items',
    definition: definition as never,
    parties: deposited ? [] : PARTIES,
    ...(deposited ? { depositors: PARTIES } : {}),
    output: { minimum_rows: MINIMUM_ROWS, minimum_organisations: MINIMUM_ORGANISATIONS } as never,
    receivers: [OUTSIDER],
  });

async function openItems(seed: number): Promise<DuckDBConnection> {
  const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const draw = mulberry32(seed);
  const random = (below: number) => Math.floor(draw() * below);
  const rows = Array.from({ length: 260 }, () => {
    const text = random(9) === 0 ? 'NULL' : `'t${random(12)}'`;
    const kind = ['NULL', "'scan'", "'spam'", "'ssh'"][random(4)];
    return `(${random(30) - 5}, ${text}, ${kind}, ${random(900) / 10 - 20}, ${random(1000) / 100}, '${PARTIES[Math.min(random(7), 4)]}')`;
  });
  await db.run(
    `CREATE TABLE items AS SELECT CAST(a AS BIGINT) AS ip, b AS tag, c AS kind, CAST(d AS DECIMAL(6,1)) AS hits, CAST(e AS DOUBLE) AS score, f AS organisation, f AS __party, row_number() OVER () AS __row FROM (VALUES ${rows.join(', ')}) AS v(a, b, c, d, e, f)`,
  );
  return db;
}

const word = (...words: readonly string[]) => fc.constantFrom(...words);
const question = fc.record({
  keys: word('ip', 'ip', 'tag', 'tag, kind', 'ip, kind'),
  rows: word('', '', ' WHERE hits > 10', " WHERE kind <> 'spam'", " WHERE tag <> 't3'"),
  having: word(
    'organisations >= 3',
    'organisations >= 2',
    'organisations = 5',
    'organisations BETWEEN 2 AND 4 AND n > 3',
    'total > 20',
    'n >= 1',
  ),
  outer: word('count(*)', 'sum(total)', 'avg(n)', 'count(*) FILTER (WHERE organisations > 3)', 'sum(organisations)', 'avg(points)'),
  by: word('', '', 'organisations', 'kind'),
  condition: word('', '', ' WHERE organisations < 5'),
});

interface Asked {
  readonly sql: string;
  readonly reference: string;
}

function asked({ keys, rows, having, outer, by, condition }: typeof question extends fc.Arbitrary<infer T> ? T : never): Asked {
  const key = by === 'kind' && !keys.includes('kind') ? '' : by;
  const counted = 'count(DISTINCT organisation) AS organisations, count(*) AS n, sum(hits) AS total, sum(score) AS points';
  const items = `SELECT ${keys}, ${counted} FROM items${rows} GROUP BY ${keys} HAVING ${having}`;
  const select = `${key === '' ? '' : `${key} AS k, `}${outer} AS x, count(*) AS size`;
  const order = key === '' ? '' : ' ORDER BY 1 NULLS LAST';
  const group = key === '' ? '' : ` GROUP BY ${key}`;
  const own = items.replace('count(DISTINCT organisation) AS', 'list(DISTINCT organisation) AS owners, count(DISTINCT organisation) AS');
  const passing = `count(*) >= ${MINIMUM_ROWS} AND len(list_distinct(flatten(list(owners)))) >= ${MINIMUM_ORGANISATIONS}`;
  return {
    sql: `SELECT ${select} FROM (${items}) AS i${condition}${group}${order}`,
    reference: `SELECT ${select} FROM (${own}) AS i${condition}${group} HAVING ${passing}${order}`,
  };
}

let db: DuckDBConnection;
let pipelines: DryPipeline[];
before(async () => {
  db = await openItems(SEED);
  pipelines = [false, true].map((deposited) => DryPipeline.onRows(agreementOf(deposited), db));
});
after(() => {
  for (const pipeline of pipelines ?? []) pipeline.close();
  db?.closeSync();
});

test(`${QUESTIONS} generated questions about items are answered as DuckDB does (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const failures: string[] = [];
  let [values, onShares] = [0, 0];
  for (let i = 0; i < QUESTIONS; i++) {
    const [drawn] = fc.sample(question, { seed: SEED + i, numRuns: 1 });
    assert.ok(drawn !== undefined);
    const { sql, reference } = asked(drawn);
    const pipeline = pipelines[i % 2] as DryPipeline;
    try {
      const prepared = await pipeline.plan(sql, [OUTSIDER]);
      const shares = i % 5 === 0;
      if (shares) onShares++;
      const result = await pipeline.answer(prepared, shares ? (i % 2 === 0 ? 'malicious' : 'semi-honest') : undefined);
      const wanted = (await db.runAndReadAll(reference)).getRowsJson();
      // A cell with a FILTER has rows of its own, which may be too few.
      const kept = wanted.map((row, r) => row.map((v, c) => (result.columns[c]?.name === 'x' && result.rows[r]?.[c] === null ? null : v)));
      const problems = compareJoined(result, kept);
      values += result.rows.flat().filter((v) => v !== null).length;
      if (problems.length > 0) failures.push(`${sql}\n    ${problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      const { message, stack } = error as Error;
      failures.push(`${sql}\n    ${message} ${stack?.split('\n').slice(1, 3).join(' ')}`);
    }
  }
  t.diagnostic(`${onShares} on shares; ${values} values`);
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(values > QUESTIONS && onShares > QUESTIONS / 10, 'there was something to compare');
});
