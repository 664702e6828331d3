/**
 * One organisation as it is in life: a folder that only it can read, an operating-system user of its own (when the test
 * runs as root), a station, the command line, and nothing shared with the others. All its processes are recorded.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, LAUNCHER, sluis } from '../harness/command-line.ts';

const SEAM = new URL('record-tls.ts', import.meta.url).href;
const READY_MS = 300_000;
const STOP_MS = 30_000;

export class Organisation {
  readonly name: string;
  /** Null: the user that runs the test. */
  readonly uid: number | null;
  readonly folder: string;
  /** The station's folder. */
  readonly home: string;
  /** Where people of the organisation keep their own files. */
  readonly desk: string;
  readonly transcripts: string;
  /** Where its user's processes keep compiled modules: what the test's own user has compiled is closed to others. */
  readonly #compiled: string;
  /** Everything that commands and station printed, for whoever looks for leaks in it. */
  readonly printed: string[] = [];
  #station: ChildProcess | null = null;

  constructor(base: string, name: string, uid: number | null) {
    this.name = name;
    this.uid = uid;
    this.folder = join(base, name);
    this.home = join(this.folder, 'station');
    this.desk = join(this.folder, 'desk');
    this.transcripts = join(this.folder, 'transcripts');
    this.#compiled = join(base, `${name}.compiled`);
    for (const folder of [this.folder, this.desk, this.transcripts, this.#compiled]) {
      mkdirSync(folder, { mode: 0o700 });
      this.#own(folder);
    }
  }

  /** Runs `sluis ARGS…` as this organisation. */
  async sluis(...args: string[]): Promise<Ended> {
    const ended = await sluis(args, { env: this.#environment(), cwd: this.desk, ...(this.uid === null ? {} : { uid: this.uid }) });
    this.printed.push(ended.stdout, ended.stderr);
    return ended;
  }

  /** The same at its own station, expecting exit code 0; gives stdout's JSON document. */
  // biome-ignore lint/suspicious/noExplicitAny: every command prints its own document
  async json(...args: string[]): Promise<any> {
    const ended = await this.sluis(...args, '--home', this.home, '--json');
    if (ended.code !== 0) throw new Error(`${this.name}: sluis ${args[0]} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    return JSON.parse(ended.stdout);
  }

  /** A file of its own on its desk. */
  file(name: string, content: string): string {
    const path = join(this.desk, name);
    writeFileSync(path, content, { mode: 0o600 });
    this.#own(path);
    return path;
  }

  /** `sluis station start`; resolves when the station accepts connections. */
  start(): Promise<void> {
    const child = spawn(process.execPath, [LAUNCHER, 'station', 'start', '--home', this.home, '--json', '--until-stdin-ends'], {
      env: this.#environment(),
      cwd: this.desk,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(this.uid === null ? {} : { uid: this.uid, gid: this.uid }),
    });
    this.#station = child;
    child.stdin.on('error', () => {});
    return new Promise((resolve, reject) => {
      const failed = (why: string) => reject(new Error(`the station of ${this.name} ${why}: ${this.printed.join('').slice(-2000)}`));
      const timer = setTimeout(() => failed('was not ready in time'), READY_MS);
      child.stderr.setEncoding('utf8').on('data', (text: string) => this.printed.push(text));
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        this.printed.push(text);
        output += text;
        if (!/"ready":\s*true/.test(output)) return;
        clearTimeout(timer);
        resolve();
      });
      child.once('error', (error) => failed(error.message));
      child.once('exit', (code) => failed(`ended with ${code}`));
      child.once('exit', () => clearTimeout(timer));
    });
  }

  /** The launcher of the running station and the station itself. */
  pids(): number[] {
    const launcher = this.#station?.pid;
    if (launcher === undefined || this.#station?.exitCode !== null) return [];
    const children = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
    return [launcher, ...children.map(Number)];
  }

  /** Stops the station, if it runs. */
  async stop(): Promise<void> {
    const child = this.#station;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end();
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  #own(path: string): void {
    if (this.uid !== null) chownSync(path, this.uid, this.uid);
  }

  #environment(): Record<string, string> {
    return {
      HOME: this.desk,
      NO_COLOR: '1',
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${SEAM}`,
      SLUIS_TEST_TRANSCRIPTS: this.transcripts,
      NODE_COMPILE_CACHE: (this.uid === null ? process.env['NODE_COMPILE_CACHE'] : undefined) ?? this.#compiled,
    };
  }
}

/** Settings of whoever runs the test must not reach its organisations. */
for (const name of ['DATABASE_URL', 'SLUIS_HOME', 'SLUIS_STATION', 'SLUIS_TOKEN', 'SLUIS_CERTIFICATE', 'SLUIS_LANG'])
  delete process.env[name];
