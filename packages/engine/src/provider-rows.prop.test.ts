/** Rows that a station encodes in DuckDB are what contributors encode from text. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeCell, encodingsOf, tableSchema } from '@sluis/model';
import fc from 'fast-check';
import { openDatabase, quoteName } from './database.ts';
import { encodeRows } from './provider-rows.ts';

const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_266);
const table = tableSchema.parse({
  providers: ['anna'],
  columns: {
    big: { type: 'BIGINT', nullable: true },
    flag: { type: 'BOOLEAN', nullable: true },
    day: { type: 'DATE', nullable: true },
    moment: { type: 'TIMESTAMP', nullable: true },
    price: { type: 'DECIMAL(18,3)', nullable: true },
    ratio: { type: 'DOUBLE', scale: 4, nullable: true, bounds: ['-1000', '1000'] },
    sector: { type: 'VARCHAR', nullable: true, domain: { values: ['Energy', "O'Hara", 'é'] } },
    name: { type: 'VARCHAR' },
  },
});
const NAMES = Object.keys(table.columns);

const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const row = fc.record({
  big: some(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(String)),
  flag: some(fc.constantFrom('true', 'false')),
  day: some(
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((d) => d.toISOString().slice(0, 10)),
  ),
  moment: some(
    fc
      .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((d) => `${d.toISOString().slice(0, 10)} ${d.toISOString().slice(11, 23)}`),
  ),
  price: some(
    fc
      .bigInt({ min: -(10n ** 17n), max: 10n ** 17n })
      .map((v) => `${v < 0n ? '-' : ''}${(v < 0n ? -v : v) / 1000n}.${String((v < 0n ? -v : v) % 1000n).padStart(3, '0')}`),
  ),
  ratio: some(fc.double({ min: -1000, max: 1000, noNaN: true }).map((d) => (Object.is(d, -0) ? '0' : d.toFixed(6)))),
  sector: some(fc.constantFrom('Energy', "O'Hara", 'é')),
  name: fc.string({ maxLength: 8 }).filter((s) => s.isWellFormed() && !s.includes('\0')),
});

test(`a station's rows are encoded as a contributor's (seed ${SEED})`, { timeout: 3_000_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'sluis-rows-'));
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        using database = await openDatabase({ files: [], temporary: home, memoryLimit: '256MB', threads: 1 });
        const literal = (v: string | null) => (v === null ? 'NULL' : `'${v.replaceAll("'", "''")}'`);
        const texts = rows.map(
          (r) => `(${NAMES.map((n) => `CAST(${literal(r[n as keyof typeof r])} AS ${table.columns[n]?.type})`).join(', ')})`,
        );
        await database.run(`CREATE VIEW visits AS SELECT * FROM (VALUES ${texts.join(', ')}) AS t(${NAMES.map(quoteName).join(', ')})`);
        const source = { table: 'visits', columns: NAMES, stations: ['anna'], deposits: false, stationWhere: '"big" > 0' };
        const context = { collaboration: 'test', plan: '00'.repeat(32) };
        const encoded = await encodeRows(database, context, { table, source, matchings: [] }, new AbortController().signal);
        const { cells, columns } = encoded.vectors;
        assert.equal(cells, rows.length, 'rows that the condition leaves out are there');
        let at = 0;
        for (const e of encodingsOf(table, NAMES)) {
          const column = table.columns[e.column];
          const given = rows.map((r) => r[e.column as keyof typeof r]);
          const expected = given.map((v) =>
            BigInt.asUintN(64, encodeCell('test', e.column, column as NonNullable<typeof column>, v) as bigint),
          );
          assert.deepEqual([...(columns[at++] as BigUint64Array)], expected, e.column);
          if (e.nullable)
            assert.deepEqual(
              [...(columns[at++] as BigUint64Array)],
              given.map((v) => (v === null ? 0n : 1n)),
              `${e.column} present`,
            );
        }
        const positive = rows.map((r) => (r.big !== null && BigInt(r.big) > 0n ? 1n : 0n));
        assert.deepEqual([...(columns[at] as BigUint64Array)], positive, 'a condition that is NULL is not true');
      }),
      { numRuns: 25, seed: SEED },
    );
  } finally {
    rmSync(home, { recursive: true });
  }
});
