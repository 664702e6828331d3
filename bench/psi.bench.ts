/**
 * Private set intersection between two processes over TLS on loopback: wall and CPU seconds, bytes, memory; beside
 * `@openmined/psi.js` in the same run. Every answer is checked. `--long` adds 10 million items, and the peer at 100,000.
 *
 * `--only TEXT` keeps the figures whose name contains it. SLUIS_BENCH_PROFILE=FOLDER writes CPU profiles of both parties.
 */
import { existsSync } from 'node:fs';
import type { Benchmark, BenchmarkOptions, Figure } from './figure.ts';
import { bothSides } from './psi/both-sides.ts';
import { IntersectionPage } from './psi/browser.ts';
import { Duo, type Measured } from './psi/duo.ts';
import { hashingFigures } from './psi/hashing.ts';
import type { Order } from './psi/order.ts';
import { measurePeer, type PeerFigures } from './psi/peer.ts';

type What = Omit<Order, 'run' | 'profile'>;

interface Row {
  readonly what: What;
  readonly goals: { readonly seconds?: number; readonly megabytes?: number; readonly gibibytes?: number };
  readonly when: 'quick' | 'always' | 'long';
}

const row = (protocol: What['protocol'], threat: What['threat'], n: number, when: Row['when'], goals: Row['goals'] = {}): Row => ({
  what: { protocol, threat, sender: n, receiver: n },
  goals,
  when,
});

const ROWS: readonly Row[] = [
  row('vole', 'semi-honest', 10_000, 'quick'),
  row('vole', 'semi-honest', 100_000, 'quick'),
  row('vole', 'semi-honest', 1_000_000, 'quick', { seconds: 6, megabytes: 120 }),
  row('vole', 'semi-honest', 10_000_000, 'long', { gibibytes: 8 }),
  row('vole', 'malicious', 10_000, 'always'),
  row('vole', 'malicious', 1_000_000, 'quick'),
  row('ddh', 'semi-honest', 1_000, 'quick'),
  row('ddh', 'semi-honest', 10_000, 'always'),
  row('ddh', 'malicious', 1_000, 'always'),
  { what: { protocol: 'vole', threat: 'semi-honest', sender: 1_000_000, receiver: 1_000 }, goals: {}, when: 'always' },
];

const PEER = '@openmined/psi.js 2.0.6';

const psi: Benchmark = async (options) => {
  const peers = await measuredPeers(options);
  const figures: Figure[] = [];
  for (const { what, goals, when } of ROWS) {
    const wanted = when === 'quick' || (when === 'always' && !options.quick) || (when === 'long' && options.long);
    const name = nameOf(what);
    if (!wanted || (options.only !== null && !name.includes(options.only))) continue;
    options.remark(`${name} …`);
    figures.push(...figuresOf(name, what, goals, await settled(what, options), peers, options));
  }
  return [...figures, ...(await browserFigures(options)), ...hashingFigures(options), ...(await others(options))];
};
export default psi;

const count = (n: number) => n.toLocaleString('en');
const nameOf = ({ protocol, threat, sender, receiver }: What) => `${protocol}, ${threat}: ${count(sender)} × ${count(receiver)}`;

/** The peer at the sizes that it can do; a quick run takes 1,000. */
async function measuredPeers(options: BenchmarkOptions): Promise<Map<number, PeerFigures>> {
  const sizes = options.quick ? [1_000] : options.long ? [10_000, 100_000] : [10_000];
  const peers = new Map<number, PeerFigures>();
  if (options.only !== null && !PEER.includes(options.only) && !options.only.includes('vole')) return peers;
  for (const n of sizes) {
    options.remark(`${PEER}: ${count(n)} × ${count(n)} …`);
    const figures = await measurePeer(n);
    options.remark(`  ${figures.seconds.toFixed(2)} s, ${(figures.bytes / 1e6).toFixed(2)} MB`);
    peers.set(n, figures);
  }
  return peers;
}

/** The median of three runs by wall time (one in a quick run, or where one is long), after a warm-up; in fresh processes. */
async function settled(what: What, options: BenchmarkOptions): Promise<Measured> {
  const folder = process.env['SLUIS_BENCH_PROFILE'];
  const profile = folder === undefined ? null : `${folder}/${what.protocol}-${what.threat}-${what.sender}`;
  const duo = await Duo.start();
  try {
    const small = (n: number) => Math.min(n, what.protocol === 'vole' ? 50_000 : 100);
    await duo.measure({ ...what, sender: small(what.sender), receiver: small(what.receiver) });
    const runs: Measured[] = [];
    for (let i = 0; i < (options.quick ? 1 : 3) && !runs.some((run) => run.seconds > 20); i++) runs.push(await duo.measure(what, profile));
    return runs.sort((a, b) => a.seconds - b.seconds)[runs.length >> 1] as Measured;
  } finally {
    duo.stop();
  }
}

