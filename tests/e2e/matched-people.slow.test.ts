/** People whose records are written differently, counted through real stations by a matching of the agreement. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fromHex, SluisError } from '@sluis/base';
import { linkInTheClear } from '@sluis/linkage';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { recordTermsOf, type Agreement, type PlanRows } from '@sluis/model';
import { type MadeMatching, makeMatching } from '../../packages/engine/src/matching-columns.ts';
import { matchingColumnNames, matchingEncoding } from '@sluis/model';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';
import { madePersons } from '../harness/persons.ts';

console.log(`matched people: seed ${testSeed}`);
const COUNT = 200;
const uses = ['join', 'filter', 'aggregate'];
const text = { type: 'VARCHAR', uses, nullable: true };
const columns = {
  number: text,
  name: text,
  born: text,
  amount: { type: 'INTEGER', uses: [...uses, 'group'], bounds: [0, 1000], domain: { range: [0, 1000] } },
};
const owned = (owner: string) => ({ kind: 'owner', providers: [owner], maximum_rows: 10_000, columns });
const persons = {
  tables: ['patients', 'insured'],
  any_of: [{ name: 'number', parts: [{ column: 'number', recipe: 'digits@1' }] }],
  approximate: {
    bits: 512,
    fields: [
      { column: 'name', recipe: 'name@1', hashes: 8 },
      { column: 'born', recipe: 'date@1', grams: 'places', hashes: 6 },
    ],
    threshold_percent: 80,
    blocks: [
      { name: 'birth', parts: [{ column: 'born', recipe: 'date@1' }] },
      {
        name: 'sound',
        parts: [
          { column: 'name', recipe: 'cologne@1' },
          { column: 'born', recipe: 'year@1' },
        ],
      },
    ],
    maximum_pairs: 600,
  },
};
const between = [
  { organisation: 'hospital', table: 'patients' },
  { organisation: 'insurer', table: 'insured' },
];
const { ours, theirs } = madePersons(COUNT, seededRandom(testSeed));

let open: Collaboration;
before(async () => {
  open = await openCollaboration({
    parties: [{ name: 'hospital', csv: ours }, { name: 'insurer' }, { name: 'north' }, { name: 'centre' }],
    table: 'patients',
    columns,
    receivers: ['centre', 'insurer'],
    terms: {
      tables: { patients: owned('hospital'), insured: owned('insurer') },
      matching: { persons },
      intersections: {
        both: { between, matching: 'persons', reveal: 'size', receivers: ['insurer'] },
        costs: {
          between,
          matching: 'persons',
          reveal: 'sum',
          value: { organisation: 'hospital', column: 'amount' },
          receivers: ['centre'],
        },
      },
      output: { minimum_rows: 5, minimum_organisations: 1 },
    },
  });
  await connect(theirs);
});
after(() => open?.close());

async function connect(rows: string): Promise<void> {
  const { home, client } = open.member('insurer');
  const file = join(home, `rows-${Date.now()}.csv`);
  writeFileSync(file, rows, { mode: 0o600 });
  await client.connect({ table: 'insured', file });
}

/** Rows of the hospital with a partner, found by comparing all pairs in the clear under the filters of this plan. */
function partners(agreement: Agreement, plan: string, name = 'persons', tables = persons.tables): number[] {
  const made = [ours, theirs].map((csv, source): MadeMatching => {
    const rows = { joins: [{ matching: { name, source: 0 } }], sources: tables.map((table) => ({ table })) };
    const [terms] = recordTermsOf(agreement, rows as unknown as PlanRows, source);
    if (terms?.likeness === null || terms === undefined) assert.fail();
    const { bits, threshold, blocks, maximumPairs } = terms.likeness.terms;
    const likeness = { bits, threshold, blocks: blocks.length, maximumPairs };
    const names = matchingColumnNames({ name, source: 0, keys: terms.keys.length, likeness });
    const lines = csv.trim().split('\n');
    const head = (lines[0] ?? '').split(',');
    const cells = lines.slice(1).map((l) => l.split(','));
    const texts = new Map(head.map((column, i) => [column, cells.map((c) => (c[i] === '' ? null : (c[i] ?? null)))]));
    return makeMatching(terms, names.map(matchingEncoding), texts, { collaboration: agreement.collaboration, plan });
  });
  const [l, r] = made.map(({ columns: found }) => {
    const vector = (kind: string, part = 0) => found.get(`${name}#${kind}`)?.[part] ?? assert.fail(kind);
    const filters = new BigUint64Array(8 * COUNT);
    for (let w = 0; w < 8; w++) filters.set(vector(`f${w}`), w * COUNT);
    const blocks = [0, 1].map((b) => ({ keys: vector(`b${b}`), valid: Uint8Array.from(vector(`b${b}`, 1), Number) }));
    const keys = Array.from({ length: COUNT }, (_, i) => (vector('k0', 1)[i] === 0n ? null : `${vector('k0')[i]} ${vector('k0#2')[i]}`));
    return { encoded: { length: COUNT, filters, blocks, empty: 0 }, keys };
  });
  if (l === undefined || r === undefined) assert.fail();
  const terms = { ...persons.approximate, bits: 512, threshold: { numerator: 80, denominator: 100 }, maximumPairs: 600 };
  const { links } = linkInTheClear(terms as unknown as Parameters<typeof linkInTheClear>[0], l.encoded, r.encoded);
  const found = new Set(links.map((link) => link.left));
  const known = new Set(r.keys.filter((k) => k !== null));
  for (const [row, key] of l.keys.entries()) if (key !== null && known.has(key)) found.add(row);
  return [...found];
}

