/** `sluis pseudonyms reshare`: a lost share, a missed rotation and another holder, with real processes and real TLS. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kept, nameOf } from '../../apps/cli/src/pseudonyms/kept-keys.ts';
import { column, pseudonymsBench, type Running } from '../harness/pseudonyms.ts';

const FIRST = ['hospital', 'clinic', 'lab'] as const;
const LATER = ['hospital', 'clinic', 'archive'] as const;
type HolderName = (typeof FIRST)[number] | (typeof LATER)[number];
const { at, card, start, onFile, shareFolder, sealed, kept, rewrite } = pseudonymsBench([...FIRST, 'archive', 'registry']);

const own = (name: HolderName, all: readonly HolderName[]) => [
  ...all.filter((h) => h !== name).flatMap((h) => ['--with', card(h)]),
  ...['--home', at(name), '--folder', shareFolder(name), '--wait', '300'],
];
const terms = (threshold: number) => ['--threshold', String(threshold), '--purpose', 'cohort'];
const hold = (all: readonly HolderName[], threshold: number) => (name: HolderName) =>
  start(['hold', ...own(name, all), ...terms(threshold), '--allow', card('registry'), '--limit', '1000']);
const reshare = (all: readonly HolderName[], threshold: number, key: string) => (name: HolderName) =>
  start(['reshare', ...own(name, all), ...terms(threshold), '--key', key]);

/** Starts all and waits until each holds or has ended; the key is the same at all. */
async function startAll(all: readonly HolderName[], begin: (name: HolderName) => Running) {
  const running = new Map(all.map((h) => [h, begin(h)]));
  const keys = new Set(await Promise.all([...running.values()].map(async (r) => (await r.ready).key)));
  assert.equal(keys.size, 1);
  return { key: [...keys][0] ?? '', end: () => Promise.all([...running.values()].map((r) => r.end())) };
}

const cards = (all: readonly HolderName[]) => all.flatMap((h) => ['--holder', card(h)]);
const PEOPLE = 'mail,note\njan@example.org,a\npiet@example.org,b\n';
async function make(all: readonly HolderName[], key: string): Promise<readonly string[]> {
  const { rows, stderr } = await onFile('make', 'registry', PEOPLE, ['--on', 'mail', '--recipe', 'email@1', '--key', key, ...cards(all)]);
  assert.equal(rows?.length, 3, stderr);
  return rows ?? [];
}

let [first, shared] = ['', ''];
let rows: readonly string[] = [];

test('a holder that lost its folder gets a share anew; pseudonyms stay, and the old shares are gone', async () => {
  const before = await startAll(FIRST, hold(FIRST, 2));
  first = before.key;
  rows = await make(FIRST, first);
  await before.end();
  const backup = await kept('clinic');
  const old = backup.current;
  rmSync(shareFolder('lab'), { recursive: true });

  const unknown = (h: HolderName) => start(['reshare', ...own(h, FIRST), ...terms(2), '--key', '0'.repeat(64), '--wait', '25']);
  const refused = await Promise.all(FIRST.map((h) => unknown(h).ended));
  // Once one was refused it is gone, and others may wait for it in vain.
  assert.ok(refused.some((r) => r.code === 3 && r.error === 'pseudonyms/too-few'));
  assert.ok(refused.every((r) => r.code !== 0));

  const done = await startAll(FIRST, reshare(FIRST, 2, first));
  shared = done.key;
  assert.equal(shared, first, 'the id of a key does not depend on how it is shared');
  await done.end();
  for (const h of FIRST) {
    const { current, history } = await kept(h);
    assert.deepEqual([nameOf(current), current?.epoch, current?.publicKey], [shared, 1, old?.publicKey]);
    assert.equal(history.at(-1)?.how, 'reshared');
  }
  assert.notDeepEqual((await kept('clinic')).current?.secret, old?.secret);
  assert.equal(typeof (await kept('clinic')).history[0]?.deleted, 'number');

  // A backup from before holds a share of no use: it gets another one, as if it had none.
  await rewrite('clinic', () => backup);
  await (await startAll(FIRST, reshare(FIRST, 2, first))).end();

  const after = await startAll(FIRST, hold(FIRST, 2));
  assert.equal(after.key, shared);
  assert.deepEqual(await make(['hospital', 'lab'], shared), rows);
  await after.end();
});

