/**
 * A canary in each provider's source, as text in a column that no question may show and as the number that is its whole
 * partial aggregate in one cell: neither comes out of the provider's own station, whatever is asked and whatever goes
 * wrong. Looked for in everything the others received or sent (decrypted, boxes opened with their own keys), in what they
 * printed and logged, in error messages, in their files and in their processes' memory.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SluisError } from '@sluis/base';
import { askAndFollow } from '@sluis/sdk';
import { memoryFinds } from '../harness/processes.ts';
import { openRecorded, type Recorded } from '../seam/recorded.ts';
import { type Finding, Search, unwrapped } from '../seam/search.ts';
import { isBox, messagesOf, openedBox, type Piece, type RunTerms, streamsOf } from '../seam/view.ts';

/** Two compute parties with data, one without, a provider outside the committee, a receiver. */
const PROVIDERS = ['north', 'south', 'west'] as const;
type Provider = (typeof PROVIDERS)[number];
const NAMES = [...PROVIDERS, 'arbiter', 'centre'] as const;
const TEXT: Record<Provider, string> = {
  north: 'quetzal-marigold-north-7719',
  south: 'ocelot-larkspur-south-3305',
  west: 'pangolin-foxglove-west-9046',
};
const NUMBER: Record<Provider, number> = { north: 4_711_937_402_583, south: 5_802_648_113_671, west: 6_393_715_904_837 };
/** Planted at everybody on purpose. */
const CONTROL = { text: 'control-heron-tansy-5127', number: 7_254_806_339_719 };

const QUESTION = 'SELECT kind, count(*) AS n, sum(amount) AS s FROM notes GROUP BY kind ORDER BY kind';

let together: Recorded;
const runs: RunTerms[] = [];
const errors: string[] = [];

/** Kind "own" has one row of each provider, whose amount is its canary; kind "many" is as usual. */
function rows(name: Provider): string {
  const usual = Array.from({ length: 9 }, (_, i) => `many,${1000 + i},${TEXT[name]}`);
  return `kind,amount,note\nown,${NUMBER[name]},${TEXT[name]}\n${usual.join('\n')}\n`;
}

before(async () => {
  together = await openRecorded({
    parties: [...PROVIDERS.map((name) => ({ name, csv: '' })), { name: 'arbiter' }, { name: 'centre' }],
    table: 'notes',
    committee: ['north', 'south', 'arbiter'],
    columns: {
      kind: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['own', 'many', 'none'] } },
      amount: { type: 'BIGINT', uses: ['aggregate', 'filter'], bounds: ['0', '10000000000000'] },
      note: { type: 'VARCHAR', uses: ['filter'] },
    },
    receivers: ['centre'],
    terms: { output: { minimum_rows: 3, minimum_organisations: 3 } },
  });
  for (const name of PROVIDERS) await connect(name, 'rows.csv', rows(name));
});
after(() => together?.close());

async function connect(name: Provider, file: string, content: string): Promise<void> {
  const { client, organisation } = together.at(name);
  await client.connect({ table: 'notes', file: organisation.file(file, content) });
}

async function ask(sql: string, as = 'ana') {
  const answer = await askAndFollow(together.at('centre').client, { sql, as });
  const { run, plan, agreement } = answer.receipt.body;
  runs.push({ run, plan, agreement });
  return answer.result;
}

/** Asks what can't be answered; everything that the asker gets to read of it is kept. */
async function failing(sql: string, code: RegExp): Promise<void> {
  await assert.rejects(ask(sql), (error: SluisError) => {
    errors.push(JSON.stringify(error.toRecord()), String(error.stack), String(error.cause));
    assert.match(error.code, code);
    return true;
  });
}

test('questions are answered, also such as fail on the canary row by row', async () => {
  const total = NUMBER.north + NUMBER.south + NUMBER.west;
  const result = await ask(QUESTION);
  assert.deepEqual(
    result?.rows.map((r) => [r[0], r[1], Number(r[2])]),
    [
      ['many', 27, 27 * 1004],
      ['own', 3, total],
    ],
  );
  // The text is no number, and the amount overflows: NULL, for nobody to see where.
  await ask('SELECT count(*) FILTER (WHERE CAST(note AS INTEGER) > 1) AS n, count(*) AS m FROM notes');
  await ask('SELECT count(*) FILTER (WHERE CAST(amount AS SMALLINT) > 1) AS n, count(*) AS m FROM notes');
  await ask('SELECT count(*) FILTER (WHERE length(note) > 3) AS n FROM notes');
});

