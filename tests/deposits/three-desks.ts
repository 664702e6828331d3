/** Three compute parties' desks in one process: real stores, files, keys and sharing; a clock that a test moves. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, fromBase64, systemRandom, toBase64, toHex } from '@sluis/base';
import { generateSealingKey, generateSigningKey, open, seal, sign } from '@sluis/crypto';
import { DepositDesk, type DepositStore, type ShareFiles, type StationContext } from '@sluis/flow';
import {
  acceptanceOf,
  type Agreement,
  agreementId,
  agreementSchema,
  canonicalAgreement,
  type DepositManifest,
  type LedgerEvent,
  pieceInfo,
  type Settlement,
  type SignedAcceptance,
  type SignedManifest,
  signAgreement,
} from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { type Contributor, contribute, contributorFromKey, type DepositClient } from '@sluis/sdk/contribute';
import { type OpenedStore, openStore, shareFiles } from '@sluis/store';
import { Registry } from '@sluis/technique';
import { MockClock } from '../../packages/flow/src/fixtures/mock-clock.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');
export const PARTIES = ['north', 'south', 'west'] as const;
const keys = PARTIES.map(() => ({ signing: generateSigningKey(), sealing: generateSealingKey() }));
const people = new Map(['alice', 'bob'].map((name) => [name, systemRandom.bytes(32)]));
export const person = (name: string): Contributor => contributorFromKey(name, people.get(name) ?? new Uint8Array(32));

export function agreementWith(change: Record<string, unknown> = {}, deposits: Record<string, unknown> = {}): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'ned',
    version: 1,
    purpose: 'p',
    legal_basis: 'l',
    valid: { from: '2026-01-01T00:00:00Z', until: '2026-06-01T00:00:00Z' },
    organisations: PARTIES.map((name, i) => ({
      name,
      station: `${name}:${4000 + i}`,
      identity: toHex(keys[i]?.signing.publicKey ?? new Uint8Array(0)),
      sealing: toBase64(keys[i]?.sealing.publicKey ?? new Uint8Array(0)),
      certificate: String(i).repeat(64),
    })),
    committee: PARTIES,
    contributors: Object.fromEntries([...people.keys()].map((name) => [name, { identity: toHex(person(name).publicKey) }])),
    tables: {
      t: {
        providers: [],
        deposits: { by: ['alice', 'bob'], ...deposits },
        columns: {
          kind: { type: 'VARCHAR', domain: { values: ['a', 'b', 'c'] } },
          amount: { type: 'INTEGER', bounds: [-1000, 1_000_000], nullable: true },
        },
      },
    },
    receivers: ['north'],
    askers: ['north'],
    ...change,
  });
}

export interface Desk {
  readonly desk: DepositDesk;
  readonly store: OpenedStore;
  readonly files: ShareFiles;
  readonly log: LedgerEvent[];
  readonly station: StationContext;
  readonly home: string;
}

export class ThreeDesks {
  readonly clock = new MockClock(START);
  readonly folder = mkdtempSync(join(tmpdir(), 'sluis-desks-'));
  readonly desks: Desk[] = [];
  /** Boxes on their way, by deposit, piece and seat. */
  readonly #boxes = new Map<string, Uint8Array>();
  agreement: Agreement = agreementWith();

  static async open(agreement: Agreement): Promise<ThreeDesks> {
    const all = new ThreeDesks();
    for (const seat of [0, 1, 2] as const) all.desks.push(await all.#desk(seat));
    await all.sign(agreement);
    return all;
  }

  async #desk(seat: 0 | 1 | 2, files?: (real: ShareFiles) => ShareFiles): Promise<Desk> {
    const home = join(this.folder, String(seat));
    mkdirSync(home, { recursive: true });
    const store = await openStore({ path: join(home, 'state.db') }, this.clock);
    const log: LedgerEvent[] = [];
    const key = keys[seat] ?? keys[0];
    if (key === undefined) throw new RangeError('seat');
    const station = {
      organisation: PARTIES[seat],
      card: { identity: toHex(key.signing.publicKey), sealing: toBase64(key.sealing.publicKey), certificate: '' },
      store: store.store,
      audit: { append: async (event: LedgerEvent) => ({ index: log.push(event) - 1 }) },
      signer: { organisation: PARTIES[seat], sign: async (purpose, message) => sign(key.signing.privateKey, purpose, message) },
      opener: { open: async (box, info) => open(key.sealing.privateKey, box, info) },
      registry: new Registry([replicatedSharing]),
      clock: this.clock,
      random: systemRandom,
    } as Partial<StationContext> as StationContext;
    const real = shareFiles(home);
    const used = files === undefined ? real : files(real);
    const desk = new DepositDesk({ station, store: store.deposits as DepositStore, files: used, tokenIsGood: async () => true });
    return { desk, store, files: real, log, home, station };
  }

  /** Stops one party as a crash would, and starts it again on what it had on disk. */
  async restart(seat: 0 | 1 | 2, files?: (real: ShareFiles) => ShareFiles): Promise<Desk> {
    await this.desks[seat]?.store.close();
    const made = await this.#desk(seat, files);
    this.desks[seat] = made;
    return made;
  }

  async sign(agreement: Agreement): Promise<string> {
    this.agreement = agreement;
    const id = agreementId(agreement);
    const signatures: Record<string, string> = {};
    for (const [i, name] of PARTIES.entries()) {
      const key = keys[i]?.signing.privateKey ?? new Uint8Array(0);
      signatures[name] = await signAgreement(agreement, { organisation: name, sign: async (p, m) => sign(key, p, m) });
    }
    for (const { store } of this.desks) {
      await store.store.saveAgreement({
        id,
        collaboration: agreement.collaboration,
        version: agreement.version,
        state: 'proposed',
        canonical: canonicalAgreement(agreement),
        signatures,
        receivedAt: START,
      });
      await store.store.putInForce(id);
    }
    return id;
  }

  get id(): string {
    return agreementId(this.agreement);
  }

  /** Deposits CSV text; `only` leaves parties out, as an upload that is cut off does. */
  async deposit(
    name: string,
    csv: string,
    mode: 'append' | 'replace' = 'append',
    after: (signed: SignedManifest) => void = () => undefined,
    client: DepositClient = this.client(after),
  ) {
    return contribute({
      ...{ agreement: this.agreement, agreementId: this.id, table: 't', contributor: person(name), anonymous: null },
      ...{ mode, dropInvalid: false, again: false, client },
      source: async function* () {
        yield Buffer.from(csv);
      },
    });
  }

  /** What a relaying station does, without a network. */
  client(seen: (signed: SignedManifest) => void = () => undefined): DepositClient {
    const all = <T>(ask: (desk: DepositDesk, seat: number) => Promise<T>) =>
      Promise.all(this.desks.map(async ({ desk }, seat) => ({ organisation: PARTIES[seat] ?? '', ...(await ask(desk, seat)) })));
    return {
      list: async (c: Contributor) => ({ parties: await all(async (d) => ({ deposits: await d.list(c.name ?? '') })) }),
      open: async (signed: SignedManifest) => {
        seen(signed);
        return { parties: await all((d) => d.open(signed)) };
      },
      piece: async (batch: string, piece: number, boxes: readonly Uint8Array[]) => {
        await all(async (d, seat) => {
          const box = boxes[seat] ?? new Uint8Array(0);
          this.#boxes.set(`${batch}/${piece}/${seat}`, box);
          if (box.length > 0) await d.piece(batch, piece, box);
          return {};
        });
      },
      accept: async (c: Contributor, manifest: DepositManifest) => {
        const signed = await this.acceptance(c, manifest);
        return { parties: await all((d) => d.accept(manifest.batch, signed, false)) };
      },
      settle: async (batch: string, settlement: Settlement) => ({ parties: await all((d) => d.settle(batch, settlement)) }),
    } as unknown as DepositClient;
  }

  /** What a giver signs when its deposit shall count. */
  async acceptance(giver: Contributor, manifest: DepositManifest): Promise<SignedAcceptance> {
    const statement = acceptanceOf(manifest, new Date(this.clock.now()).toISOString());
    return { statement, signature: toHex(await giver.sign('deposit-accept', canonicalBytes(statement))) };
  }

  /** What a contributor sent to one compute party as a piece: salt and message. */
  async sent(manifest: DepositManifest, piece: number, seat: 0 | 1 | 2): Promise<Uint8Array> {
    const box = this.#boxes.get(`${manifest.batch}/${piece}/${seat}`) ?? new Uint8Array(0);
    return open(keys[seat]?.sealing.privateKey ?? new Uint8Array(32), box, pieceInfo(manifest, piece, PARTIES[seat]));
  }

  /** A box as the contributor would seal it. */
  sealed(manifest: DepositManifest, piece: number, seat: 0 | 1 | 2, message: Uint8Array): Uint8Array {
    const to = PARTIES[seat];
    const key = this.agreement.organisations.find((o) => o.name === to)?.sealing ?? '';
    return seal(fromBase64(key), message, pieceInfo(manifest, piece, to));
  }

  async close(): Promise<void> {
    for (const { store } of this.desks) await store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
