/** Rows deposited as shares, with real stations and the real command line: what is kept, and what is refused. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const COLUMNS = {
  sector: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['Energy', 'Finance', 'Health'] } },
  day: { type: 'DATE', uses: ['filter'], domain: { range: ['2024-01-01', '2026-12-31'] } },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate', 'filter'], bounds: ['0', '1000000'], nullable: true },
};
const SECTORS = COLUMNS.sector.domain.values;
/** A cost that stands in every file, to look for in what is kept. */
const CANARY = '777123.45';

function csv(rows: number, from = 0): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const n = from + i;
    const day = new Date(Date.UTC(2024, 0, 1 + (n % 1000))).toISOString().slice(0, 10);
    return `${SECTORS[n % 3]},${day},${n % 7 === 0 ? '' : n % 11 === 0 ? CANARY : (n % 1000) + 0.25}`;
  });
  return `sector,day,cost\n${lines.join('\n')}\n`;
}

let c: Collaboration;
let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const identities = new Map<string, string>();

before(async () => {
  const who = ['alice', 'bob', 'mallory'];
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  folder = mkdtempSync(join(tmpdir(), 'sluis-deposits-'));
  for (const name of who) {
    const made = await sluis(['contribute', 'identity', 'create', '--name', name, '--out', join(folder, `${name}.json`), '--json']);
    assert.equal(made.code, 0, made.stderr);
    identities.set(name, JSON.parse(made.stdout).identity);
  }
  c = await openCollaboration({
    parties: ['north', 'south', 'west', 'centre'].map((name) => ({ name })),
    table: 'incidents',
    columns: COLUMNS,
    terms: {
      contributors: Object.fromEntries(['alice', 'bob'].map((name) => [name, { identity: identities.get(name) }])),
      tables: {
        incidents: { providers: [], columns: COLUMNS, deposits: { by: ['alice', 'bob', 'north'], maximum_rows_each: 200_000 } },
        closed: { providers: ['north'], columns: { n: { type: 'INTEGER' } } },
      },
    },
  });
  file('agreement.json', JSON.stringify(c.agreement));
});
after(async () => {
  await c?.close();
});

const as = (name: string): string[] => [
  '--identity',
  join(folder, `${name}.json`),
  '--agreement',
  join(folder, 'agreement.json'),
  '--json',
];
const deposit = (name: string, from: string, ...more: string[]) => sluis(['contribute', 'incidents', '--from', from, ...as(name), ...more]);

test('a file is deposited, and depositing it again changes nothing', async () => {
  const path = file('first.csv', csv(1000));
  const done = await deposit('alice', path);
  assert.equal(done.code, 0, done.stderr + done.stdout);
  const first = JSON.parse(done.stdout);
  assert.equal(first.rows, 1000);
  assert.deepEqual(
    first.parties,
    ['north', 'south', 'west'].map((organisation) => ({ organisation, state: 'accepted' })),
  );
  const again = await deposit('alice', path);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual([JSON.parse(again.stdout).already, JSON.parse(again.stdout).deposit], [true, first.deposit]);
  for (const name of ['north', 'south', 'west']) {
    const kept = readdirSync(join(c.member(name).home, 'deposits', first.deposit));
    assert.deepEqual(kept, ['0'], `${name} keeps one encrypted piece`);
  }
  assert.ok(!existsSync(join(c.member('centre').home, 'deposits')), 'who is no compute party keeps nothing');
});
