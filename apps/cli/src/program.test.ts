import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildProgram, wantsJson } from './program.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../bin/sluis.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-program-'));
after(() => rmSync(folder, { recursive: true }));

function started(program: readonly string[], args: readonly string[]) {
  const env = { PATH: process.env['PATH'], LANG: 'C', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const done = spawnSync(process.execPath, [...program, ...args], { encoding: 'utf8', env, cwd: folder });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** What the launcher starts, which is all that these need. */
const sluis = (...args: string[]) => started(['--disable-warning=ExperimentalWarning', MAIN], args);

test('every command has help that says what it is for', () => {
  const visit = (command: ReturnType<typeof buildProgram>): void => {
    assert.notEqual(command.description(), '', command.name());
    for (const option of command.options) assert.notEqual(option.description, '', `${command.name()} ${option.flags}`);
    for (const child of command.commands) visit(child as typeof command);
  };
  const program = buildProgram(true);
  visit(program);
  const names = program.commands.map((c) => c.name());
  for (const name of [
    'try',
    'demo',
    'station',
    'agreement',
    'dataset',
    'ask',
    'explain',
    'runs',
    'approve',
    'refuse',
    'cancel',
    'result',
    'verify',
    'budget',
    'collect',
    'matching',
    'pseudonyms',
  ]) {
    assert.ok(names.includes(name), name);
  }
});

test('knows from the arguments alone whether stdout must be JSON', () => {
  assert.equal(wantsJson(['ask', 'x', '--json']), true);
  assert.equal(wantsJson(['ask', 'x', '--format', 'json']), true);
  assert.equal(wantsJson(['ask', 'x', '--format=json']), true);
  assert.equal(wantsJson(['ask', 'json', '--format', 'csv']), false);
});

test('wrong usage ends with 2, in words or as one JSON document', () => {
  const words = sluis('ask', '--nonsense');
  assert.equal(words.code, 2);
  assert.equal(words.out, '');
  assert.match(words.err, /unknown option/);
  const json = sluis('ask', '--nonsense', '--json');
  assert.equal(json.code, 2);
  const { error } = JSON.parse(json.out) as { error: Record<string, unknown> };
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'party', 'remedy', 'stage']);
});

test('help and version end with 0', () => {
  assert.equal(sluis('--help').code, 0);
  assert.match(started([LAUNCHER], ['--version']).out, /^\d+\.\d+\.\d+\n$/);
  assert.match(sluis('try', '--help').out, /Examples:/);
});

test('a missing station is said in words that help', () => {
  const none = sluis('runs', '--json', '--home', join(folder, 'none'));
  assert.equal(none.code, 2);
  assert.equal((JSON.parse(none.out) as { error: { code: string } }).error.code, 'station/not-initialised');
  const unnamed = sluis('runs');
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.err, /--home/);
});

test('contribute: its help shows every option of a deposit, and what is missing is said', () => {
  const help = sluis('contribute', '--help').out;
  for (const option of [
    '--from',
    '--replace',
    '--anonymous',
    '--dry-run',
    '--drop-invalid',
    '--identity',
    'issuer-key',
    'withdraw',
    'Examples:',
  ])
    assert.ok(help.includes(option), option);
  const bare = sluis('contribute');
  assert.equal(bare.code, 2);
  assert.match(bare.err, /Usage: sluis contribute <table> --from <file>/);
  const fileless = sluis('contribute', 'incidents', '--json');
  assert.equal(fileless.code, 2);
  assert.equal(JSON.parse(fileless.out).error.code, 'usage/no-file');
  const file = fileURLToPath(import.meta.url);
  const deposit = ['incidents', '--from', file, '--identity', join(folder, 'me.json'), '--json'];
  assert.equal(sluis('contribute', 'identity', 'create', '--name', 'me', '--out', join(folder, 'me.json')).code, 0);
  for (const args of [deposit, ['rows', ...deposit], ['list', '--identity', join(folder, 'me.json'), '--json']]) {
    const missing = sluis('contribute', ...args, '--agreement', '/nonexistent.yaml');
    assert.equal(missing.code, 2);
    assert.match(JSON.parse(missing.out).error.message, /\/nonexistent\.yaml does not exist/);
  }
});
