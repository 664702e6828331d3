/** One party of the benchmark: a process that intersects over TLS with another, and measures itself. */
import { writeFileSync } from 'node:fs';
import { Session as Inspector } from 'node:inspector/promises';
import { systemRandom, utf8 } from '@sluis/base';
import { type IntersectionTerms, intersectAsReceiver, intersectAsSender, type PackedItems } from '@sluis/psi';
import { checkPositions, itemsOf } from './items.ts';
import type { FromParty, Order, PartyFigures, ToParty } from './order.ts';
import { dial, listen, type TlsLink } from './tls-link.ts';

const role = process.argv[2] as 'sender' | 'receiver';
const tell = (message: FromParty) => process.send?.(message);
let linked: Promise<TlsLink> | null = null;
let current: { readonly order: Order; readonly items: PackedItems } | null = null;

process.on('disconnect', () => process.exit(0));
process.on(
  'message',
  (message: ToParty) => void obey(message).catch((thrown: unknown) => tell({ kind: 'failed', message: (thrown as Error).message })),
);

async function obey(message: ToParty): Promise<void> {
  if (message.kind === 'listen') {
    const listening = await listen();
    tell({ kind: 'listening', port: listening.port });
    linked = listening.link;
  } else if (message.kind === 'dial') {
    linked = dial(message.port);
    await linked;
    tell({ kind: 'ready' });
  } else if (message.kind === 'prepare') {
    current = { order: message.order, items: itemsOf(role, message.order) };
    tell({ kind: 'ready' });
  } else await go();
}

async function go(): Promise<void> {
  if (linked === null || current === null) throw new Error('nothing is prepared');
  const link = await linked;
  const { order, items } = current;
  const inspector = order.profile === null ? null : await startProfile();
  const { protocol, threat, sender, receiver } = order;
  const terms: IntersectionTerms = { context: utf8(`bench ${order.run}`), protocol, threat, sizes: { sender, receiver } };
  const before = usage(link);
  const positions = role === 'sender' ? null : await intersectAsReceiver(link, items, terms, systemRandom);
  if (role === 'sender') await intersectAsSender(link, items, terms, systemRandom);
  const after = usage(link);
  if (inspector !== null)
    writeFileSync(`${order.profile}-${role}.cpuprofile`, JSON.stringify((await inspector.post('Profiler.stop')).profile));
  if (positions !== null) checkPositions(positions, order);
  tell({
    kind: 'done',
    figures: {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      bytesSent: after.bytesSent - before.bytesSent,
      peakBytes: after.peakBytes,
    },
  });
  current = null;
  globalThis.gc?.();
}

function usage({ bytesSent }: TlsLink): PartyFigures {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, bytesSent, peakBytes: maxRSS * 1024 };
}

async function startProfile(): Promise<Inspector> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.post('Profiler.start');
  return inspector;
}
