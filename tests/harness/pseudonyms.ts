/** Holders of a key for pseudonyms and organisations that ask, as real processes with real TLS between them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decryptWithSecret, encryptWithSecret, loadRistretto } from '@sluis/crypto';
import { findSecret } from '@sluis/keys';
import { RUNTIME_FLAGS, runtimeEnvironment } from '../../apps/cli/bin/runtime.js';
import { FOLDER_CONTEXT } from '../../apps/cli/src/pseudonyms/holder-folder.ts';
import { decodeKept, encodeKept, type Kept } from '../../apps/cli/src/pseudonyms/kept-keys.ts';
import { freePorts } from '../../apps/cli/src/sandbox/ports.ts';
import { sluis } from './command-line.ts';

/** Without the launcher, so that a kill hits the holder itself. */
const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

export interface Running {
  /** What it printed as JSON: for `hold` once it answers, for others at their end. */
  readonly ready: Promise<Record<string, unknown> & { readonly key: string }>;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
    readonly error: string | undefined;
  }>;
  readonly heard: () => string;
  readonly end: (signal?: NodeJS.Signals) => Running['ended'];
}

/** A folder with stations of these names, as long as the tests of one file run. */
export function pseudonymsBench(names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-pseudonyms-'));
  const at = (name: string) => join(folder, name);
  const card = (name: string) => at(`${name}.card.json`);
  const running = new Set<ChildProcess>();
  before(async () => {
    const ports = await freePorts(names.length);
    for (const [i, name] of names.entries()) {
      const made = await sluis(['station', 'init', '--home', at(name), '--name', name, '--listen', `127.0.0.1:${ports[i]}`]);
      assert.equal(made.code, 0, made.stderr);
      assert.equal((await sluis(['station', 'card', '--home', at(name), '--output', card(name)])).code, 0);
    }
  });
  after(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Starts `sluis pseudonyms …` with `--json`. */
  function start(args: readonly string[]): Running {
    const child = spawn(process.execPath, [...RUNTIME_FLAGS, MAIN, 'pseudonyms', ...args, '--json'], {
      env: runtimeEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let [stdout, stderr] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      stderr += s;
    });
    const ended: Running['ended'] = new Promise((resolve) =>
      child.once('close', (code) => {
        running.delete(child);
        const error = stdout.startsWith('{"error"') ? JSON.parse(stdout).error.code : undefined;
        resolve({ code, stdout, stderr, error });
      }),
    );
    const ready: Running['ready'] = new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (s: string) => {
        stdout += s;
        if (!stdout.endsWith('\n')) return;
        const document = JSON.parse(stdout);
        if (document.error === undefined) resolve(document);
        else reject(new Error(`${stdout}${stderr}`));
      });
      void ended.then((e) => reject(new Error(`${e.stdout}${e.stderr}`)));
    });
    ready.catch(() => undefined);
    const end = (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    };
    return { ready, ended, heard: () => stderr, end };
  }

  /** What a command does with a file: its document, and the lines it wrote. */
  async function onFile(command: 'make' | 'remap', asker: string, csv: string, more: readonly string[]) {
    const [file, output] = [at(`${asker}.csv`), at(`${asker}.out.csv`)];
    writeFileSync(file, csv);
    rmSync(output, { force: true });
    const done = await sluis(['pseudonyms', command, file, '--home', at(asker), '--output', output, '--json', ...more]);
    const document = JSON.parse(done.stdout);
    const rows = existsSync(output) ? readFileSync(output, 'utf8').trimEnd().split('\r\n') : null;
    if (rows !== null) assert.equal(statSync(output).mode & 0o777, 0o600);
    return { ...done, document, error: document.error?.code as string | undefined, rows };
  }

  const shareFolder = (holder: string) => at(`${holder}.share`);
  const sealed = (holder: string) => join(shareFolder(holder), 'share.sealed');

  /** What a holder that does not run keeps on its disk. */
  async function kept(holder: string): Promise<Kept> {
    const plain = decryptWithSecret(findSecret(at(holder)) as Uint8Array, new Uint8Array(readFileSync(sealed(holder))), FOLDER_CONTEXT);
    return decodeKept(await loadRistretto(), plain as Uint8Array);
  }

  /** Makes the disk as it was at another moment. */
  async function rewrite(holder: string, change: (kept: Kept) => Kept): Promise<void> {
    const plain = encodeKept(change(await kept(holder)));
    writeFileSync(sealed(holder), encryptWithSecret(findSecret(at(holder)) as Uint8Array, plain, FOLDER_CONTEXT));
  }

  return { at, card, start, onFile, shareFolder, sealed, kept, rewrite };
}

/** A column of lines of CSV without quotes. */
export const column = (rows: readonly string[] | null, name: string): string[] => {
  const [head = '', ...rest] = rows ?? [];
  return rest.map((line) => line.split(',')[head.split(',').indexOf(name)] ?? '');
};
