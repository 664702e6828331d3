/** `sluis try` as people run it: real processes, real TLS. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-try-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const environment = (temporary: string) => ({
  PATH: process.env['PATH'],
  LANG: 'C',
  TMPDIR: temporary,
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
});

function sluis(...args: string[]) {
  const done = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: environment(folder), maxBuffer: 1e8 });
  return { code: done.status, out: done.stdout, err: done.stderr, json: () => JSON.parse(done.stdout) as Record<string, unknown> };
}

/** Rows `sector,cost` per organisation: many of Energy everywhere, a few of Mining at one organisation. */
function writeParties(dir: string, names: readonly string[], rows = 10): string {
  const path = join(folder, dir);
  execFileSync('mkdir', ['-p', path]);
  names.forEach((name, i) => {
    const energy = Array.from({ length: rows + i }, (_, n) => `Energy,${n}.25`);
    const mining = i === 0 ? Array.from({ length: 7 }, () => 'Mining,1.00') : [];
    writeFileSync(join(path, `party_${name}.csv`), ['sector,cost', ...energy, ...mining, ''].join('\n'));
  });
  return path;
}

const leftovers = () => readdirSync(folder).filter((entry) => /^sluis-[A-Za-z0-9]{6}$/.test(entry));

test('answers over files, hides a group of one organisation, and leaves a receipt that verifies', () => {
  const dir = writeParties('three', ['north', 'south', 'west']);
  const kept = join(folder, 'kept');
  const run = sluis(
    'try',
    dir,
    '--ask',
    'SELECT sector, count(*) AS n, sum(cost) AS cost FROM data GROUP BY sector',
    '--json',
    '--keep',
    kept,
  );
  assert.equal(run.code, 0, run.err);
  const answer = run.json();
  assert.deepEqual(Object.keys(answer), ['columns', 'rows', 'suppressed', 'receipt', 'explain', 'timings', 'bytes', 'rounds']);
  // 10 + 11 + 12 rows; the costs of n rows are 0.25 n + n(n − 1)/2.
  assert.deepEqual(answer['rows'], [['Energy', 33, '174.25']]);
  assert.deepEqual(answer['suppressed'], [{ group: { sector: 'Mining' }, cells: ['n', 'cost'], reason: 'suppressed or empty' }]);
  assert.match(run.err, /sandbox/i);
  assert.equal(statSync(kept).mode & 0o777, 0o700);

  const receipt = join(kept, 'receipt.json');
  const verified = sluis('verify', receipt, '--agreement', join(kept, 'agreement.yaml'), '--json');
  assert.equal(verified.code, 0, verified.out + verified.err);
  assert.deepEqual(verified.json()['rows'], answer['rows']);
  const bytes = readFileSync(receipt);
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
  writeFileSync(join(kept, 'changed.json'), bytes);
  const changed = sluis('verify', join(kept, 'changed.json'), '--json');
  assert.equal(changed.code, 2);
  assert.match(String((changed.json()['error'] as { code: string }).code), /^(receipt|encoding)\//);
  assert.deepEqual(leftovers(), []);
});

test('two organisations get a third station; nothing above the rules is 4, an unsupported question 3', () => {
  const dir = writeParties('two', ['north', 'south']);
  const none = sluis('try', dir, '--ask', "SELECT count(*) AS n FROM data WHERE sector = 'Mining'", '--json', '--receiver', 'SOUTH');
  assert.equal(none.code, 4, none.err);
  assert.deepEqual(none.json()['rows'], []);
  assert.equal((none.json()['error'] as { code: string }).code, 'release/nothing-passed');
  assert.match(none.err, /third-station/);
  const refused = sluis('try', dir, '--ask', 'SELECT mode(cost) FROM data', '--json');
  assert.equal(refused.code, 3, refused.err);
  assert.match((refused.json()['error'] as { message: string }).message, /mode/);
  assert.deepEqual(leftovers(), []);
});

/** Starts a question in a folder of its own and interrupts it some time after it has said a word. */
async function interrupt(dir: string, word: string, afterMs: number) {
  const own = mkdtempSync(join(folder, 'interruption-'));
  const child = spawn(process.execPath, [MAIN, 'try', dir, '--ask', 'SELECT count(*) FROM data', '--json'], {
    env: environment(own),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  await new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
      if (err.includes(word)) resolve();
    });
  });
  setTimeout(() => child.kill('SIGINT'), afterMs);
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, out, err, own };
}

for (const [when, rows, word, afterMs] of [
  ['while stations start', 10, 'Starting', 150],
  ['while data are connected', 150_000, 'Providers connect', 0],
] as const)
  test(`an interruption ${when} ends every station and removes the folder`, async () => {
    const dir = writeParties(`interrupted-${rows}`, ['north', 'south', 'west'], rows);
    const { code, out, err, own } = await interrupt(dir, word, afterMs);
    assert.equal(code, 1);
    assert.equal((JSON.parse(out) as { error: { code: string } }).error.code, 'run/cancelled');
    assert.ok(!err.includes('all within the agreement'), 'what is interrupted is not waited for');
    assert.deepEqual(
      readdirSync(own).filter((e) => e.startsWith('sluis-')),
      [],
    );
    // Stations name their home on their command line; none of this test's may be left.
    const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    assert.equal(processes.includes(own), false);
  });