const amounts = ours
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => Number(line.split(',')[3]));

test('the size of what both have is the one that a comparison in the clear finds', async () => {
  const ended = await sluis(['intersect', 'both', '--home', open.member('insurer').home, '--format', 'json']);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const found = JSON.parse(ended.stdout);
  const expected = partners(open.agreement, found.receipt.body.plan);
  // About a third are the same, and some of them are found by number only, or by likeness only.
  assert.ok(expected.length > COUNT / 4 && expected.length < COUNT / 2, `${expected.length}`);
  assert.deepEqual([found.size, found.items], [expected.length, []]);
  assert.equal(fromHex(found.receipt.body.plan).length, 32);
});

test('a sum over them, groups and conditions', async () => {
  const ended = await sluis(['intersect', 'costs', '--home', open.member('centre').home, '--format', 'json']);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const found = JSON.parse(ended.stdout);
  const rows = partners(open.agreement, found.receipt.body.plan);
  assert.deepEqual([found.size, Number(found.sum)], [rows.length, rows.reduce((n, row) => n + (amounts[row] ?? 0), 0)]);
  const sql = `SELECT p.amount > 500 AS high, count(*) AS n FROM patients p SEMI JOIN insured i ON matches('persons') GROUP BY high ORDER BY high`;
  const asked = await open.ask(sql);
  const again = partners(open.agreement, asked.receipt.body.plan);
  const high = again.filter((row) => (amounts[row] ?? 0) > 500).length;
  assert.deepEqual(
    asked.result?.rows.map((r) => r.map(Number)),
    [
      [0, again.length - high],
      [1, high],
    ],
  );
});

test('what was wrong with keys is told to their owner alone; keys that repeat end the run where the agreement wants each once', async () => {
  const lines = theirs.trim().split('\n');
  await connect(`${[...lines, ...Array.from({ length: 3 }, () => '100000,Anna Bos,1990-01-01,5')].join('\n')}\n`);
  const sql = `SELECT count(*) AS n FROM patients p SEMI JOIN insured i ON matches('persons')`;
  const failed = await open.ask(sql).catch((e: unknown) => e);
  assert.ok(failed instanceof SluisError, String(failed));
  assert.equal(failed.code, 'contribution/keys-refused');
  assert.match(failed.message, /Rows of insurer have keys that the agreement does not accept \(matching\/repeated\)/);
  assert.doesNotMatch(failed.message, /\d/);
  const said = async (name: string) => {
    const { runs } = await open.member(name).client.runs();
    let all = '';
    for await (const line of open.member(name).client.events(runs[0]?.id ?? '', 0)) all += JSON.stringify(line);
    return all;
  };
  assert.match(await said('insurer'), /1 keys .*number.* stand in several rows/);
  for (const other of ['hospital', 'north', 'centre']) assert.doesNotMatch(await said(other), /[1-9] keys.* several rows/);
  await connect(theirs);
});

test('over files: by the terms of a file, and by keys in normal form', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-matched-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const [a, b] = [put('a.csv', ours), put('b.csv', theirs)];
  const { tables: _, ...terms } = persons;
  const intersect = async (...more: string[]) => {
    const ended = await sluis(['intersect', a, b, ...more, '--format', 'json']);
    return { code: ended.code, found: JSON.parse(ended.stdout) };
  };
  const { found } = await intersect('--terms', put('terms.yaml', JSON.stringify(terms)), '--mode', 'sum', '--value', 'amount');
  const { agreement } = found.receipt.agreement;
  const rows = partners(agreement, found.receipt.body.plan, 'terms', ['a', 'b']);
  assert.deepEqual([found.size, Number(found.sum)], [rows.length, rows.reduce((n, row) => n + (amounts[row] ?? 0), 0)]);

  const numbers = (csv: string) =>
    csv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0] ?? '');
  const known = new Set(numbers(theirs).filter((n) => n !== ''));
  const plain = await intersect('--on', 'number', '--recipe', 'digits@1', '--mode', 'size');
  assert.equal(plain.found.size, numbers(ours).filter((n) => known.has(n)).length);

  const narrow = { ...terms, approximate: { ...terms.approximate, maximum_pairs: 3 } };
  const none = await intersect('--terms', put('narrow.yaml', JSON.stringify(narrow)));
  assert.deepEqual([none.code, none.found.size, none.found.belowMinimum], [4, null, true], 'no room is not none in common');
});
