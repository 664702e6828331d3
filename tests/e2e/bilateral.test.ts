/** `sluis bilateral`: two real processes, real TLS between them, two station folders; nobody else. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LAUNCHER, sluis } from '../harness/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-bilateral-'));
const cards = { bank: join(folder, 'bank.json'), insurer: join(folder, 'insurer.json') };
const homes = { bank: join(folder, 'bank'), insurer: join(folder, 'insurer') };

test.before(async () => {
  for (const name of ['bank', 'insurer'] as const) {
    assert.equal((await sluis(['station', 'init', '--home', homes[name], '--name', name, '--listen', '127.0.0.1:1'])).code, 0);
    assert.equal((await sluis(['station', 'card', '--home', homes[name], '--output', cards[name]])).code, 0);
  }
});
test.after(() => rmSync(folder, { recursive: true }));

/** Starts the bank's side and returns where it waits, and how it ends. */
async function waiting(t: TestContext, args: readonly string[], numbers: string) {
  const file = join(folder, `numbers-${Math.random()}`);
  writeFileSync(file, numbers);
  const all = [
    'bilateral',
    'answer',
    '--home',
    homes.bank,
    '--peer',
    cards.insurer,
    '--listen',
    '127.0.0.1:0',
    '--value-from',
    file,
    ...args,
  ];
  const child = spawn(process.execPath, [LAUNCHER, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill());
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (s: string) => {
    stdout += s;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      stderr += s;
      const found = /127\.0\.0\.1:(\d+)/.exec(stderr);
      if (found !== null) resolve(`127.0.0.1:${found[1]}`);
    });
    child.once('close', () => reject(new Error(stderr)));
  });
  return { address, ended };
}

const ask = (address: string, args: readonly string[], input: string, home: 'bank' | 'insurer' = 'insurer') =>
  sluis(['bilateral', 'ask', '--home', homes[home], '--peer', cards.bank, '--at', address, '--value-from', '-', ...args], { input });

test('is my threshold above your value: both learn, and only that', async (t) => {
  const bank = await waiting(t, ['--decimals', '2', '--json'], '199999.99\n250000\n-3\n');
  const asked = await ask(bank.address, ['--decimals', '2', '--json'], '200000\n250000\n-2.99\n');
  assert.equal(asked.code, 0, asked.stderr);
  const [mine, theirs] = [JSON.parse(asked.stdout), JSON.parse((await bank.ended).stdout)];
  assert.deepEqual(mine.answers, [true, false, true]);
  assert.deepEqual(theirs.answers, mine.answers);
  assert.equal(mine.threatModel, 'semi-honest');
  assert.ok(theirs.sent > 3 * 64 * 32 && mine.sent > 3 * 64 * 16);
});

test('only one side learns, in Dutch, and an exchange is played once', async (t) => {
  const bank = await waiting(t, ['--question', 'gap', '--learns', 'asker'], '70\n');
  const asked = await ask(bank.address, ['--question', 'gap', '--learns', 'asker'], '100\n');
  assert.equal(asked.stdout.trim(), '30');
  const end = await bank.ended;
  assert.deepEqual([end.code, end.stdout], [0, '']);
  const again = await ask(bank.address, ['--question', 'gap', '--learns', 'asker'], '80\n');
  assert.equal(again.code, 5, 'the other side is gone');
  const dutch = await sluis(
    ['bilateral', 'ask', '--home', homes.insurer, '--peer', cards.bank, '--at', '127.0.0.1:1', '--value-from', '-'],
    {
      input: 'x\n',
      env: { SLUIS_LANG: 'nl' },
    },
  );
  assert.equal(dutch.code, 2);
  assert.match(dutch.stderr, /Line 1 is not a number/);
});

test('sides that mean different questions, and strangers, get nothing', async (t) => {
  const bank = await waiting(t, ['--question', 'above'], '70\n');
  const asked = await ask(bank.address, ['--question', 'equal'], '70\n');
  assert.equal(asked.code, 5);
  assert.match(asked.stderr, /garbled\/other-question/);
  assert.match(asked.stderr.replaceAll('\n', ' '), /--question \(the asker gave equal, the holder above\).*start both sides again/);
  assert.equal((await bank.ended).code, 5);
  const other = await waiting(t, [], '70\n');
  const stranger = await ask(other.address, [], '100\n', 'bank');
  assert.equal(stranger.code, 5, 'the bank waits for the insurer, not for somebody with another key');
  const right = await ask(other.address, [], '100\n');
  assert.equal(right.stdout.trim(), 'yes', 'a stranger does not use up the one exchange');
});

test('other decimals, width, learner or words compute nothing, and both sides are told what differs', async (t) => {
  const both = ['--decimals', '1', '--label', 'Exposure to Acme, EUR'];
  for (const [args, told] of [
    [['--decimals', '2', '--label', 'Exposure to Acme, EUR'], /--decimals \(the asker gave 2, the holder 1\)/],
    [[...both, '--width', '32'], /--width \(the asker gave 32, the holder 64\)/],
    [[...both, '--learns', 'asker'], /--learns \(the asker gave asker, the holder both\)/],
    [['--decimals', '1', '--label', 'Exposure to Bolt, EUR'], /questions: --label\./],
  ] as const) {
    const bank = await waiting(t, [...both, '--json'], '70.5\n');
    const asked = await ask(bank.address, [...args, '--json'], '70.4\n');
    for (const { code, stdout } of [asked, await bank.ended]) {
      assert.equal(code, 5, stdout);
      const { error, answers } = JSON.parse(stdout);
      assert.equal(error.code, 'garbled/other-question');
      assert.match(error.message, told);
      assert.match(error.message, /Nothing was computed/);
      assert.equal(answers, undefined);
    }
  }
  const bank = await waiting(t, both, '70.5\n');
  const asked = await ask(bank.address, ['--decimals', '1', '--label', ' Exposure to  Acme, EUR '], '70.6\n');
  assert.equal(asked.stdout.trim(), 'yes', asked.stderr);
});

test('a different number of lines is refused on both sides', async (t) => {
  const bank = await waiting(t, [], '70\n71\n');
  const asked = await ask(bank.address, [], '100\n');
  assert.equal(asked.code, 3);
  assert.match(asked.stderr, /different number/);
  assert.equal((await bank.ended).code, 3);
});
