/**
 * Five organisations with fragile stations: `alpha`, `beta` and `gamma` provide data and compute, `delta` only provides,
 * `centre` asks and receives. What must hold after any fault is checked here, once for all faults.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalText, SluisError } from '@sluis/base';
import { createKeyFile, openKeyFile } from '@sluis/keys';
import { verifyReceipt } from '@sluis/ledger';
import {
  type Agreement,
  agreementId,
  agreementSchema,
  type Card,
  OPEN_RUN_STATES,
  type RunResult,
  type RunSummary,
  STATION_FILES,
} from '@sluis/model';
import { askAndFollow, type Following } from '@sluis/sdk';
import type { Peer } from '@sluis/wire';
import { makeStation } from '../../apps/cli/src/new-station.ts';
import { agreementOf } from '../harness/collaboration.ts';
import { FaultProxy } from './fault-proxy.ts';
import { FragileStation } from './fragile-station.ts';
import { lastingPorts } from './lasting-ports.ts';

export const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'centre'] as const;
export type Name = (typeof NAMES)[number];
const PROVIDERS: readonly Name[] = ['alpha', 'beta', 'gamma', 'delta'];
const DAY_MS = 86_400_000;
const KINDS = ['a', 'b', 'c'];
const PER_PROVIDER = 20;
export const SQL = 'SELECT kind, count(*) AS n, sum(hours) AS hours FROM visits GROUP BY kind ORDER BY kind';
export const TEMPLATE = 'visits-by-kind';
/** Runs that are looked at after each fault. */
const LATEST = 50;
/** A run's own limit: so much that none of these questions needs it, however busy the machine. */
export const RUN_SECONDS = 240;
/** Longest time until every surviving station knows a run's end. */
const END_MS = 120_000;

export interface FragilePlan {
  /** Agreement terms beside the usual ones. */
  readonly terms?: Record<string, unknown>;
  /** Whose station is reached through a fault proxy only. */
  readonly proxied?: Name;
  /** Another end of a certificate's validity. */
  readonly certificateUntil?: { readonly name: Name; readonly notAfter: Date };
  /** Folder of a station elsewhere than the rest. */
  readonly homes?: Partial<Record<Name, string>>;
  /** Further terms of the one table. */
  readonly table?: Record<string, unknown>;
  /** The template that is asked instead of the usual one, and what must hold of its answers. */
  readonly question?: { readonly template: string; readonly check: (answer: RunResult) => void };
}

export class FragileCollaboration {
  readonly stations: ReadonlyMap<string, FragileStation>;
  readonly agreement: Agreement;
  readonly proxy: FaultProxy | null;
  readonly #folder: string;
  readonly #question: NonNullable<FragilePlan['question']>;
  /** What each run released, at whichever station it was seen first. */
  readonly #releases = new Map<string, string>();
  /** Station and run, once looked at. */
  readonly #checked = new Set<string>();

  private constructor(
    folder: string,
    stations: ReadonlyMap<string, FragileStation>,
    agreement: Agreement,
    proxy: FaultProxy | null,
    question: FragilePlan['question'],
  ) {
    this.#folder = folder;
    this.#question = question ?? { template: TEMPLATE, check: assertRight };
    this.stations = stations;
    this.agreement = agreement;
    this.proxy = proxy;
  }

