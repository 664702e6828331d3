/** Made-up tables of three owners that belong together: keys that repeat, keys without partners, and NULL keys. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type Agreement, agreementSchema } from '@sluis/model';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const all = ['group', 'filter', 'aggregate', 'reveal', 'join'];

export const ownerTables = (deposited: boolean) => {
  const given = (owner: string) => (deposited ? { providers: [], deposits: { by: [owner] } } : { providers: [owner] });
  return {
    patients: {
      kind: 'owner',
      ...given('hospital'),
      maximum_rows: 500,
      unique: [['person_id']],
      columns: {
        person_id: { type: 'INTEGER', uses: all, bounds: [0, 400] },
        born: { type: 'DATE', uses: all, domain: { range: ['1950-01-01', '1999-12-31'] } },
        ward: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['north', 'south', 'east'] } },
        weight: { type: 'DECIMAL(5,1)', uses: all, nullable: true, bounds: ['30', '180'] },
      },
    },
    claims: {
      kind: 'owner',
      ...given('insurer'),
      maximum_rows: 800,
      maximum_join_rows: 5000,
      columns: {
        person_id: { type: 'INTEGER', uses: all, nullable: true, bounds: [0, 1000] },
        kind: { type: 'VARCHAR', uses: all, domain: { values: ['stay', 'drug', 'test'] } },
        paid: { type: 'DECIMAL(9,2)', uses: all, bounds: ['0', '5000'] },
        day: { type: 'DATE', uses: all, domain: { range: ['2024-01-01', '2024-12-31'] } },
        code: { type: 'VARCHAR', uses: ['join', 'filter', 'aggregate'] },
        visits: { type: 'INTEGER', uses: all, nullable: true },
      },
    },
    codes: {
      kind: 'owner',
      ...given('registry'),
      maximum_rows: 60,
      unique: [['code', 'kind']],
      columns: {
        code: { type: 'VARCHAR', uses: all.slice(1) },
        kind: { type: 'VARCHAR', uses: all, domain: { values: ['drug', 'stay', 'test', 'other'] } },
        severity: { type: 'INTEGER', uses: all, domain: { range: [1, 4] } },
      },
    },
  };
};

export function joinedAgreement(deposited: boolean, minimumOrganisations: number, dominance?: { n: number; k: number }): Agreement {
  const base = sampleAgreement({
    table: 'unused',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
    parties: ['hospital', 'insurer', 'registry'],
    output: { minimum_rows: 4, minimum_organisations: minimumOrganisations, ...(dominance === undefined ? {} : { dominance }) },
    receivers: ['hospital', OUTSIDER],
  });
  return agreementSchema.parse({ ...base, tables: ownerTables(deposited) });
}

/** Mulberry32; test data only. */
function uniform(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Tables with `__party`, as stations hold them. */
export async function openJoinedTables(seed: number): Promise<DuckDBConnection> {
  const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const draw = uniform(seed);
  const text = (v: string | null): string => (v === null ? 'NULL' : `'${v}'`);
  const people = Array.from({ length: 160 }, (_, i) => {
    const born = `${1950 + draw(50)}-0${1 + draw(9)}-1${draw(10)}`;
    return `(${2 * i}, DATE '${born}', ${text([null, 'north', 'south', 'east', 'north'][draw(5)] ?? null)}, ${draw(8) === 0 ? 'NULL' : (400 + draw(900)) / 10})`;
  });
  const kinds = ['stay', 'drug', 'test'];
  const claims = Array.from({ length: 300 }, () => {
    const day = `2024-${String(1 + draw(12)).padStart(2, '0')}-${String(1 + draw(28)).padStart(2, '0')}`;
    return `(${draw(12) === 0 ? 'NULL' : draw(330)}, '${kinds[draw(3)]}', ${draw(500_000) / 100}, DATE '${day}', 'C${draw(12)}', ${draw(9) === 0 ? 'NULL' : draw(5) - 1})`;
  });
  const codes = Array.from(
    { length: 40 },
    (_, i) => `('C${i % 10}', '${['drug', 'stay', 'test', 'other'][Math.floor(i / 10)]}', ${1 + draw(4)})`,
  );
  await db.run(
    `CREATE TABLE patients AS SELECT CAST(a AS INTEGER) AS person_id, b AS born, c AS ward, CAST(d AS DECIMAL(5,1)) AS weight, 'hospital' AS __party, row_number() OVER () AS __row FROM (VALUES ${people.join(', ')}) AS v(a, b, c, d)`,
  );
  await db.run(
    `CREATE TABLE claims AS SELECT CAST(a AS INTEGER) AS person_id, b AS kind, CAST(c AS DECIMAL(9,2)) AS paid, d AS day, e AS code, CAST(f AS INTEGER) AS visits, 'insurer' AS __party, row_number() OVER () AS __row FROM (VALUES ${claims.join(', ')}) AS v(a, b, c, d, e, f)`,
  );
  await db.run(
    `CREATE TABLE codes AS SELECT a AS code, b AS kind, CAST(c AS INTEGER) AS severity, 'registry' AS __party, row_number() OVER () AS __row FROM (VALUES ${codes.join(', ')}) AS v(a, b, c)`,
  );
  return db;
}
