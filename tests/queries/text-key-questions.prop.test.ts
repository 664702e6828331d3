/**
 * Generated questions that group by text without declared values: rows and items, shared by stations or deposited, in the
 * clear and on shares, compared with DuckDB over the pooled table. The receiver has some of the texts; of the others it sees
 * the hash.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { MORE_HASH_BITS, type ResultTable, textHash } from '@sluis/model';
import fc from 'fast-check';
import { mulberry32 } from '../harness/seeded.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const QUESTIONS = Number(process.env['SLUIS_TEXT_KEY_QUESTIONS'] ?? 12);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_281);
const PARTIES = ['north', 'east', 'south', 'west', 'coast'];
const MINIMUM_ORGANISATIONS = 2;
const uses = ['group', 'filter', 'aggregate', 'join', 'reveal'];
/** Some alike, some odd: they are hashed exactly as they stand. */
const TEXTS = [
  '',
  ' ',
  "o'hara.example",
  'éé.example',
  '日本.example',
  'a.example',
  'A.example',
  ...Array.from({ length: 9 }, (_, i) => `h${i}.test`),
];
const OWN = [...TEXTS.filter((_, i) => i % 3 !== 1), 'nobody-else.example'];

const columns = {
  tag: { type: 'VARCHAR', uses, nullable: true },
  host: { type: 'VARCHAR', uses, nullable: false },
  kind: { type: 'VARCHAR', uses, nullable: true, domain: { values: ['scan', 'spam', 'ssh'] } },
  day: { type: 'DATE', uses, nullable: true },
  hits: { type: 'DECIMAL(6,1)', uses, nullable: false, bounds: ['-50', '1000'] },
};

const agreementOf = (deposited: boolean, minimumRows: number) =>
  sampleAgreement({
    table: 'items',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 200, columns } as never,
    parties: deposited ? [] : PARTIES,
    ...(deposited ? { depositors: PARTIES } : {}),
    output: { minimum_rows: minimumRows, minimum_organisations: MINIMUM_ORGANISATIONS } as never,
    receivers: [OUTSIDER],
  });

const quoted = (text: string | undefined): string => (text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

async function openItems(seed: number): Promise<DuckDBConnection> {
  const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const draw = mulberry32(seed);
  const random = (below: number) => Math.floor(draw() * below);
  const rows = Array.from({ length: 260 }, () => {
    const [tag, host] = [quoted(TEXTS[random(TEXTS.length + 2)]), quoted(TEXTS[random(6)])];
    const kind = quoted(['scan', 'spam', 'ssh', undefined][random(4)]);
    const day = random(7) === 0 ? 'NULL' : `DATE '2026-03-0${1 + random(3)}'`;
    return `(${tag}, ${host}, ${kind}, ${day}, ${random(900) / 10 - 20}, '${PARTIES[Math.min(random(7), 4)]}')`;
  });
  await db.run(
    `CREATE TABLE items AS SELECT a AS tag, b AS host, c AS kind, d AS day, CAST(e AS DECIMAL(6,1)) AS hits, f AS organisation, f AS __party, row_number() OVER () AS __row FROM (VALUES ${rows.join(', ')}) AS v(a, b, c, d, e, f)`,
  );
  return db;
}

const word = (...words: readonly string[]) => fc.constantFrom(...words);
const question = fc.record({
  keys: word('tag', 'tag', 'host', 'tag, kind', 'host, tag', 'day, tag'),
  rows: word('', '', ' WHERE hits > 10', " WHERE kind <> 'spam'", " WHERE tag <> 'a.example'"),
  ofItems: fc.boolean(),
  least: word('organisations >= 2', 'organisations >= 3', 'n > 4', 'organisations < 5 AND total > 0'),
  having: word('', '', ' HAVING x > 20'),
  order: word('', ' ORDER BY x DESC'),
  limit: fc.constantFrom(null, null, 3),
});
type Drawn = typeof question extends fc.Arbitrary<infer T> ? T : never;

interface Asked {
  readonly sql: string;
  /** Gives the rows that pass, with organisations behind them, without ORDER BY and LIMIT. */
  readonly reference: string;
}

function asked({ keys, rows, ofItems, least, having, order, limit }: Drawn): Asked {
  const end = `${order}${limit === null ? '' : ` LIMIT ${limit}`}`;
  if (!ofItems) {
    const select = `SELECT ${keys}, sum(hits) AS x, count(*) AS n FROM items${rows} GROUP BY ${keys}`;
    const rules = `count(*) >= 3 AND count(DISTINCT organisation) >= ${MINIMUM_ORGANISATIONS}`;
    return { sql: `${select}${having}${end}`, reference: `${select} HAVING ${rules}${having.replace(' HAVING', ' AND')}` };
  }
  const counted = 'count(DISTINCT organisation) AS organisations, count(*) AS n, sum(hits) AS total';
  const items = `SELECT ${keys}, ${counted} FROM items${rows} GROUP BY ${keys} HAVING ${least}`;
  const select = `SELECT ${keys}, sum(total) AS x, sum(organisations) AS n FROM (${items}) GROUP BY ${keys}`;
  const rules = ` HAVING sum(organisations) >= ${MINIMUM_ORGANISATIONS}${having.replace(' HAVING', ' AND')}`;
  return { sql: `${select}${having}${end}`, reference: `${select}${rules}` };
}

const hash = textHash('generated');
function hashText(text: string): string {
  const [first, more] = hash(text);
  return ((first << MORE_HASH_BITS) | more).toString(16).padStart(24, '0');
}

/** DuckDB's rows as the receiver should see them: texts that it has, hashes of all, in order. */
function shown(rows: readonly (readonly unknown[])[], { keys, order, limit }: Drawn): string[] {
  const names = keys.split(', ');
  const lines = rows.map((row) => {
    const sorting: (string | null)[] = [];
    const cells = row.flatMap((value, i) => {
      const text = value === null ? null : String(value);
      const name = names[i] ?? '';
      if (name !== 'tag' && name !== 'host') {
        if (i < names.length) sorting.push(text);
        return [text];
      }
      const hashed = text === null ? null : hashText(text);
      sorting.push(hashed);
      return [text !== null && OWN.includes(text) ? text : null, hashed];
    });
    return { cells, sorting, x: Number(row[names.length]) };
  });
  lines.sort((a, b) => (order === '' ? 0 : b.x - a.x) || compared(a.sorting, b.sorting));
  return lines.slice(0, limit ?? lines.length).map((l) => JSON.stringify(l.cells.map(plain)));
}

/** Ascending, NULL last. */
function compared(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? null;
    if (x === y) continue;
    return y === null || (x !== null && x < y) ? -1 : 1;
  }
  return 0;
}