/** Seconds of the peer at this size: measured, or from the largest measured one, in proportion (it takes linear time). */
function peerSeconds(peers: ReadonlyMap<number, PeerFigures>, n: number): { readonly seconds: number; readonly how: string } | null {
  const sizes = [...peers.keys()].filter((size) => size <= n);
  const nearest = Math.max(...sizes);
  const found = peers.get(nearest);
  if (found === undefined) return null;
  const how = nearest === n ? PEER : `${PEER}, ${count(n / nearest)} times its ${count(nearest)}`;
  return { seconds: (found.seconds * n) / nearest, how };
}

function figuresOf(
  name: string,
  { sender, receiver }: What,
  goals: Row['goals'],
  measured: Measured,
  peers: ReadonlyMap<number, PeerFigures>,
  options: BenchmarkOptions,
): Figure[] {
  const { seconds } = measured;
  const bytes = measured.sender.bytesSent + measured.receiver.bytesSent;
  const peak = Math.max(measured.sender.peakBytes, measured.receiver.peakBytes) / 2 ** 30;
  const cpu = [measured.sender.cpuSeconds, measured.receiver.cpuSeconds] as const;
  options.remark(
    `  ${seconds.toFixed(3)} s, CPU ${cpu.map((c) => c.toFixed(2)).join(' + ')} s, ${(bytes / 1e6).toFixed(1)} MB, peak ${peak.toFixed(2)} GiB`,
  );
  const peer = sender === receiver ? peerSeconds(peers, sender) : null;
  return [
    {
      name,
      value: seconds,
      unit: 's',
      ...goal('≤', goals.seconds, seconds, 's'),
      ...(peer === null ? {} : { peer: peer.how, peerValue: peer.seconds, ratio: peer.seconds / seconds }),
    },
    { name: '  CPU of both', value: cpu[0] + cpu[1], unit: 'CPU-s' },
    { name: '  sent by both', value: bytes / 1e6, unit: 'MB', ...goal('≤', goals.megabytes, bytes / 1e6, 'MB') },
    { name: '  peak memory of one', value: peak, unit: 'GiB', ...goal('≤', goals.gibibytes, peak, 'GiB') },
  ];
}

function goal(sign: string, most: number | undefined, value: number, unit: string): Pick<Figure, 'goal' | 'missed'> {
  if (most === undefined) return {};
  const text = { goal: `${sign} ${Number(most.toPrecision(3))} ${unit}` };
  return value <= most ? text : { ...text, missed: `by a factor of ${(value / most).toFixed(2)}` };
}

/** Both sides in one thread, in headless Chromium and in Node. */
async function browserFigures(options: BenchmarkOptions): Promise<Figure[]> {
  const name = 'browser, both sides in one thread';
  if (options.only !== null && !name.includes(options.only)) return [];
  if (!IntersectionPage.possible) {
    options.remark(`${name}: skipped, there is no Chromium`);
    return [];
  }
  const page = await IntersectionPage.open();
  const figures: Figure[] = [];
  try {
    for (const n of options.quick ? [100_000] : [100_000, 1_000_000]) {
      options.remark(`${name}: ${count(n)} × ${count(n)} …`);
      const run = [n, 'vole', 'semi-honest'] as const;
      await page.run(20_000, 'vole', 'semi-honest');
      await bothSides(20_000, 'vole', 'semi-honest');
      const [browser, node] = [await page.run(...run), await bothSides(...run)];
      const ratio = browser.seconds / node.seconds;
      figures.push({
        name: `${name}: ${count(n)} × ${count(n)}`,
        value: browser.seconds,
        unit: 's',
        ...goal('≤', 5 * node.seconds, browser.seconds, 's (5 times Node)'),
        peer: 'Node, the same program',
        peerValue: node.seconds,
        ratio: 1 / ratio,
      });
    }
  } finally {
    await page.close();
  }
  return figures;
}

/** Figures of neighbours: private lookup and hidden intersections, where their files exist. */
async function others(options: BenchmarkOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [file, name] of [
    ['lookup', 'lookupFigures'],
    ['hidden', 'hiddenFigures'],
  ] as const) {
    const url = new URL(`./psi/${file}.ts`, import.meta.url);
    if (!existsSync(url)) continue;
    const module = (await import(url.href)) as Record<string, Benchmark | undefined>;
    figures.push(...((await module[name]?.(options)) ?? []));
  }
  return figures;
}