  static async open(plan: FragilePlan = {}): Promise<FragileCollaboration> {
    const folder = mkdtempSync(join(tmpdir(), 'sluis-fragile-'));
    const ports = await lastingPorts(NAMES.length);
    const proxied = plan.proxied === undefined ? null : await FaultProxy.start(ports[NAMES.indexOf(plan.proxied)] ?? 0);
    const stations = new Map<string, FragileStation>();
    for (const [i, name] of NAMES.entries()) {
      const home = plan.homes?.[name] ?? join(folder, name);
      const advertise = name === plan.proxied ? proxied?.address : undefined;
      let card = await makeStation({ home, name, listen: `127.0.0.1:${ports[i]}`, advertise });
      if (plan.certificateUntil?.name === name) card = await newKeys(home, card, plan.certificateUntil.notAfter);
      stations.set(name, new FragileStation(name, home, folder, card));
    }
    const csv = Object.fromEntries(PROVIDERS.map((name, i) => [name, rowsOf(i)]));
    const agreement = agreementOf(
      {
        parties: NAMES.map((name) => ({ name, ...(csv[name] === undefined ? {} : { csv: csv[name] }) })),
        table: 'visits',
        columns: {
          kind: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...KINDS, 'never'] } },
          hours: { type: 'INTEGER', uses: ['aggregate'], bounds: ['0', '100'] },
        },
        terms: {
          valid: { from: new Date(Date.now() - DAY_MS).toISOString(), until: new Date(Date.now() + 30 * DAY_MS).toISOString() },
          approval: { ad_hoc: 'every-provider' },
          templates: { [TEMPLATE]: { sql: SQL } },
          limits: { run_seconds: RUN_SECONDS, questions_per_day: null },
          ...plan.terms,
        },
      },
      [...stations.values()].map((s) => s.card),
    );
    const self = new FragileCollaboration(folder, stations, withTableTerms(agreement, plan.table), proxied, plan.question);
    try {
      await Promise.all([...stations.values()].map((s) => s.start()));
      await self.#agree();
      await Promise.all(PROVIDERS.map((name) => self.#connect(name, csv[name] ?? '')));
    } catch (thrown) {
      await self.close();
      throw thrown;
    }
    return self;
  }

  station(name: string): FragileStation {
    const found = this.stations.get(name);
    if (found === undefined) throw new RangeError(`no station ${name}`);
    return found;
  }

  /** Asks by the template, which needs no approval, at the station of `centre`. */
  ask(following: Following = {}): Promise<RunResult> {
    return askAndFollow(this.station('centre').client, { template: this.#question.template, as: 'ana' }, { as: 'ana', ...following });
  }

  /** Starts what does not run, and takes all faults off the network. */
  async heal(): Promise<void> {
    if (this.proxy !== null) this.proxy.rules = [];
    for (const station of this.stations.values()) {
      station.unplant();
      station.signal('SIGCONT');
      if (station.alive && station.clockMs !== 0) await station.stop();
    }
    await Promise.all([...this.stations.values()].filter((s) => !s.alive).map((s) => s.start()));
  }

  peer(name: string): Peer {
    const o = this.agreement.organisations.find((x) => x.name === name);
    if (o === undefined) throw new RangeError(`no organisation ${name}`);
    return { name, address: o.station, certificate: o.certificate };
  }

  /** Asks, expecting an end other than the right result at most; gives the error, or null when the right result came. */
  async askUnderFault(): Promise<{ readonly run: string | null; readonly error: SluisError | null; readonly ms: number }> {
    let run: string | null = null;
    const begun = performance.now();
    try {
      const answer = await this.ask({
        onRun: (r) => {
          run = r.id;
        },
      });
      this.#question.check(answer);
      return { run, error: null, ms: performance.now() - begun };
    } catch (thrown) {
      assert.ok(thrown instanceof SluisError, `not an error of Sluis: ${String(thrown)}`);
      return { run, error: thrown, ms: performance.now() - begun };
    }
  }

  /**
   * What holds after every fault: each station that lives knows the end of each run, no two stations hold different
   * releases of one run, and what is held is right.
   */
  async assertSettled(except: readonly string[] = []): Promise<void> {
    const living = [...this.stations.values()].filter((s) => s.alive && !except.includes(s.name));
    const until = Date.now() + END_MS;
    for (const station of living) {
      for (;;) {
        const open = (await station.client.runs(LATEST)).runs.filter((r) => isOpen(r));
        if (open.length === 0) break;
        assert.ok(Date.now() < until, `${station.name} still has run ${open[0]?.id} as ${open[0]?.state}`);
        await sleep(100);
      }
    }
    for (const station of living) {
      for (const { id, state } of (await station.client.runs(LATEST)).runs) await this.#checkRelease(station, id, state);
    }
  }

  /** Looks again at every release that any station holds, the oldest included. */
  async assertReleasesUnchanged(): Promise<void> {
    this.#checked.clear();
    for (const station of this.stations.values()) {
      for (const { id, state } of (await station.client.runs(1000)).runs) await this.#checkRelease(station, id, state);
    }
  }

  async #checkRelease(station: FragileStation, id: string, state: string): Promise<void> {
    const key = `${station.name}/${id}`;
    if (this.#checked.has(key)) return;
    const saved = await station.client.result(id).catch(() => null);
    if (saved !== null) {
      assert.ok(state === 'released' || state === 'suppressed', `${station.name} holds a release of a run that is ${state}`);
      verifyReceipt(saved.receipt);
      if (saved.result !== null) this.#question.check(saved);
      const body = canonicalText(saved.receipt.body);
      assert.equal(this.#releases.get(id) ?? body, body, `two different releases of run ${id}`);
      this.#releases.set(id, body);
    }
    if (!OPEN_RUN_STATES.includes(state as RunSummary['state'])) this.#checked.add(key);
  }

  /** A fresh question, after everything, is answered rightly. */
  async assertWorks(): Promise<void> {
    this.#question.check(await this.ask());
  }

  /**
   * As `assertWorks`, after a fault that leaves connections which nobody has noticed to be dead: the first question that
   * needs one may fail, if it blames the right station.
   */
  async assertWorksSoon(blamed: string): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const { error } = await this.askUnderFault();
      if (error === null) return;
      assert.match(error.message, new RegExp(blamed), `${error.code}: ${error.message}`);
      await this.assertSettled();
    }
    await this.assertWorks();
  }

  async close(): Promise<void> {
    for (const station of this.stations.values()) station.client.close();
    for (const station of this.stations.values()) station.signal('SIGKILL');
    await Promise.all([...this.stations.values()].map((s) => s.ended()));
    await this.proxy?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #agree(): Promise<void> {
    const id = agreementId(this.agreement);
    await this.station('alpha').client.propose(this.agreement);
    await Promise.all([...this.stations.values()].map((s) => s.client.sign(id)));
    for (const s of this.stations.values()) assert.equal((await s.client.agreement(id)).state, 'in-force', s.name);
  }

  async #connect(name: Name, csv: string): Promise<void> {
    const file = join(this.#folder, `${name}.csv`);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(file, csv);
    await this.station(name).client.connect({ table: 'visits', file });
  }
}

const withTableTerms = (agreement: Agreement, terms: Record<string, unknown> = {}): Agreement =>
  agreementSchema.parse({
    ...agreement,
    tables: Object.fromEntries(Object.entries(agreement.tables).map(([name, table]) => [name, { ...table, ...terms }])),
  });

function isOpen(run: RunSummary): boolean {
  // A question that waits for people is not stuck.
  return OPEN_RUN_STATES.includes(run.state) && run.state !== 'waiting';
}

/** Replaces a station's keys and certificate. */
export async function newKeys(home: string, card: Card, notAfter: Date): Promise<Card> {
  for (const file of ['keys.sealed', 'unlock.secret', STATION_FILES.certificate]) rmSync(join(home, file), { force: true });
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter };
  await createKeyFile(home, { name: card.name, hosts: ['127.0.0.1'], days: 1, validity });
  const keys = await openKeyFile(home);
  writeFileSync(join(home, STATION_FILES.certificate), keys.tls.cert, { mode: 0o600 });
  return { ...card, ...keys.card };
}

