/** `sluis pseudonyms`: holders, and organisations that ask, as real processes with real TLS between them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { sluis } from '../harness/command-line.ts';
import { notAcrossMidnight } from '../harness/midnight.ts';
import { assertPrivate } from '../harness/private-files.ts';
import { column, pseudonymsBench, type Running } from '../harness/pseudonyms.ts';

const HOLDERS = ['hospital', 'clinic', 'lab'] as const;
type HolderName = (typeof HOLDERS)[number];
process.umask(0);
const { at, card, start, onFile, rewrite } = pseudonymsBench([...HOLDERS, 'registry', 'insurer', 'stranger']);

function hold(name: HolderName, more: readonly string[] = []): Running {
  const others = HOLDERS.filter((h) => h !== name).flatMap((h) => ['--with', card(h)]);
  const own = ['--home', at(name), '--folder', at(`${name}.share`), '--allow', card('registry'), '--allow', card('insurer')];
  return start(['hold', ...others, ...own, '--threshold', '2', '--purpose', 'cohort', '--limit', '60', '--wait', '300', ...more]);
}

const startAll = async (more: readonly string[] = []): Promise<Map<HolderName, Running>> => {
  const all = new Map(HOLDERS.map((h) => [h, hold(h, more)]));
  await Promise.all([...all.values()].map((r) => r.ready));
  return all;
};
const endAll = (all: Map<HolderName, Running>) => Promise.all([...all.values()].map((r) => r.end()));

function make(asker: string, csv: string, more: readonly string[] = []) {
  const recipes = ['--on', 'mail,born', '--recipe', 'email@1', '--recipe', 'date@1,order=dmy'];
  return onFile('make', asker, csv, [...recipes, ...HOLDERS.flatMap((h) => ['--holder', card(h)]), ...more]);
}

let holders: Map<HolderName, Running>;
let key = '';
const REGISTRY =
  'id,mail,born,note\n1,Jan@Example.org,01-02-1980,"a, b"\n2,piet@example.org,1980-03-04,\n3,,1980-03-04,x\n4,jan@example.org,1-2-1980,""\n';
const INSURER =
  'mail,born,claim\nPIET@example.org ,4-3-1980,10\nklaas@example.org,4-3-1980,20\nno mail,4-3-1980,30\njan@example.org,02-02-1980,40\n';

test('three holders make a key together, also if one crashes meanwhile; each keeps a share that others cannot read', async () => {
  const [hospital, crashing] = [hold('hospital'), hold('clinic')];
  for (let i = 0; i < 6_000 && !/clinic is here/.test(hospital.heard()); i++) await new Promise((r) => setTimeout(r, 100));
  await crashing.end('SIGKILL');
  assert.ok(!existsSync(at('hospital.share/share.sealed')), 'nothing is in force before all are there');
  holders = new Map([
    ['hospital', hospital],
    ['clinic', hold('clinic')],
    ['lab', hold('lab')],
  ]);
  const ready = await Promise.all([...holders.values()].map((r) => r.ready));
  assert.equal(new Set(ready.map((r) => r.key)).size, 1);
  key = ready[0]?.key ?? '';
  assert.match(key, /^[0-9a-f]{64}$/);
  for (const h of HOLDERS) {
    assert.ok(assertPrivate(at(`${h}.share`)).includes('counts.db'));
    assert.ok(!readFileSync(at(`${h}.share/share.sealed`)).includes('publicShares'), 'encrypted');
  }
});

test('two organisations get equal pseudonyms exactly for equal keys; rejected rows are counted and treated as declared', async () => {
  const first = await make('registry', REGISTRY);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual([first.document.read, first.document.accepted, first.document.distinct, first.document.written], [4, 3, 2, 3]);
  assert.deepEqual(first.document.reasons, [{ part: 0, recipe: 'email@1', reason: 'missing', rows: 1 }]);
  assert.deepEqual([first.document.key, first.document.threshold], [key, 2]);
  assert.equal(first.rows?.[0], 'id,pseudonym,note');
  const [jan, piet, janAgain] = column(first.rows, 'pseudonym');
  assert.match(jan ?? '', /^[0-9a-f]{64}$/);
  assert.equal(janAgain, jan, 'another way of writing');
  assert.notEqual(jan, piet);
  assert.equal(first.rows?.[1], `1,${jan},"a, b"`);
  assert.equal(statSync(at('registry.out.csv')).mode & 0o777, 0o600);
  const second = await make('insurer', INSURER, ['--rejected', 'empty', '--key', key]);
  assert.equal(second.code, 0, second.stderr);
  const theirs = column(second.rows, 'pseudonym');
  assert.deepEqual([theirs.length, theirs[0], theirs[2]], [4, piet, '']);
  assert.ok(!theirs.includes(jan ?? ''), 'of one part equal, the other not');
  const none = await make('insurer', INSURER, ['--rejected', 'refuse']);
  assert.deepEqual([none.code, none.error, none.rows], [2, 'pseudonyms/rejected', null]);
});

test('the unknown, and another key than the named one, are refused; nothing is written', async () => {
  const stranger = await make('stranger', REGISTRY);
  assert.deepEqual([stranger.code, stranger.error, stranger.rows], [3, 'pseudonyms/unknown-asker', null]);
  // A holder is known to the others, but nobody has allowed it to ask.
  const holder = await make('lab', REGISTRY);
  assert.deepEqual([holder.code, holder.error], [3, 'pseudonyms/unknown-asker']);
  const other = await make('registry', REGISTRY, ['--key', '0'.repeat(64)]);
  assert.deepEqual([other.code, other.error, other.rows], [5, 'pseudonyms/too-few', null]);
  assert.match(other.document.error.message, /another key/);
  const halves = await sluis([
    ...[
      'pseudonyms',
      'make',
      at('registry.csv'),
      '--on',
      'mail',
      '--recipe',
      'email@1',
      '--holder',
      card('lab'),
      '--holder',
      card('clinic'),
    ],
    ...['--home', at('registry'), '--output', at('x.csv'), '--json'],
  ]);
  assert.equal(JSON.parse(halves.stdout).error.code, 'pseudonyms/holders', 'all holders are named, or the key is');
});

test('the limit of a day lasts over a restart, and is looked at before anything is counted', async () => {
  await notAcrossMidnight();
  const many = (n: number) => `mail,born\n${Array.from({ length: n }, (_, i) => `p${i}@example.org,1-1-1970\n`).join('')}`;
  // Two were asked for before.
  assert.equal((await make('registry', many(50))).code, 0);
  const more = await make('registry', many(9));
  assert.deepEqual([more.code, more.error, more.rows], [3, 'pseudonyms/limit', null]);
  await endAll(holders);
  holders = await startAll();
  assert.deepEqual(await Promise.all([...holders.values()].map(async (h) => (await h.ready).key)), [key, key, key]);
  assert.equal((await make('registry', many(9))).error, 'pseudonyms/limit');
  assert.equal((await make('registry', many(8))).code, 0);
  assert.match(holders.get('clinic')?.heard() ?? '', /registry: helped with 8 records/);
  assert.equal((await make('insurer', many(9))).code, 0, 'each asker has a limit of its own');
});

test('with one holder killed it still works and says so; with two it is refused with the reason', async () => {
  await holders.get('hospital')?.end('SIGKILL');
  const before = column((await make('insurer', INSURER)).rows, 'pseudonym');
  const { code, rows, stderr } = await make('insurer', INSURER);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /without hospital/);
  assert.deepEqual(column(rows, 'pseudonym'), before);
  await holders.get('clinic')?.end('SIGKILL');
  for (const more of [[], ['--key', key]]) {
    const refused = await make('insurer', INSURER, more);
    assert.deepEqual([refused.code, refused.error, refused.rows], [5, 'pseudonyms/too-few', null]);
    assert.match(refused.document.error.message, /need 2 holders; 1 can be used\..*hospital/s);
  }
  await holders.get('lab')?.end();
});

test('a crash at the end of making the key: all have stored it, so it comes into force; else all begin again', async () => {
  const demote = (h: HolderName) =>
    rewrite(h, ({ current, rotation }) => {
      const pending = current && { how: 'made' as const, share: current, factor: null };
      return { current: null, pending, rotation, history: [] };
    });
  // As if two had crashed before they heard that all have stored.
  await demote('hospital');
  await demote('clinic');
  holders = await startAll();
  assert.equal((await holders.get('hospital')?.ready)?.key, key);
  await endAll(holders);
  // As if one had crashed before it stored: nobody can have the key in force.
  await demote('hospital');
  await demote('clinic');
  rmSync(at('lab.share'), { recursive: true });
  holders = await startAll();
  const keys = await Promise.all([...holders.values()].map(async (h) => (await h.ready).key));
  assert.equal(new Set(keys).size, 1);
  assert.notEqual(keys[0], key);
  await endAll(holders);
  // As if a folder was lost: the others go on, and nobody makes another key behind their backs.
  rmSync(at('lab.share'), { recursive: true });
  const rest = [hold('hospital'), hold('clinic')];
  await Promise.all(rest.map((r) => r.ready));
  const lost = await hold('lab').ended;
  assert.deepEqual([lost.code, lost.error], [1, 'pseudonyms/half-key']);
  await Promise.all(rest.map((r) => r.end()));
});

test('other terms and a folder in use are refused', async () => {
  const first = hold('hospital');
  await first.ready;
  assert.equal(JSON.parse((await hold('hospital', ['--listen', '127.0.0.1:0']).ended).stdout).error.code, 'pseudonyms/in-use');
  const other = await hold('lab', ['--purpose', 'something else']).ended;
  assert.deepEqual([other.code, JSON.parse(other.stdout).error.code], [5, 'pseudonyms/other-terms']);
  const alone = await hold('lab', ['--threshold', '4']).ended;
  assert.deepEqual([alone.code, JSON.parse(alone.stdout).error.code], [2, 'pseudonyms/setting'], 'at once, not after waiting');
  assert.equal(((await first.end()) as { code: number | null }).code, 0);
  const kept = await hold('hospital', ['--purpose', 'something else']).ended;
  assert.equal(JSON.parse(kept.stdout).error.code, 'pseudonyms/other-folder');
});
