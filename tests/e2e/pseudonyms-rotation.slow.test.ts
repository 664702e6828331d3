/** `sluis pseudonyms rotate`, `remap`, `finish`: holders as real processes with real TLS, killed at several moments. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kept, nameOf } from '../../apps/cli/src/pseudonyms/kept-keys.ts';
import { column, pseudonymsBench, type Running } from '../harness/pseudonyms.ts';

const HOLDERS = ['hospital', 'clinic', 'lab'] as const;
type HolderName = (typeof HOLDERS)[number];
const { at, card, start, onFile, sealed, kept, rewrite } = pseudonymsBench([...HOLDERS, 'registry']);

const rest = (name: HolderName): HolderName[] => HOLDERS.filter((h) => h !== name);
const own = (name: HolderName, others: readonly HolderName[] = rest(name), folder = `${name}.share`) => [
  ...others.flatMap((h) => ['--with', card(h)]),
  ...['--home', at(name), '--folder', at(folder)],
];
const hold = (name: HolderName, more: readonly string[] = []): Running =>
  start([
    'hold',
    ...own(name),
    '--allow',
    card('registry'),
    '--threshold',
    '2',
    '--purpose',
    'cohort',
    '--limit',
    '40',
    '--wait',
    '300',
    ...more,
  ]);
const change = (command: 'rotate' | 'finish', name: HolderName, more: readonly string[] = []): Running =>
  start([command, ...own(name), '--wait', '300', ...more]);

async function startAll(begin: (name: HolderName) => Running): Promise<Map<HolderName, Running>> {
  const all = new Map(HOLDERS.map((h) => [h, begin(h)]));
  await Promise.all([...all.values()].map((r) => r.ready));
  return all;
}
const endAll = (all: ReadonlyMap<HolderName, Running>) => Promise.all([...all.values()].map((r) => r.end()));
const keyOf = async (all: ReadonlyMap<HolderName, Running>): Promise<string> => {
  const keys = new Set(await Promise.all([...all.values()].map(async (r) => (await r.ready).key)));
  assert.equal(keys.size, 1, 'one key at all');
  return [...keys][0] ?? '';
};

const cards = HOLDERS.flatMap((h) => ['--holder', card(h)]);
const PEOPLE = 'mail,note\njan@example.org,a\npiet@example.org,b\nJAN@example.org,c\n';
const make = (more: readonly string[] = []) =>
  onFile('make', 'registry', PEOPLE, ['--on', 'mail', '--recipe', 'email@1', ...cards, ...more]);
const remap = (lines: readonly string[], from: string, more: readonly string[] = []) =>
  onFile('remap', 'registry', `${lines.join('\n')}\n`, ['--from', from, ...cards, ...more]);

/** Kills a holder as soon as it has written to its folder. */
async function killOnceStored(name: HolderName, running: Running): Promise<void> {
  const before = statSync(sealed(name)).mtimeMs;
  for (let i = 0; i < 60_000 && statSync(sealed(name)).mtimeMs === before; i++) await sleep(1);
  await running.end('SIGKILL');
}

let holders: Map<HolderName, Running>;
let [first, second] = ['', ''];
let old: readonly string[] = [];

test('a key is rotated although holders are killed while they wait and just after they stored the next one', async () => {
  holders = await startAll(hold);
  first = await keyOf(holders);
  old = (await make(['--key', first])).rows ?? [];
  assert.equal(old.length, 4);
  await endAll(holders);

  const rotating = new Map(rest('lab').map((h) => [h, change('rotate', h)]));
  for (let i = 0; i < 30_000 && !/clinic is here/.test(rotating.get('hospital')?.heard() ?? ''); i++) await sleep(20);
  await rotating.get('clinic')?.end('SIGKILL');
  assert.equal((await kept('clinic')).pending, null, 'nothing is stored before all are there');
  rotating.set('clinic', change('rotate', 'clinic'));
  const lab = change('rotate', 'lab');
  rotating.set('lab', lab);
  await killOnceStored('lab', lab);
  assert.equal(nameOf((await kept('lab')).rotation?.previous ?? (await kept('lab')).current), first, 'the old share is kept');
  rotating.set('lab', change('rotate', 'lab'));
  second = await keyOf(rotating);
  assert.notEqual(second, first);
  for (const h of HOLDERS) {
    const { current, pending, rotation, history } = await kept(h);
    assert.deepEqual([current?.epoch, pending, nameOf(rotation?.previous), nameOf(current)], [2, null, first, second]);
    assert.deepEqual(
      history.map((k) => [k.key, k.how, k.until === null, k.deleted]),
      [
        [first, 'made', false, null],
        [second, 'rotated', true, null],
      ],
    );
    assert.equal(statSync(sealed(h)).mode & 0o777, 0o600);
  }
});

