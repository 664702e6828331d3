#!/usr/bin/env node
// Starts the command line on the pinned runtime. Plain JavaScript: this file runs on any Node from 18 on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RUNTIME_FLAGS, runtimeEnvironment } from './runtime.js';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts');

function pinnedRuntime() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function runningRuntime() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 7) ? process.execPath : null;
}

const runtime = pinnedRuntime() ?? runningRuntime();
if (runtime === null) {
  console.error(
    `Sluis runs on Node 24.7 or newer; this is Node ${process.versions.node}, and the runtime that npm installs for ` +
      `${process.platform}-${process.arch} is missing.\nRun "npm install" again without --omit=optional, or install Node 24.`,
  );
  process.exit(1);
}

const child = spawn(runtime, [...RUNTIME_FLAGS, main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: runtimeEnvironment(process.env),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`The runtime ${runtime} can't be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
