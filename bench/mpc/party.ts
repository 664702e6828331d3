/** One compute party of the benchmark: a process with a real wire, that runs what it is told and measures itself. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session as Inspector } from 'node:inspector/promises';
import { join } from 'node:path';
import { SluisError, systemRandom, toSluisError, utf8 } from '@sluis/base';
import { createCertificate, spkiSha256, validityOf } from '@sluis/crypto';
import { release } from '@sluis/kernels';
import * as mpc from '@sluis/mpc';
import type { Committee, ComputationTechnique } from '@sluis/technique';
import { type OpenLinks, type Peer, Wire } from '@sluis/wire';
import { type FromParty, MEMORY_PROBE_BYTES, type Order, type PartyFigures, type Threat, type ToParty } from './protocol.ts';
import { missingMethod, type Prepared } from './workload.ts';
import { WORKLOADS } from './workloads.ts';

type Seat = 0 | 1 | 2;
const me = Number(process.argv[2]) as Seat;
const TIMEOUT_MS = 600_000;
const TECHNIQUES: Readonly<Record<Threat, string>> = { 'semi-honest': 'mpc-replicated-3', malicious: 'mpc-replicated-3-malicious' };

const tell = (message: FromParty) => process.send?.(message);
let peers: readonly Peer[] = [];
let current: { order: Order; links: OpenLinks; committee: Committee; prepared: Prepared } | null = null;

const name = `party-${me}`;
const tls = await createCertificate({ name, hosts: [], ...validityOf(Date.now(), 1) });
/** Milliseconds of silence after which a peer is given up; the wire's own choice by default. */
const silentMs = process.argv[3];
const limits = silentMs === undefined ? {} : { silentMs: Number(silentMs), pingMs: Number(silentMs) / 4 };
const wire = new Wire({
  tls,
  limits,
  identify: (certificate) => peers.find((p) => p.certificate === certificate)?.name ?? null,
  strangers: [],
});
const port = await wire.listen('127.0.0.1', 0);
tell({ kind: 'listening', peer: { name, address: `127.0.0.1:${port}`, certificate: spkiSha256(tls.cert) } });

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToParty) => void obey(message).catch(failed));

function failed(thrown: unknown): void {
  const error = toSluisError(thrown, 'run');
  if (!(thrown instanceof SluisError)) console.error(thrown);
  current?.links.close();
  current = null;
  tell({ kind: 'failed', code: error.code, message: error.message });
}

async function obey(message: ToParty): Promise<void> {
  if (message.kind === 'peers') {
    peers = message.peers;
    tell({ kind: 'ready' });
  } else if (message.kind === 'prepare') await prepare(message.order);
  else if (message.kind === 'go') await go();
  else if (message.kind === 'memory') await memory();
  else await check();
}

/** The technique of a threat model, or null while `mpc` has none. */
function techniqueFor(threat: Threat): ComputationTechnique | null {
  const all = Object.values(mpc).filter((v): v is ComputationTechnique => typeof v === 'object' && v !== null && 'convene' in v);
  return all.find((t) => t.id === TECHNIQUES[threat]) ?? null;
}

async function prepare(order: Order): Promise<void> {
  const technique = techniqueFor(order.threat);
  const workload = WORKLOADS.find((w) => w.id === order.workload);
  if (technique === null || workload === undefined) return void tell({ kind: 'missing', what: `${order.threat} ${order.workload}` });
  const links = wire.links({
    run: order.run,
    attempt: 1,
    me,
    peers: [0, 1, 2].map((seat) => (seat === me ? null : peers[seat])) as never,
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
  });
  const committee: Committee = await technique.convene(links, utf8(`bench ${order.run}`), systemRandom);
  const missing = missingMethod(workload, committee);
  if (missing !== null) {
    links.close();
    return void tell({ kind: 'missing', what: missing });
  }
  current = { order, links, committee, prepared: await workload.prepare({ committee, links }, order.size) };
  globalThis.gc?.();
  tell({ kind: 'ready' });
}

async function go(): Promise<void> {
  if (current === null) throw new Error('nothing is prepared');
  const { order, committee, prepared } = current;
  const inspector = order.profile === null ? null : await startProfile();
  const before = usage(order.run);
  await prepared.run();
  // What was computed is checked before the first opening: that belongs to the measured part.
  if (order.threat === 'malicious') await committee.openBits(committee.constantBits(1, 0));
  const after = usage(order.run);
  if (inspector !== null) await writeProfile(inspector, order);
  tell({
    kind: 'done',
    figures: {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      bytesSent: after.bytesSent - before.bytesSent,
      rounds: after.rounds - before.rounds,
      peakBytes: after.peakBytes,
      pageFaults: after.pageFaults - before.pageFaults,
    },
  });
}

async function check(): Promise<void> {
  if (current === null) throw new Error('nothing is prepared');
  await current.prepared.check();
  current.links.close();
  current = null;
  globalThis.gc?.();
  tell({ kind: 'checked' });
}

const PROBE_PIECES = 96;

async function memory(): Promise<void> {
  // What a promise or a socket has just let go of is collected in the second turn.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, arrayBuffers } = process.memoryUsage();
  // What the C library keeps of freed memory is resident still, but serves new vectors; what is lost does not.
  const probe = Array.from({ length: PROBE_PIECES }, () => new Uint8Array(MEMORY_PROBE_BYTES / PROBE_PIECES).fill(1));
  tell({ kind: 'memory', resident: rss, vectors: arrayBuffers, again: process.memoryUsage().rss });
  release(...probe);
}

function usage(run: string): PartyFigures {
  const { userCPUTime, systemCPUTime, maxRSS, minorPageFault } = process.resourceUsage();
  const { bytesSent, rounds } = wire.meter(run);
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, bytesSent, rounds, peakBytes: maxRSS * 1024, pageFaults: minorPageFault };
}

async function startProfile(): Promise<Inspector> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.post('Profiler.start');
  return inspector;
}

async function writeProfile(inspector: Inspector, order: Order): Promise<void> {
  const { profile } = await inspector.post('Profiler.stop');
  inspector.disconnect();
  mkdirSync(order.profile as string, { recursive: true });
  writeFileSync(join(order.profile as string, `${order.workload}-${order.size}-${order.threat}-${me}.cpuprofile`), JSON.stringify(profile));
}