test('a file is mapped to what is made afresh under the next key; nothing is made under the old one', async () => {
  holders = await startAll(hold);
  assert.equal((await holders.get('clinic')?.ready)?.['maps'], first);
  assert.match(holders.get('clinic')?.heard() ?? '', new RegExp(`epoch 1 \\(key ${first}\\) are mapped to epoch 2`));
  const fresh = await make(['--key', second]);
  assert.deepEqual([fresh.code, fresh.document.epoch], [0, 2]);
  assert.equal((await make(['--key', first])).error, 'pseudonyms/too-few');
  const wrong = ['', 'x', 'f'.repeat(64), '0'.repeat(64)].map((bad, i) => `${bad || '""'},bad ${i}`);
  const mapped = await remap([...old, ...wrong], first);
  assert.equal(mapped.code, 0, mapped.stderr);
  assert.deepEqual(mapped.rows, fresh.rows);
  const { read, accepted, rejected, reasons, distinct, written, from, key, epoch } = mapped.document;
  assert.deepEqual([read, accepted, rejected, distinct, written, from, key, epoch], [7, 3, 4, 2, 3, first, second, 2]);
  assert.deepEqual(reasons, [
    { reason: 'missing', rows: 1 },
    { reason: 'form', rows: 1 },
    { reason: 'not-a-pseudonym', rows: 2 },
  ]);
  const empty = await remap([...old, ...wrong], first, ['--rejected', 'empty', '--key', second]);
  assert.deepEqual(column(empty.rows, 'pseudonym').slice(3), ['', '', '', '']);
  assert.equal((await remap([...old, ...wrong], first, ['--rejected', 'refuse'])).error, 'pseudonyms/rejected');
  const again = await remap(mapped.rows ?? [], second);
  assert.deepEqual([again.code, again.error, again.rows], [3, 'pseudonyms/not-mapped', null], 'mapped already');
  assert.equal((await remap(old, '0'.repeat(64))).error, 'pseudonyms/not-mapped');
});

test('mapping counts against the same limit as making, and works with one holder killed', async () => {
  const many = Array.from({ length: 33 }, (_, i) => `${column(old, 'pseudonym')[i % 2]},${i}`);
  // Used by now, at each holder that helps: 2 to make before, 2 afresh, twice 2 and the old key itself to map.
  await holders.get('hospital')?.end('SIGKILL');
  const killed = await remap(['pseudonym,note', ...many], first);
  assert.equal(killed.code, 0, killed.stderr);
  assert.match(killed.stderr, /without hospital/);
  assert.deepEqual([killed.document.distinct, killed.document.written], [2, 33], 'each pseudonym is mapped once');
  let refused = killed;
  for (let i = 0; i < 12 && refused.code === 0; i++) refused = await remap(old, first);
  assert.deepEqual([refused.code, refused.error, refused.rows], [3, 'pseudonyms/limit', null]);
  await Promise.all(rest('hospital').map((h) => holders.get(h)?.end()));
});

