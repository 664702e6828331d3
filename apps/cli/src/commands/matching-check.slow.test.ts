import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { agreementSchema, serialiseAgreementYaml } from '@sluis/model';

const LAUNCHER = fileURLToPath(new URL('../../bin/sluis.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-matching-'));
after(() => rmSync(folder, { recursive: true }));

function sluis(language: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'], SLUIS_LANG: language, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const done = spawnSync(process.execPath, [LAUNCHER, 'matching', ...args], { encoding: 'utf8', env, cwd: folder });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const card = (name: string, i: number) => ({
  name,
  station: `${name}.example:${4000 + i}`,
  identity: String(i).repeat(64),
  sealing: `${'A'.repeat(1620)}${i}A==`,
  certificate: String(i + 4).repeat(64),
});
const joining = { type: 'VARCHAR', uses: ['join'], nullable: true };
const agreement = (repeated: string) =>
  serialiseAgreementYaml(
    agreementSchema.parse({
      sluis: 1,
      collaboration: 'zorg',
      version: 1,
      purpose: 'p',
      legal_basis: 'l',
      valid: { from: '2026-01-01T00:00:00Z', until: '2030-01-01T00:00:00Z' },
      organisations: ['a', 'b', 'c'].map((name, i) => card(name, i + 1)),
      committee: ['a', 'b', 'c'],
      tables: {
        patients: { kind: 'owner', providers: ['a'], columns: { bsn: joining, born: joining } },
        insured: { kind: 'owner', providers: ['b'], columns: { bsn: joining, born: joining } },
      },
      matching: {
        persons: {
          tables: ['patients', 'insured'],
          any_of: [
            { name: 'number', parts: [{ column: 'bsn', recipe: 'bsn@1' }] },
            {
              name: 'both',
              parts: [
                { column: 'bsn', recipe: 'digits@1' },
                { column: 'born', recipe: 'date@1', order: 'dmy' },
              ],
            },
          ],
          repeated,
        },
      },
      receivers: ['a'],
      askers: ['a'],
    }),
  );
writeFileSync(join(folder, 'once.yaml'), agreement('once'));
writeFileSync(join(folder, 'refuse.yaml'), agreement('refuse'));
writeFileSync(join(folder, 'rows.csv'), 'bsn,born\n111222333,3-4-1980\n111222334,31-2-1980\n,1-1-1990\n1112.22.333,3-4-1980\n');
const common = (terms: string) => ['check', 'rows.csv', '--agreement', terms, '--matching', 'persons', '--table', 'patients'];

test('a file is checked against the agreement: counts, reasons, row numbers, and no value', () => {
  const words = sluis('en', ...common('once.yaml'), '--rows', '5');
  assert.equal(words.code, 0, words.err);
  assert.match(words.out, /Key number: 2 of 4 rows have it\n {2}1 row without: bsn \(bsn@1\), the check digit is wrong: rows 2\n/);
  assert.match(words.out, /bsn \(bsn@1\), no value: rows 3\n {2}1 key stands in several rows; 1 row beyond the first\n {4}rows 1, 4/);
  assert.match(words.out, /born \(date@1\), no such date: rows 2/);
  assert.doesNotMatch(words.out, /1112|1980/);
  assert.match(sluis('nl', ...common('once.yaml')).out, /Sleutel number: 2 van de 4 rijen hebben hem/);
});

test('conditions that are not met end with 2, in JSON too', () => {
  const words = sluis('en', ...common('refuse.yaml'));
  assert.equal(words.code, 2);
  assert.match(words.err, /No run would begin: the agreement wants each key number in one row only/);
  const json = sluis('en', ...common('refuse.yaml'), '--json', '--rows', '3');
  assert.equal(json.code, 2);
  const { keys, accepted } = JSON.parse(json.out) as { accepted: boolean; keys: Record<string, unknown>[] };
  assert.equal(accepted, false);
  assert.deepEqual(keys[0]?.['repeated_rows'], [[1, 4]]);
  assert.deepEqual(keys[0]?.['rejected_rows'], [
    { part: 0, reason: 'check-digit', rows: [2] },
    { part: 0, reason: 'missing', rows: [3] },
  ]);
});

test('what is not agreed is refused by name', () => {
  const other = sluis('en', 'check', 'rows.csv', '--agreement', 'once.yaml', '--matching', 'firms', '--table', 'patients', '--json');
  assert.equal(other.code, 2);
  const { error } = JSON.parse(other.out) as { error: { code: string; remedy: string } };
  assert.deepEqual([error.code, error.remedy], ['matching/not-agreed', 'It has: persons (patients, insured).']);
});

test("an agreement's keys are measured on two files, each as the table that it is for", () => {
  writeFileSync(join(folder, 'people.csv'), 'who,bsn,born\nann,111222333,3-4-1980\nbob,123456782,1-1-1990\n');
  writeFileSync(join(folder, 'clients.csv'), 'born,who,bsn\n1-1-1990,bob,\n1980-04-03,ann,111 222 333\n');
  const files = ['measure', 'people.csv', 'clients.csv', '--truth', 'who', '--agreement', 'once.yaml', '--matching', 'persons'];
  const found = sluis('en', ...files, '--table-a', 'patients', '--table-b', 'insured', '--json');
  assert.equal(found.code, 0, found.out);
  const { keys } = JSON.parse(found.out) as { keys: { key: string; pairs: number; right: number }[] };
  assert.deepEqual(
    keys.map((k) => [k.key, k.pairs, k.right]),
    [
      ['number', 1, 1],
      ['both', 1, 1],
    ],
  );
  assert.equal(sluis('en', ...files, '--json').out, found.out);
  const other = sluis('en', ...files, '--table-b', 'clients', '--json');
  assert.equal((JSON.parse(other.out) as { error: { code: string } }).error.code, 'matching/not-agreed');
});

test('recipes are listed, with what they make of a value', () => {
  assert.match(sluis('en', 'recipes').out, /^exact@1 +the text as it is/);
  const { recipes } = JSON.parse(sluis('en', 'recipes', '--of', '06-12345678', '--json').out) as { recipes: Record<string, unknown>[] };
  const phone = recipes.find((r) => r['recipe'] === 'phone@1');
  assert.deepEqual([phone?.['normal'], phone?.['rejected']], ['+31612345678', null]);
  assert.equal(recipes.find((r) => r['recipe'] === 'bsn@1')?.['rejected'], 'length');
});