test('a holder that missed a rotation gets a share of the next key anew; the others still map', async () => {
  const rotated = await startAll(FIRST, (h) => start(['rotate', ...own(h, FIRST)]));
  await rotated.end();
  // As if the lab had restored a backup from before.
  await rewrite('lab', missed);
  const lonely = await start(['rotate', ...own('lab', FIRST), '--wait', '5']).ended;
  assert.equal(lonely.code, 5, 'alone it waits in vain');
  const others = await startAll(['hospital', 'clinic'], hold(FIRST, 2));
  const half = await start(['rotate', ...own('lab', FIRST)]).ended;
  assert.deepEqual([half.code, half.error], [1, 'pseudonyms/half-rotation']);
  await others.end();

  const healed = await startAll(FIRST, reshare(FIRST, 2, rotated.key));
  await healed.end();
  assert.deepEqual([(await kept('lab')).current?.epoch, (await kept('lab')).rotation], [2, null]);
  const after = await startAll(FIRST, hold(FIRST, 2));
  const next = await make(['lab', 'clinic'], after.key);
  assert.notDeepEqual(column(next, 'pseudonym'), column(rows, 'pseudonym'));
  const mapped = await onFile('remap', 'registry', `${rows.join('\n')}\n`, ['--from', shared, ...cards(FIRST)]);
  assert.deepEqual(mapped.rows, next);
  assert.match(mapped.stderr, /lab maps no pseudonyms/);
  rows = next;
  shared = after.key;
  await after.end();
});

/** The disk of a holder that knows nothing of the last rotation. */
const missed = ({ rotation, history }: Kept): Kept => ({
  current: rotation?.previous ?? null,
  pending: null,
  rotation: null,
  history: history.slice(0, -1).map((k, i, all) => (i === all.length - 1 ? { ...k, until: null } : k)),
});

test('a holder is replaced and the threshold raised, although the new one is killed just after it stored its share', async () => {
  const begin = reshare(LATER, 3, shared);
  const alone = await start(['reshare', ...own('archive', ['lab', 'archive']), ...terms(2), '--key', shared, '--wait', '3']).ended;
  assert.equal(alone.error, 'pseudonyms/not-all-here');
  const running = LATER.map((h) => begin(h));
  const archive = running[2] as Running;
  for (let i = 0; i < 60_000 && !existsSync(sealed('archive')); i++) await sleep(1);
  await archive.end('SIGKILL');
  running[2] = begin('archive');
  const keys = await Promise.all(running.map(async (r) => (await r.ready).key));
  assert.equal(new Set(keys).size, 1);
  await Promise.all(running.map((r) => r.end()));
  assert.equal(statSync(sealed('archive')).mode & 0o777, 0o600);
  const after = await startAll(LATER, hold(LATER, 3));
  assert.deepEqual(await make(LATER, after.key), rows);
  await after.end();
  const old = await hold(FIRST, 2)('hospital').ended;
  assert.equal(old.error, 'pseudonyms/other-folder', 'the old terms are over');
  const high = await start(['rotate', ...own('archive', LATER)]).ended;
  assert.equal(high.error, 'pseudonyms/too-few', 'three of three');
  const foreign = await start(['reshare', ...own('lab', FIRST), '--threshold', '2', '--purpose', 'other', '--key', shared]).ended;
  assert.deepEqual([foreign.code, foreign.error], [3, 'pseudonyms/other-key'], 'a share for another purpose is not replaced');
});