/** Numbers alike, however their type prints them. */
const plain = (value: unknown): unknown =>
  /^-?\d+\.\d+$/.test(String(value)) ? Number(value).toFixed(1) : value === null ? null : String(value);

let db: DuckDBConnection;
let pipelines: { readonly rows: DryPipeline; readonly items: DryPipeline }[];
before(async () => {
  db = await openItems(SEED);
  pipelines = [false, true].map((deposited) => {
    const [rows, items] = [3, 1].map((minimum) => DryPipeline.onRows(agreementOf(deposited, minimum), db));
    return { rows: rows as DryPipeline, items: items as DryPipeline };
  });
});
after(() => {
  for (const { rows, items } of pipelines ?? []) for (const pipeline of [rows, items]) pipeline.close();
  db?.closeSync();
});

test(`${QUESTIONS} generated questions by texts without declared values (seed ${SEED})`, { timeout: 3_000_000 }, async (t) => {
  const failures: string[] = [];
  const seen = { readable: 0, hashes: 0, nulls: 0, onShares: 0 };
  for (let i = 0; i < QUESTIONS; i++) {
    const [drawn] = fc.sample(question, { seed: SEED + i, numRuns: 1 });
    assert.ok(drawn !== undefined);
    const { sql, reference } = asked(drawn);
    const pipeline = (pipelines[i % 2] as (typeof pipelines)[number])[drawn.ofItems ? 'items' : 'rows'];
    try {
      const prepared = await pipeline.plan(sql, [OUTSIDER]);
      const shares = i % 5 === 0;
      if (shares) seen.onShares++;
      const result = await pipeline.answer(prepared, shares ? (i % 2 === 0 ? 'malicious' : 'semi-honest') : undefined, OWN);
      const wanted = shown((await db.runAndReadAll(reference)).getRowsJson(), drawn);
      const got = result.rows.map((row) => JSON.stringify(row.map(plain)));
      tally(result, seen);
      if (got.join('\n') !== wanted.join('\n')) failures.push(`${sql}\n    ${got.join(' ')}\n    instead of\n    ${wanted.join(' ')}`);
    } catch (error) {
      const { message, stack } = error as Error;
      failures.push(`${sql}\n    ${message} ${stack?.split('\n').slice(1, 3).join(' ')}`);
    }
  }
  t.diagnostic(JSON.stringify(seen));
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 20).join('\n')}`);
  assert.ok(seen.readable > QUESTIONS && seen.hashes > QUESTIONS / 2 && seen.nulls > 0 && seen.onShares > QUESTIONS / 10, 'all were seen');
});

function tally({ columns: named, rows }: ResultTable, seen: { readable: number; hashes: number; nulls: number }): void {
  const texts = named.flatMap((c, i) => (/^(tag|host)$/.test(c.name) ? [i] : []));
  for (const row of rows)
    for (const i of texts) {
      if (row[i] !== null) seen.readable++;
      else if (row[i + 1] !== null) seen.hashes++;
      else seen.nulls++;
    }
}
