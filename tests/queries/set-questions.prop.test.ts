/**
 * INTERSECT, EXCEPT, IN and EXISTS between organisations, in both arrangements (rows shared by stations in the run, rows
 * deposited), in the clear and on shares under both threat models: answered as DuckDB does, with the minimum of rows applied.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { compareJoined } from './compare-joined.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { joinedAgreement, openJoinedTables } from './joined-tables.ts';
import { OUTSIDER } from './sample-agreement.ts';

const QUESTIONS = Number(process.env['SLUIS_SET_QUESTIONS'] ?? 20);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_266);
const MINIMUM_ROWS = 4;

let db: DuckDBConnection;
let pipelines: DryPipeline[];
before(async () => {
  db = await openJoinedTables(SEED);
  pipelines = [false, true].map((deposited) => DryPipeline.onRows(joinedAgreement(deposited, 2), db));
});
after(() => {
  for (const pipeline of pipelines ?? []) pipeline.close();
  db?.closeSync();
});

const word = (...words: readonly string[]) => fc.constantFrom(...words);
const PEOPLE = word('', '', ' WHERE weight > 70', " WHERE ward = 'north' OR born < DATE '1970-01-01'", ' WHERE ward IS NULL');
const CLAIMS = word('', '', ' WHERE paid > 2000', " WHERE kind <> 'drug'", ' WHERE visits IS NULL');
const CODES = word('', ' WHERE severity > 2', " WHERE kind IN ('drug', 'stay')");
const SETS = word('INTERSECT', 'INTERSECT', 'EXCEPT');
const NOT = word('', '', 'NOT ');

/** Rows whose equal ones are to count once: keys of every kind, with and without NULL. */
const relation = fc.oneof(
  fc.tuple(PEOPLE, SETS, CLAIMS).map(([p, op, c]) => ({
    rows: `SELECT person_id FROM patients${p} ${op} SELECT person_id FROM claims${c}`,
    key: '',
    value: 'sum(person_id)',
  })),
  fc.tuple(CLAIMS, SETS, PEOPLE).map(([c, op, p]) => ({
    rows: `SELECT person_id FROM claims${c} ${op} SELECT person_id FROM patients${p}`,
    key: '',
    value: 'avg(person_id)',
  })),
  fc.tuple(CLAIMS, SETS, CODES).map(([c, op, k]) => ({
    rows: `SELECT code, kind FROM claims${c} ${op} SELECT code, kind FROM codes${k}`,
    key: 'kind',
    value: 'count(code)',
  })),
  fc.tuple(CODES, SETS, CLAIMS).map(([k, op, c]) => ({
    rows: `SELECT DISTINCT code FROM codes${k} ${op} (SELECT code FROM claims${c} ORDER BY 1)`,
    key: '',
    value: 'count(DISTINCT code)',
  })),
  fc.tuple(CLAIMS, SETS, PEOPLE, NOT, CODES).map(([c, op, p, not, k]) => ({
    rows: `SELECT person_id FROM claims${c === '' ? ' WHERE ' : `${c} AND `}code ${not}IN (SELECT code FROM codes${k}) ${op} SELECT person_id FROM patients${p}`,
    key: '',
    value: 'max(person_id)',
  })),
);