test('refused questions, violating rows, missing files and failing engines give errors', async () => {
  await failing('SELECT max(amount) AS s FROM notes', /^plan\/column-use-missing$/);
  await failing('SELECT note, count(*) AS n FROM notes GROUP BY note', /^plan\//);
  await failing('SELECT min(note) AS n FROM notes', /^plan\/column-use-missing$/);
  const { organisation, client } = together.at('west');
  const bad = organisation.file('bad.csv', `kind,amount,note\n${TEXT.west},99${NUMBER.west},${TEXT.west}\n`);
  // What the owner's command line prints about violations is for the owner.
  const report = await organisation.sluis('dataset', 'connect', 'notes', '--file', bad, '--home', organisation.home, '--json');
  assert.notEqual(report.code, 0, 'rows that break the agreement are refused');
  organisation.file('rows.csv', `kind,amount,note\n${TEXT.west},99${NUMBER.west},${TEXT.west}\n`);
  await failing(QUESTION, /^dataset\/changed$/);
  organisation.file('rows.csv', `${TEXT.west},amount\n1,${NUMBER.west}\n`);
  await failing(QUESTION, /^dataset\/changed$/);
  organisation.file('rows.csv', `kind,amount,note\nmany,1,${TEXT.west}\nmany,${NUMBER.west},"${TEXT.west}\n`);
  await failing(QUESTION, /^engine\/failed$/);
  assert.ok(
    organisation.printed.some((text) => text.includes('"msg":"engine"')),
    'the owner finds the reason in its own log',
  );
  rmSync(join(organisation.desk, 'rows.csv'));
  await failing(QUESTION, /^dataset\/changed$/);
  organisation.file('rows.csv', rows('west'));
  await client.connect({ table: 'notes', file: join(organisation.desk, 'rows.csv') });
});

test('the control is planted at every station: a question with its number, of an analyst with its name', async () => {
  await ask(`SELECT count(*) AS n FROM notes WHERE amount < ${CONTROL.number}`, CONTROL.text);
  for (const { name, home } of together.organisations)
    assert.equal((await together.at(name).organisation.sluis('runs', '--home', home, '--json')).code, 0);
});

const canariesOf = (name: Provider): Search => new Search().text(`text of ${name}`, TEXT[name]).number(`number of ${name}`, NUMBER[name]);
const foreign = (name: string): Search[] => PROVIDERS.filter((p) => p !== name).map(canariesOf);
const control = (): Search => new Search().text('control', CONTROL.text).number('control', CONTROL.number);
const secretsIn = (findings: readonly Finding[]) => [...new Set(findings.map((f) => `${f.secret} as ${f.form} in ${f.where}`))];
const scan = (search: Search, pieces: readonly Piece[]): string[] =>
  secretsIn(pieces.flatMap(({ what, bytes }) => unwrapped(bytes).flatMap((inner) => search.find(what, inner))));

async function transcriptOf(name: string): Promise<Piece[]> {
  const { organisation, opener } = together.at(name);
  const pieces = streamsOf(organisation.transcripts);
  for (const m of messagesOf(organisation.transcripts, together.agreement)) {
    const what = `${m.kind} ${m.direction}, ${m.peer}`;
    pieces.push({ what, bytes: m.message.body });
    const terms = runs.find((r) => r.run === m.run);
    if (m.direction === 'received' && isBox(m) && terms !== undefined)
      pieces.push({ what: `${what}, opened`, bytes: await openedBox(opener, terms, m, name) });
  }
  return pieces;
}

test('no canary in what other stations received or sent, opened with their own keys', async () => {
  for (const name of NAMES) {
    const pieces = await transcriptOf(name);
    for (const search of foreign(name)) assert.deepEqual(scan(search, pieces), [], name);
    assert.ok(scan(control(), pieces).length >= 2, `control: found at ${name}`);
  }
});

test('no canary in what other stations and commands printed or logged, nor in error messages', () => {
  for (const name of NAMES) {
    const printed = [{ what: 'printed', bytes: Buffer.from(together.at(name).organisation.printed.join('\n')) }];
    for (const search of foreign(name)) assert.deepEqual(scan(search, printed), [], name);
    assert.ok(scan(control(), printed).length > 0, `control: found at ${name}`);
  }
  assert.ok(errors.length > 10);
  const read = [{ what: 'errors', bytes: Buffer.from(errors.join('\n')) }];
  for (const name of PROVIDERS) assert.deepEqual(scan(canariesOf(name), read), []);
});

function filesUnder(folder: string, skip: string): Piece[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).startsWith(skip))
    .map((entry) => ({ what: join(entry.parentPath, entry.name), bytes: readFileSync(join(entry.parentPath, entry.name)) }));
}

test('no canary in the files of other organisations', () => {
  for (const name of NAMES) {
    const { folder, transcripts } = together.at(name).organisation;
    const files = filesUnder(folder, transcripts);
    assert.ok(files.length >= 5, `${name} has files`);
    for (const search of foreign(name)) assert.deepEqual(scan(search, files), [], name);
    assert.ok(scan(control(), files).length > 0, `control: the analyst's name is in the files of ${name}`);
  }
  const own = together.at('west').organisation;
  assert.ok(scan(canariesOf('west'), filesUnder(own.folder, own.transcripts)).length > 0, 'control: the owner has it');
});

const skip = process.getuid?.() === 0 && process.platform === 'linux' ? false : 'reading the memory of processes needs root on Linux';

test('no canary in the memory of other stations', { skip }, () => {
  for (const name of NAMES) {
    const needles = foreign(name).flatMap((search) => search.needles());
    const planted = control().needles();
    const found = new Set<Buffer>();
    for (const pid of together.at(name).organisation.pids())
      for (const bytes of memoryFinds(
        pid,
        [...needles, ...planted].map((n) => n.bytes),
      ))
        found.add(bytes);
    assert.deepEqual(
      needles.filter((n) => found.has(n.bytes)).map((n) => `${n.secret} as ${n.form}`),
      [],
      name,
    );
    const forms = planted.filter((n) => found.has(n.bytes)).map((n) => n.form);
    assert.ok(forms.includes('UTF-8') && forms.includes('decimal'), `control: found at ${name} (${forms.join(', ')})`);
  }
});