const kindOf = (row: number): string => KINDS[Math.min(2, row % 4)] ?? '';
const hoursOf = (provider: number, row: number): number => (provider * 7 + row * 3) % 50;

function rowsOf(provider: number): string {
  const rows = Array.from({ length: PER_PROVIDER }, (_, row) => `${kindOf(row)},${hoursOf(provider, row)}`);
  return `kind,hours\n${rows.join('\n')}\n`;
}

/** Computed in the clear from the same rows; the group "never" has none and is therefore not released. */
function expected(): [string, number, number][] {
  return KINDS.map((kind) => {
    let n = 0;
    let hours = 0;
    for (let provider = 0; provider < PROVIDERS.length; provider++) {
      for (let row = 0; row < PER_PROVIDER; row++) {
        if (kindOf(row) !== kind) continue;
        n += 1;
        hours += hoursOf(provider, row);
      }
    }
    return [kind, n, hours];
  });
}

export function assertRight(answer: RunResult): void {
  assert.ok(answer.result !== null);
  assert.deepEqual(
    answer.result.rows.map(([kind, n, hours]) => [kind, Number(n), Number(hours)]),
    expected(),
  );
  assert.deepEqual(
    answer.result.suppressed.map((s) => s.group['kind']),
    ['never'],
  );
}