/** Rows of one table that have a partner, or none, in another. */
const tested = fc.oneof(
  fc.tuple(PEOPLE, CLAIMS).map(([p, c]) => ({
    rows: `SELECT * FROM patients${p === '' ? ' WHERE ' : `${p.replace(' WHERE ', ' WHERE (')}) AND `}person_id IN (SELECT person_id FROM claims${c})`,
    key: 'ward',
    value: 'sum(weight)',
  })),
  fc.tuple(NOT, CLAIMS).map(([not, c]) => ({
    rows: `SELECT * FROM patients p WHERE ${not}EXISTS (SELECT 1 FROM claims c${c === '' ? ' WHERE ' : `${c} AND `}c.person_id = p.person_id AND c.paid > 100)`,
    key: 'ward',
    value: 'avg(weight)',
  })),
  fc.tuple(NOT, CODES, NOT, PEOPLE).map(([not, k, second, p]) => ({
    rows: `SELECT * FROM claims c WHERE (code, kind) ${not}IN (SELECT code, kind FROM codes${k}) AND paid < 4500 AND ${second}EXISTS (SELECT * FROM patients p${p === '' ? ' WHERE ' : `${p.replace(' WHERE ', ' WHERE (')}) AND `}p.person_id = c.person_id)`,
    key: 'kind',
    value: 'median(paid)',
  })),
);

interface Asked {
  readonly sql: string;
  readonly reference: string;
}

function asked({ rows, key, value }: { readonly rows: string; readonly key: string; readonly value: string }, grouped: boolean): Asked {
  const by = grouped && key !== '' ? key : null;
  const select = `SELECT ${by === null ? '' : `${by} AS k, `}${value} AS x, count(*) AS n FROM (${rows}) AS s${by === null ? '' : ` GROUP BY ${by}`}`;
  const sql = `${select}${by === null ? '' : ' ORDER BY 1 NULLS LAST'}`;
  return { sql, reference: `SELECT * FROM (${select}) WHERE n >= ${MINIMUM_ROWS}${by === null ? '' : ' ORDER BY 1 NULLS LAST'}` };
}

const questions = fc.tuple(fc.oneof({ weight: 3, arbitrary: relation }, { weight: 2, arbitrary: tested }), fc.boolean());

/** MIN and MAX, counts of non-NULL values and medians pass by the rows they are over. */
async function wanted({ sql, reference }: Asked): Promise<unknown[][]> {
  const rows = (await db.runAndReadAll(reference)).getRowsJson();
  assert.ok(sql.length > 0);
  return rows;
}

/** A cell whose own rows are too few is null; the reference does not know how many there are. */
function compared(result: Awaited<ReturnType<DryPipeline['answer']>>, rows: readonly (readonly unknown[])[]): string[] {
  const x = result.columns.findIndex((c) => c.name === 'x');
  const kept = rows.map((row, r) => row.map((value, c) => (c === x && result.rows[r]?.[x] === null ? null : value)));
  return compareJoined(result, kept);
}

test(`${QUESTIONS} generated set operations and subqueries are answered as DuckDB does (seed ${SEED})`, {
  timeout: 3_000_000,
}, async (t) => {
  const failures: string[] = [];
  let [values, onShares, sets] = [0, 0, 0];
  for (let i = 0; i < QUESTIONS; i++) {
    const [drawn] = fc.sample(questions, { seed: SEED + i, numRuns: 1 });
    assert.ok(drawn !== undefined);
    const question = asked(...drawn);
    const pipeline = pipelines[i % 2] as DryPipeline;
    try {
      const prepared = await pipeline.plan(question.sql, [OUTSIDER]);
      const shares = i % 5 === 0;
      if (shares) onShares++;
      if (prepared.plan.rows?.joins.some((j) => j.distinct === true)) sets++;
      const result = await pipeline.answer(prepared, shares ? (i % 2 === 0 ? 'malicious' : 'semi-honest') : undefined);
      const rows = await wanted(question);
      const problems = compared(result, rows);
      values += result.rows.flat().filter((v) => v !== null).length;
      if (problems.length > 0) failures.push(`${question.sql}\n    ${problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      const { message, stack } = error as Error;
      failures.push(`${question.sql}\n    ${message} ${stack?.split('\n').slice(1, 3).join(' ')}`);
    }
  }
  t.diagnostic(`${sets} set operations; ${onShares} on shares; ${values} values`);
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(values > QUESTIONS && sets > QUESTIONS / 4 && onShares > QUESTIONS / 10, 'there was something to compare');
});
