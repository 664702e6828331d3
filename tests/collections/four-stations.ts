/** Collections at four stations in one process: real stores, keys, logs and arithmetic; calls instead of a network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { PeerError, systemRandom, toBase64, toHex } from '@sluis/base';
import { generateSealingKey, generateSigningKey, open, sign } from '@sluis/crypto';
import { CollectionIntake, CollectionReleases, type CollectionStore, type ReportKinds, type StationContext } from '@sluis/flow';
import {
  type Agreement,
  agreementId,
  agreementSchema,
  canonicalAgreement,
  checkAgreement,
  type SignedAgreement,
  signAgreement,
} from '@sluis/model';
import { makeReport, reportKinds, type ReportValue } from '@sluis/sdk/report';
import { openStore } from '@sluis/store';
import { MockClock } from '../../packages/flow/src/fixtures/mock-clock.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');
/** The first two aggregate; the last two receive. */
export const NAMES = ['north', 'south', 'west', 'centre'] as const;
export type Name = (typeof NAMES)[number];

export interface CollectionStation {
  readonly intake: CollectionIntake;
  readonly releases: CollectionReleases;
  readonly store: CollectionStore;
  /** Kinds of log entries so far. */
  readonly logged: string[];
}

type Handler = (message: unknown) => Promise<{ body?: Uint8Array }>;

export interface Network {
  /** Runs for each request, before and after it is answered; may throw. */
  fault: (when: 'before' | 'after', from: string, to: string, type: string) => void;
  request(from: Name, to: Name, type: string, body: Uint8Array): Promise<Uint8Array>;
}

export interface Collections {
  readonly clock: MockClock;
  readonly network: Network;
  readonly id: string;
  readonly signed: SignedAgreement;
  at(name: Name): CollectionStation;
  place(collection: string): { agreement: string; collection: string };
  /** An honest person's report, sent. */
  report(collection: string, value: ReportValue): Promise<void>;
}

/** @param kindsOf - a station's arithmetic, where one is to be dishonest. */
export async function openCollections(
  t: TestContext,
  terms: Record<string, unknown>,
  kindsOf: (name: Name) => ReportKinds = () => reportKinds,
): Promise<Collections> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-collections-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = new MockClock(START);
  const keys = new Map(NAMES.map((name) => [name as string, { signing: generateSigningKey(), sealing: generateSealingKey() }]));
  const keysOf = (name: string) =>
    keys.get(name) as { signing: ReturnType<typeof generateSigningKey>; sealing: ReturnType<typeof generateSealingKey> };
  const signerOf = (organisation: string): StationContext['signer'] => ({
    organisation,
    sign: async (purpose, message) => sign(keysOf(organisation).signing.privateKey, purpose, message),
  });
  const agreement = agreementOf(terms, (name) => ({
    identity: toHex(keysOf(name).signing.publicKey),
    sealing: toBase64(keysOf(name).sealing.publicKey),
  }));
  checkAgreement(agreement);
  const id = agreementId(agreement);
  const signatures: Record<string, string> = {};
  for (const name of NAMES) signatures[name] = await signAgreement(agreement, signerOf(name));
  const signed = { agreement, signatures };
  const handlers = new Map<string, Handler>();
  const certificate = (name: string) => String(NAMES.indexOf(name as Name)).repeat(64);
  const network: Network = {
    fault: () => undefined,
    async request(from, to, type, body) {
      network.fault('before', from, to, type);
      const handler = handlers.get(`${to} ${type}`);
      if (handler === undefined) throw new PeerError('wire/unreachable', { stage: 'wire', party: to, message: 'Nobody answers.' });
      const reply = await handler({
        type,
        from: { name: from, certificate: certificate(from) },
        header: {},
        body,
        signal: new AbortController().signal,
      });
      network.fault('after', from, to, type);
      return reply.body ?? new Uint8Array(0);
    },
  };
  const stations = new Map<string, CollectionStation>();
  for (const name of NAMES) {
    const opened = await openStore({ path: join(folder, `${name}.db`) }, clock);
    t.after(() => opened.close());
    await opened.store.saveAgreement({
      id,
      collaboration: 'test',
      version: 1,
      state: 'proposed',
      canonical: canonicalAgreement(agreement),
      signatures,
      receivedAt: START,
    });
    await opened.store.putInForce(id);
    const logged: string[] = [];
    const context = {
      organisation: name,
      card: { identity: '', sealing: toBase64(keysOf(name).sealing.publicKey), certificate: certificate(name) },
      store: opened.store,
      audit: { append: async ({ kind }: { kind: string }) => ({ index: logged.push(kind) }) },
      opener: { open: async (box: Uint8Array, info: Uint8Array) => open(keysOf(name).sealing.privateKey, box, info) },
      wire: {
        request: async (peer: { name: string }, type: string, _header: unknown, body: Uint8Array) => ({
          header: {},
          body: await network.request(name, peer.name as Name, type, body),
        }),
        onRequest: (type: string, handler: Handler) => handlers.set(`${name} ${type}`, handler),
      },
      clock,
      random: systemRandom,
    } as unknown as StationContext;
    const intake = new CollectionIntake(context, opened.collections, kindsOf(name));
    const releases = new CollectionReleases(context, opened.collections, kindsOf(name), intake);
    intake.serve();
    releases.serve();
    stations.set(name, { intake, releases, store: opened.collections, logged });
  }
  const at = (name: Name) => stations.get(name) as CollectionStation;
  const place = (collection: string) => ({ agreement: id, collection });
  return {
    clock,
    network,
    id,
    signed,
    at,
    place,
    report: async (collection, value) =>
      at('north').intake.accept(makeReport({ id, signed }, place(collection), value, systemRandom, clock.now())),
  };
}

function agreementOf(terms: Record<string, unknown>, keys: (name: string) => { identity: string; sealing: string }): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'test',
    version: 1,
    purpose: 'Testing.',
    legal_basis: 'None.',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: NAMES.map((name, i) => ({ name, station: `127.0.0.1:${4400 + i}`, certificate: String(i).repeat(64), ...keys(name) })),
    committee: ['north', 'south', 'west'],
    tables: { t: { providers: ['north', 'south'], maximum_rows: 10, columns: { kind: { type: 'VARCHAR' } } } },
    receivers: ['west', 'centre'],
    askers: ['centre'],
    collections: terms,
  });
}
