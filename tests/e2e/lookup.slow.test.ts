/** `sluis lookup`: an owner's real process and clients' real processes, TLS between them; no station is needed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LAUNCHER, sluis } from '../harness/command-line.ts';
import { notAcrossMidnight } from '../harness/midnight.ts';
import { assertPrivate } from '../harness/private-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-lookup-'));
const register = join(folder, 'register.csv');
const cache = join(folder, 'cache');
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGTERM');
  rmSync(folder, { recursive: true });
});

interface Owner {
  readonly url: string;
  readonly document: { version: number; epoch: number; entries: number; bytes: number };
  readonly heard: () => string;
  readonly end: () => Promise<number | null>;
}

/** Serves the register and returns once it can be asked. */
async function serve(args: readonly string[]): Promise<Owner> {
  const child = spawn(process.execPath, [LAUNCHER, 'lookup', 'serve', register, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stderr.setEncoding('utf8').on('data', (s: string) => {
    stderr += s;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (s: string) => {
      stdout += s;
      if (stdout.endsWith('\n')) resolve();
    });
    void ended.then(() => reject(new Error(stderr)));
  });
  const document = JSON.parse(stdout);
  const end = async () => {
    child.kill('SIGTERM');
    running.delete(child);
    return ended;
  };
  return { url: document.url, document, heard: () => stderr, end };
}

async function ask(url: string, ids: readonly string[], args: readonly string[] = []) {
  const { code, stdout, stderr } = await sluis(['lookup', 'ask', url, ...ids, '--json', '--cache', cache, ...args]);
  const { answers, error, timings } = JSON.parse(stdout);
  return { code, error: error?.code as string | undefined, answers: answers as unknown[], timings, stderr };
}

const rows = (n: number) => Array.from({ length: n }, (_, i) => `${i % 7 === 0 ? ` P${i}` : `p${i}`},${i * i},${i}\n`).join('');
before(() => void process.umask(0));
before(async () => {
  writeFileSync(register, `Id,n,note\n${rows(300)},4,\np1,1,1\n`);
  await notAcrossMidnight();
});

let owner: Owner;
const SERVE = ['--on', 'Id', '--value', 'n', '--recipe', 'text@1', '--limit', '20'];

test('answers with values, in the order asked; what is served says what it left out', async () => {
  owner = await serve(SERVE);
  assert.deepEqual([owner.document.version, owner.document.entries], [1, 300]);
  assert.match(owner.heard(), /1 row without a usable identifier/);
  assert.match(owner.heard(), /1 row with an identifier that stands in another row/);
  const first = await ask(owner.url, ['p299', 'nobody', 'P7', '  p0']);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(first.answers, [
    { id: 'p299', found: true, value: 89_401 },
    { id: 'nobody', found: false, value: null },
    { id: 'P7', found: true, value: 49 },
    { id: '  p0', found: true, value: 0 },
  ]);
  assert.ok(first.timings.totalMs > 0);
  assert.match(first.stderr, /downloaded/);
  const table = await sluis(['lookup', 'ask', owner.url, '--from', '-', '--cache', cache], {
    input: 'p4\nnobody\n',
    env: { SLUIS_LANG: 'nl' },
  });
  assert.match(table.stdout, /p4 +ja +16\nnobody +nee/);
  assert.doesNotMatch(table.stderr, /opgehaald/, 'nothing had to be downloaded again');
  for (const kept of [`${register}.lookup`, cache]) assert.ok(assertPrivate(kept).length > 3, kept);
});

test('limits last over a restart; the address stays; changes come as differences', async () => {
  const spent = await ask(
    owner.url,
    Array.from({ length: 30 }, (_, i) => `p${i}`),
  );
  assert.deepEqual([spent.code, spent.error], [3, 'lookup/limit'], 'two questions of 4 went before one of 64');
  assert.equal(await owner.end(), 0);
  const gone = await ask(owner.url, ['p1']);
  assert.deepEqual([gone.code, gone.error], [5, 'lookup/unreachable']);
  writeFileSync(register, `Id,n,note\n${rows(299)}new,-5,\n`);
  const again = await serve(SERVE);
  assert.equal(again.url, owner.url);
  assert.equal(again.document.version, 2);
  assert.match(again.heard(), /1 added or changed, 1 removed/);
  owner = again;
  const third = await ask(owner.url, ['p299', 'new', 'p298']);
  assert.deepEqual(
    third.answers.map((a) => (a as { value: unknown }).value),
    [null, -5, 88_804],
  );
  assert.match(third.stderr, /Version 2 .*\(\d+(\.\d+)? k?B downloaded\)/);
  const refused = await ask(owner.url, ['p1', 'p2', 'p3', 'p4', 'p5']);
  assert.equal(refused.error, 'lookup/limit', '4 and 16 would be within the limit, but 8 were spent before');
  await owner.end();
});

test('another key at the address, a wrong address and a wrong file are refused', async () => {
  owner = await serve([...SERVE, '--limit', '1000']);
  const pins = owner.url.split('#')[1] ?? '';
  const other = `${pins.slice(0, 60)}${pins[60] === 'A' ? 'B' : 'A'}${pins.slice(61)}`;
  assert.equal((await ask(owner.url.replace(pins, other), ['p1'])).error, 'lookup/certificate');
  const signer = `${pins[0] === 'A' ? 'B' : 'A'}${pins.slice(1)}`;
  assert.equal((await ask(owner.url.replace(pins, signer), ['p1'])).error, 'lookup/signature');
  assert.deepEqual((await ask(owner.url.split('#')[0] ?? '', ['p1'])).error, 'usage/lookup-address');
  const wrong = await sluis(['lookup', 'serve', register, '--on', 'nope', '--state', join(folder, 'x')]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /dataset\/no-column/);
  await owner.end();
});

test('with --watch a changed file is published; with --client others are kept out; --rotate begins anew', async () => {
  const home = join(folder, 'station');
  assert.equal((await sluis(['station', 'init', '--home', home, '--name', 'hospital', '--listen', '127.0.0.1:1'])).code, 0);
  const card = join(folder, 'card.json');
  await sluis(['station', 'card', '--home', home, '--output', card]);
  owner = await serve([...SERVE, '--watch', '--rotate', '--client', card]);
  assert.deepEqual([owner.document.version, owner.document.epoch], [4, 2], 'another limit made version 3');
  assert.equal((await ask(owner.url, ['p1'])).error, 'lookup/unknown-client');
  assert.deepEqual((await ask(owner.url, ['later'], ['--home', home])).answers, [{ id: 'later', found: false, value: null }]);
  writeFileSync(register, `Id,n,note\n${rows(299)}new,-5,\nlater,6,\n`);
  for (let i = 0; i < 6_000 && !owner.heard().includes('version 5'); i++) await new Promise((r) => setTimeout(r, 100));
  assert.deepEqual((await ask(owner.url, ['later'], ['--home', home, '--parts'])).answers, [{ id: 'later', found: true, value: 6 }]);
  assert.equal(await owner.end(), 0);
});
