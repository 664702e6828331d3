/** A station as a child process that never outlives this one: it stops when its standard input ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StationError } from '@sluis/base';
import { RUNTIME_FLAGS, runtimeEnvironment } from '../../bin/runtime.js';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const READY_MS = 120_000;
const STOP_MS = 5_000;

export class StationProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #errors = '';

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#errors = (this.#errors + chunk).slice(-4000);
    });
    // A child that has died closes its pipes; that is noticed elsewhere.
    child.stdin?.on('error', () => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Starts a process; `ready` says when it is one that answers. */
  static spawn(name: string, home: string, environment: Readonly<Record<string, string>> = {}): StationProcess {
    const args = [...RUNTIME_FLAGS, MAIN, 'station', 'start', '--home', home, '--json', '--quiet', '--until-stdin-ends'];
    // Detached, so that Ctrl-C in a terminal reaches this process only, which then cancels and stops its stations in order.
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: runtimeEnvironment({ ...cleanEnvironment(), ...environment }),
    });
    return new StationProcess(name, child);
  }

  /** Asks the station to stop, then makes sure. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** For a process that is ending and can't wait. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the station accepts connections. Throws StationError `station/not-started`, or what aborted the signal. */
  ready(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      let output = '';
      const timer = setTimeout(() => reject(this.#notStarted('It was not ready in time.')), READY_MS);
      const abort = () => reject(signal.reason);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        act();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (/"ready":\s*true/.test(output)) settle(resolve);
      });
      this.#child.once('error', (cause) => settle(() => reject(this.#notStarted(cause.message))));
      this.#child.once('exit', () => settle(() => reject(this.#notStarted(messageIn(output) ?? this.#errors.trim()))));
    });
  }

  #notStarted(reason: string): StationError {
    return new StationError('station/not-started', {
      stage: 'run',
      party: this.name,
      message: `The station of ${this.name} did not start. ${reason}`.trim(),
      remedy: 'Mend what it says; then try again.',
    });
  }
}

/** The message of an `{"error": …}` document. */
function messageIn(output: string): string | null {
  try {
    const value = JSON.parse(output) as { error?: { message?: unknown } };
    return typeof value.error?.message === 'string' ? value.error.message : null;
  } catch {
    return null;
  }
}

/** Settings of the user's own station must not reach the sandbox's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _d, SLUIS_HOME: _h, SLUIS_STATION: _s, SLUIS_TOKEN: _t, SLUIS_CERTIFICATE: _c, ...rest } = process.env;
  return rest;
}
