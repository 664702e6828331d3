/** A real station process that a test may kill, freeze, start again, give another clock, or move its folder to a small disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Card } from '@sluis/model';
import { accessFromHome, StationClient } from '@sluis/sdk';
import type { Plant } from './planted-faults.ts';

const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const SEAM = new URL('./planted-faults.ts', import.meta.url).href;
const READY_MS = 300_000;

/** Shorter than in production, so that a test of silence ends in seconds; far more than a station on a busy machine is silent for. */
const IMPATIENT = { dialMs: 6_000, handshakeMs: 6_000, pingMs: 500, silentMs: 6_000 };

export class FragileStation {
  readonly name: string;
  readonly home: string;
  readonly card: Card;
  readonly client: StationClient;
  readonly #plan: string;
  #child: ChildProcess | null = null;
  #exit: Promise<unknown> = Promise.resolve();
  errors = '';
  /** How far its clock is ahead of the others'. */
  clockMs = 0;

  constructor(name: string, home: string, folder: string, card: Card) {
    this.name = name;
    this.home = home;
    this.card = card;
    this.client = new StationClient(accessFromHome(home));
    this.#plan = join(folder, `${name}.plan`);
  }

  get alive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it; resolves when it accepts connections. */
  async start(options: { readonly clockMs?: number } = {}): Promise<void> {
    rmSync(this.#plan, { force: true });
    this.clockMs = options.clockMs ?? 0;
    const { DATABASE_URL: _, ...env } = process.env;
    const seam = {
      SLUIS_TEST_PLAN: this.#plan,
      SLUIS_TEST_CLOCK_MS: String(this.clockMs),
      SLUIS_TEST_LIMITS: JSON.stringify(IMPATIENT),
    };
    const args = ['--disable-warning=ExperimentalWarning', '--import', SEAM, MAIN];
    const child = spawn(process.execPath, [...args, 'station', 'start', '--home', this.home, '--json', '--until-stdin-ends'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...env, ...seam },
    });
    this.#child = child;
    this.#exit = once(child, 'exit');
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-20_000);
    });
    await ready(child, () => this.errors);
  }

  /** It will die or freeze by itself when it reaches that entry of its log. */
  plant(plant: Plant): void {
    writeFileSync(this.#plan, JSON.stringify(plant));
  }

  /** Whether what was planted has taken effect. */
  get struck(): boolean {
    return !existsSync(this.#plan);
  }

  /** Resolves when what was planted has taken effect; throws if it does not in time. */
  async untilStruck(limitMs = 300_000): Promise<void> {
    const until = Date.now() + limitMs;
    while (!this.struck) {
      if (Date.now() > until) throw new Error(`nothing struck ${this.name}`);
      await sleep(10);
    }
  }

  unplant(): void {
    rmSync(this.#plan, { force: true });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** Resolves when the process is gone. */
  async ended(): Promise<void> {
    await this.#exit;
  }

  /** Asks it to stop; returns the milliseconds that took. Kills it after `limitMs`. */
  async stop(limitMs = 100_000): Promise<number> {
    const begun = performance.now();
    if (this.alive) {
      this.signal('SIGTERM');
      const timer = setTimeout(() => this.signal('SIGKILL'), limitMs);
      await this.ended();
      clearTimeout(timer);
    }
    return performance.now() - begun;
  }
}

function ready(child: ChildProcess, errors: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  const timer = setTimeout(() => reject(new Error('the station was not ready in time')), READY_MS);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (/"ready":\s*true/.test(output)) resolve();
  });
  child.once('exit', () => reject(new Error(`the station did not start: ${output} ${errors()}`)));
  return promise.finally(() => clearTimeout(timer));
}
