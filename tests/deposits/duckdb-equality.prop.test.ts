/** What a contributor's machine reads and encodes is what DuckDB, which stations use, reads and computes with. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { utf8 } from '@sluis/base';
import { cellCodec, columnSchema } from '@sluis/model';
import { csvRecords } from '@sluis/sdk/contribute';
import fc from 'fast-check';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

let db: DuckDBConnection;
let folder: string;
before(async () => {
  db = await (await DuckDBInstance.create(':memory:')).connect();
  folder = mkdtempSync(join(tmpdir(), 'sluis-equality-'));
});
after(() => {
  db?.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = async (sql: string) => (await db.runAndReadAll(sql)).getRows();
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

interface Kind {
  readonly type: string;
  readonly scale?: number;
  /** SQL for the number of a text of this type, NULL if DuckDB doesn't take it. */
  readonly number: string;
  readonly texts: fc.Arbitrary<string>;
}

const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
const dates = fc.tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32)).map(([y, m, d]) => `${String(y).padStart(4, '0')}-${m}-${d}`);
const times = fc.tuple(two(24), two(60), two(60), fc.stringMatching(/^(\.\d{1,6})?$/)).map(([h, m, s, f]) => `${h}:${m}:${s}${f}`);
const decimals = fc.stringMatching(/^-?\d{1,13}(\.\d{1,5})?$/);
const doubles = fc.oneof(decimals, fc.double({ min: -1e9, max: 1e9, noNaN: true }).map(String), fc.stringMatching(/^-?\d{1,3}\.\d{0,3}5$/));

const KINDS: readonly Kind[] = [
  { type: 'DATE', texts: dates, number: `CAST(TRY_CAST(t AS DATE) - DATE '1970-01-01' AS BIGINT)` },
  {
    type: 'TIMESTAMP',
    texts: fc.tuple(dates, fc.constantFrom(' ', 'T'), times).map((p) => p.join('')),
    number: 'epoch_us(TRY_CAST(t AS TIMESTAMP))',
  },
  { type: 'DECIMAL(15,3)', texts: decimals, number: 'CAST(TRY_CAST(t AS DECIMAL(15,3)) * 1000 AS BIGINT)' },
  { type: 'INTEGER', texts: fc.oneof(decimals, fc.stringMatching(/^-?\d{1,11}$/)), number: 'CAST(TRY_CAST(t AS INTEGER) AS BIGINT)' },
  { type: 'BIGINT', texts: fc.stringMatching(/^-?\d{1,20}$/), number: 'TRY_CAST(t AS BIGINT)' },
  { type: 'DOUBLE', scale: 3, texts: doubles, number: 'TRY_CAST(TRY_CAST(t AS DOUBLE) * 1e3 AS BIGINT)' },
  {
    type: 'BOOLEAN',
    texts: fc.constantFrom('true', 'TRUE', 'f', 'T', '1', '0', 'False', 'yes', '2', ''),
    number: 'CAST(TRY_CAST(t AS BOOLEAN) AS BIGINT)',
  },
];

for (const kind of KINDS) {
  test(`${kind.type}: whatever is taken, DuckDB takes for the same number`, async () => {
    const codec = cellCodec('c', 'x', columnSchema.parse({ type: kind.type, ...(kind.scale === undefined ? {} : { scale: kind.scale }) }));
    const texts = [...new Set(fc.sample(kind.texts, { seed, numRuns: 3000 }))];
    const rows = await rowsOf(
      `SELECT t, CAST(${kind.number} AS VARCHAR) FROM (VALUES ${texts.map((t) => `(${quoted(t)})`).join(',')}) AS v(t)`,
    );
    let taken = 0;
    for (const [text, theirs] of rows) {
      const mine = codec.encode(String(text));
      if (typeof mine !== 'bigint') continue;
      taken += 1;
      assert.equal(String(mine), theirs, `${kind.type} "${text}"`);
    }
    assert.ok(taken > texts.length / 10, `${taken} of ${texts.length} were taken`);
  });
}

const field = fc.oneof(
  fc.stringMatching(/^[a-z0-9 .é🙂-]{0,8}$/u),
  fc.constantFrom('', '"', 'a"b', 'x,y', 'line\nbreak', 'c\r\nd', '""', ' padded '),
);
const table = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));
const written = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

async function parsed(bytes: Uint8Array, chunk: number): Promise<(string | null)[][]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const found: (string | null)[][] = [];
  for await (const records of csvRecords(pieces())) found.push(...records.map((r) => [...r.fields]));
  return found;
}

test('CSV is read as DuckDB reads it, whole and byte by byte', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, end, closed) => {
      const header = (rows[0] as string[]).map((_, i) => `c${i}`);
      const text = [header, ...rows].map((r) => r.map(written).join(',')).join(end) + (closed ? end : '');
      const path = join(folder, 'rows.csv');
      writeFileSync(path, text);
      const theirs = await rowsOf(
        `SELECT * FROM read_csv('${path}', delim=',', header=true, quote='"', escape='"', all_varchar=true, auto_detect=false, null_padding=false, columns={${header.map((h) => `'${h}': 'VARCHAR'`).join(',')}})`,
      );
      const mine = await parsed(utf8(text), 1_000_000);
      assert.deepEqual(mine.slice(1), theirs);
      assert.deepEqual(await parsed(utf8(text), 1), mine, 'byte by byte');
    }),
    { seed, numRuns: 150 },
  );
});
