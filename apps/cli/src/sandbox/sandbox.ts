/** Several real stations on this machine, each a process with a folder of its own, that sign one agreement. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidError, StationError } from '@sluis/base';
import type { Agreement, Card } from '@sluis/model';
import { accessFromHome, StationClient } from '@sluis/sdk';
import { makeStation } from '../new-station.ts';
import { freePorts } from './ports.ts';
import { StationProcess } from './station-process.ts';

const SIGNING_AT_ONCE = 4;

export interface MemberPlan {
  readonly name: string;
  readonly title?: string;
}

export interface Member {
  readonly name: string;
  readonly home: string;
  readonly card: Card;
  readonly client: StationClient;
}

export class Sandbox {
  readonly folder: string;
  readonly #keep: boolean;
  readonly #signal: AbortSignal;
  readonly #processes: StationProcess[] = [];
  readonly #members = new Map<string, Member>();
  readonly #onExit = () => this.#end();

  private constructor(folder: string, keep: boolean, signal: AbortSignal) {
    this.folder = folder;
    this.#keep = keep;
    this.#signal = signal;
    process.on('exit', this.#onExit);
  }

  /**
   * Makes the folder (0700). With `keep`, it is the given one, must be new or empty, and stays.
   * Close it always: an exit hook kills what is left, and stations also stop by themselves when this process is gone.
   */
  static open(keep: string | undefined, signal: AbortSignal): Sandbox {
    if (keep === undefined) return new Sandbox(mkdtempSync(join(tmpdir(), 'sluis-')), false, signal);
    try {
      mkdirSync(keep, { recursive: true, mode: 0o700 });
      chmodSync(keep, 0o700);
    } catch (cause) {
      throw new InvalidError('usage/cannot-write', {
        stage: 'usage',
        message: `${keep} can't be made.`,
        remedy: 'Choose another folder.',
        cause,
      });
    }
    return new Sandbox(keep, true, signal);
  }

  /** Makes the folders of all members at once; gives their cards in order. */
  async make(plans: readonly MemberPlan[]): Promise<Card[]> {
    const ports = await freePorts(plans.length);
    return Promise.all(
      plans.map(async ({ name, title }, i) => {
        this.#signal.throwIfAborted();
        const home = join(this.folder, name);
        const card = await makeStation({ home, name, title, listen: `127.0.0.1:${ports[i]}` });
        this.#members.set(name, { name, home, card, client: new StationClient(accessFromHome(home)) });
        return card;
      }),
    );
  }

  /** Starts all stations at once; `environment` gives a station settings of its own, such as its database. */
  async start(environment: (name: string) => Readonly<Record<string, string>> = () => ({})): Promise<void> {
    for (const { name, home } of this.#members.values()) this.#processes.push(StationProcess.spawn(name, home, environment(name)));
    await Promise.all(this.#processes.map((p) => p.ready(this.#signal)));
  }

  /** Of all members, in the order in which they were made. */
  names(): string[] {
    return [...this.#members.keys()];
  }

  member(name: string): Member {
    const found = this.#members.get(name);
    if (found === undefined) throw new RangeError(`the sandbox has no member ${name}`);
    return found;
  }

  /** Every organisation signs with its own station; throws unless the agreement is in force everywhere afterwards. */
  async sign(agreement: Agreement): Promise<string> {
    const [first] = this.#members.values();
    if (first === undefined) throw new RangeError('a sandbox has members');
    // Proposing at one station offers the agreement to all others.
    const { id } = await first.client.propose(agreement);
    const members = [...this.#members.values()];
    // In small groups: each signature is told to all, and stations limit what strangers may send.
    for (let i = 0; i < members.length; i += SIGNING_AT_ONCE) {
      await Promise.all(
        members.slice(i, i + SIGNING_AT_ONCE).map(async ({ client }) => {
          this.#signal.throwIfAborted();
          await client.propose(agreement);
          await client.sign(id);
        }),
      );
    }
    await Promise.all(members.map((member) => this.#requireInForce(member, id)));
    return id;
  }

  async #requireInForce({ name, client }: Member, id: string): Promise<void> {
    const { state, missing } = await client.agreement(id);
    if (state === 'in-force') return;
    throw new StationError('agreement/not-in-force', {
      stage: 'agreement',
      party: name,
      message: `The agreement is not in force at the station of ${name}; missing: ${missing.join(', ') || 'nothing'}.`,
      remedy: 'Try again; please report it if it repeats.',
    });
  }

  /** Stops all stations and removes the folder unless it is kept. */
  async close(): Promise<void> {
    for (const { client } of this.#members.values()) client.close();
    await Promise.all(this.#processes.map((p) => p.stop()));
    process.off('exit', this.#onExit);
    this.#removeFolder();
  }

  #end(): void {
    for (const p of this.#processes) p.kill();
    this.#removeFolder();
  }

  #removeFolder(): void {
    if (!this.#keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
