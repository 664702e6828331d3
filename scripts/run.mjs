#!/usr/bin/env node
// Starts a task on the pinned runtime after making sure that dependencies are there.
// Plain JavaScript: this file runs on whatever Node (≥ 20) the machine has.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const TASKS = {
  demo: ['apps/cli/src/main.ts', 'demo'],
  test: ['scripts/test.ts'],
  'test:long': ['scripts/test.ts', '--long'],
  check: ['scripts/check.ts'],
  bench: ['bench/main.ts'],
  layout: ['scripts/layout.ts'],
  page: ['scripts/contribute-page.ts'],
};

function fail(message) {
  console.error(message);
  process.exit(1);
}

function installIfNeeded() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 1000;
  if (fresh && runtime() !== null) return;
  console.error('Installing dependencies (once; about half a minute) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = (command, errors) =>
    spawnSync(npm, [...command, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'ignore', errors] })
      .status === 0;
  // A registry that lacks other platforms' packages makes "ci" refuse the lock file; "install" keeps to its versions too.
  if (!run(['ci'], 'ignore') && !run(['install', '--no-save'], 'inherit'))
    fail('npm could not install the dependencies. Check the network and the npm registry settings, then try again.');
}

function runtime() {
  const path = join(root, 'node_modules', `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(path)) return path;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 7) ? process.execPath : null;
}

const task = TASKS[process.argv[2]];
if (task === undefined) fail(`Usage: node scripts/run.mjs ${Object.keys(TASKS).join('|')}`);
installIfNeeded();
const node = runtime();
if (node === null) fail('Sluis needs Node 24.7 or newer on this platform; none was found in node_modules or as the running Node.');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...task, ...process.argv.slice(3)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