test('an unfinished rotation is not rotated, and not finished before all have the next key; then nothing is mapped any more', async () => {
  const early = await change('rotate', 'hospital').ended;
  assert.deepEqual([early.code, early.error], [3, 'pseudonyms/unfinished']);
  const unsure = await change('finish', 'hospital').ended;
  assert.deepEqual([unsure.code, unsure.error], [2, 'usage/not-confirmed']);
  assert.match(unsure.stderr, /can't be mapped any more/);
  // As if the clinic had crashed before it heard that all have stored: it goes on with the old key until all can say.
  await rewrite('clinic', backwards);
  const lonely = hold('clinic');
  assert.equal((await lonely.ready).key, first);
  assert.match(lonely.heard(), /Not all others could say/);
  const others = new Map(rest('hospital').map((h) => [h, h === 'clinic' ? lonely : hold(h)]));
  const refused = await change('finish', 'hospital', ['--yes']).ended;
  assert.deepEqual([refused.code, refused.error], [1, 'pseudonyms/half-rotation']);
  assert.notEqual((await kept('hospital')).rotation, null);
  await endAll(others);
  // What is left is ended by rotating there while the others hold.
  const settled = await startAll((h) => (h === 'clinic' ? change('rotate', h) : hold(h)));
  assert.equal(await keyOf(settled), second);
  await settled.get('clinic')?.ended;
  settled.set('clinic', hold('clinic'));
  assert.equal(await keyOf(settled), second);

  for (const h of HOLDERS) {
    await settled.get(h)?.end();
    // The last one does not ask the others.
    const done = await change('finish', h, h === 'lab' ? ['--yes', '--alone'] : ['--yes']).ended;
    assert.deepEqual([done.code, JSON.parse(done.stdout).deleted], [0, first], done.stderr);
    const { rotation, history } = await kept(h);
    assert.equal(rotation, null);
    assert.deepEqual([history[0]?.key, typeof history[0]?.deleted], [first, 'number']);
    settled.set(h, hold(h, ['--limit', '1000']));
    await settled.get(h)?.ready;
  }
  const late = await remap(old, first);
  assert.deepEqual([late.code, late.error, late.rows], [3, 'pseudonyms/not-mapped', null]);
  assert.equal((await make(['--key', second])).code, 0);
  const shown = await start(['show', '--home', at('lab'), '--folder', at('lab.share')]).ended;
  const { keys, maps, pending, purpose } = JSON.parse(shown.stdout);
  assert.deepEqual([keys.length, keys[1].key, keys[1].until, maps, pending, purpose], [2, second, null, null, null, 'cohort']);
  assert.match(keys[0].deleted, /^\d{4}-\d\d-\d\dT/);
  await endAll(settled);
  assert.equal((await change('finish', 'lab', ['--yes']).ended).error, 'pseudonyms/nothing-to-finish');
});

/** The disk of a holder that has stored the next key, and does not know that all have. */
const backwards = ({ current, rotation, history }: Kept): Kept => ({
  current: rotation?.previous ?? null,
  pending: current && rotation && { how: 'rotated', share: current, factor: rotation.factor },
  rotation: null,
  history: history.slice(0, -1).map((k) => ({ ...k, until: null })),
});

test('wrong folders, missing holders and thresholds that are too high are refused', async () => {
  const empty = await start(['rotate', ...own('lab', rest('lab'), 'nowhere')]).ended;
  assert.deepEqual([empty.code, empty.error], [1, 'pseudonyms/no-share']);
  const few = await start(['rotate', ...own('lab', ['clinic'])]).ended;
  assert.deepEqual([few.code, few.error], [1, 'pseudonyms/other-folder']);
  const foreign = await start(['rotate', ...own('lab', rest('lab'), 'clinic.share')]).ended;
  assert.equal(foreign.error, 'pseudonyms/damaged-folder', "another station's secret");
  assert.equal((await start(['show', '--home', at('lab'), '--folder', at('not there')]).ended).error, 'pseudonyms/no-share');
  assert.ok(!existsSync(at('not there')));
  const absent = await start(['rotate', ...own('lab'), '--wait', '2']).ended;
  assert.deepEqual([absent.code, absent.error], [5, 'pseudonyms/not-all-here']);
  assert.equal(nameOf((await kept('lab')).current), second, 'nothing is lost');
  // Two of two can't be rotated: twice the threshold, less one, are three.
  const two = (name: HolderName, other: HolderName) =>
    start(['hold', ...own(name, [other], `${name}.two`), '--threshold', '2', '--purpose', 'two', '--wait', '60']);
  const both = [two('lab', 'clinic'), two('clinic', 'lab')];
  await Promise.all(both.map((r) => r.ready));
  await Promise.all(both.map((r) => r.end()));
  const high = await start(['rotate', ...own('lab', ['clinic'], 'lab.two')]).ended;
  assert.deepEqual([high.code, high.error], [3, 'pseudonyms/too-few'], 'at once, not after waiting');
});
