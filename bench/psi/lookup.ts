/** Private lookup: a thousand questions to a register of a million, over TLS on loopback; and a browser beside Node. */
import { createHash } from 'node:crypto';
import { systemClock, systemRandom } from '@sluis/base';
import { createCertificate, generateSigningKey, loadOprf, sign, spkiSha256, validityOf } from '@sluis/crypto';
import {
  chunksOf,
  DEFAULT_TERMS,
  epochKeys,
  LookupClient,
  MemoryCache,
  MemoryCounter,
  type NewVersion,
  OwnerDesk,
  plainIdentifier,
  precisionBits,
  publishVersion,
  signPublication,
} from '@sluis/lookup';
import { evaluateOnAllCores } from '@sluis/lookup/node';
import { httpsTransport } from '../../apps/cli/src/lookup/https-transport.ts';
import { listenAt, lookupServer } from '../../apps/cli/src/lookup/lookup-server.ts';
import type { Figure } from '../figure.ts';
import { browserSpeed } from './lookup-browser.ts';
import { questionSpeed } from './lookup-question-speed.ts';

const QUESTIONS = 1000;
const MOST_MS = 50;
const MOST_TIMES = 5;

export interface LookupFigureOptions {
  readonly quick: boolean;
  readonly remark?: (text: string) => void;
}

/** Names of people who are not there differ from those who are by nothing that a list could be sorted by. */
const nameOf = (i: number) => createHash('sha256').update(`person ${i}`).digest('hex').slice(0, 20);

export async function lookupFigures(options: LookupFigureOptions): Promise<Figure[]> {
  const entries = options.quick ? 20_000 : 1_000_000;
  const register = await setUp(entries, options.remark ?? (() => undefined));
  return [...register.figures, ...(await asking(register, entries)), ...(await browserFigures())];
}

interface SetUp {
  readonly figures: readonly Figure[];
  readonly made: NewVersion;
  readonly privateKey: Uint8Array;
}

async function setUp(entries: number, remark: (text: string) => void): Promise<SetUp> {
  const { privateKey, publicKey } = epochKeys(await loadOprf('voprf'), systemRandom.bytes(32), 'bench', 1);
  const identifiers = Array.from({ length: entries }, (_, i) => nameOf(i));
  const values = identifiers.map((_, i) => `value ${i}`);
  const terms = { ...DEFAULT_TERMS, database: 'bench', valueBytes: 16 };
  const epoch = { epoch: 1, publicKey, tagKey: systemRandom.bytes(32) };
  let tenth = 0;
  const progress = (done: number, all: number) => {
    if (Math.floor((10 * done) / all) <= tenth) return;
    tenth = Math.floor((10 * done) / all);
    remark(`lookup: ${done} of ${all} entries`);
  };
  const tools = { normalise: plainIdentifier, evaluate: evaluateOnAllCores(privateKey, 'bench', { progress }), random: systemRandom };
  const [before, began] = [process.cpuUsage(), performance.now()];
  const made = await publishVersion(terms, epoch, null, { identifiers, values }, tools);
  const [seconds, { user, system }] = [(performance.now() - began) / 1000, process.cpuUsage(before)];
  const name = `lookup, ${count(entries)} entries with values of 16 bytes`;
  const bytes = [...made.chunks.values()].reduce((n, c) => n + c.length, 0);
  const figures = [
    { name: `${name}: setting up, once`, value: seconds, unit: 's' },
    { name: `${name}: setting up, CPU`, value: (user + system) / 1e6, unit: 's' },
    { name: `${name}: publication`, value: bytes / 1e6, unit: 'MB' },
    {
      name: `${name}: a wrong answer to one identifier, at most 2^-x`,
      value: Math.floor(precisionBits(made.publication)),
      unit: 'bits',
      goal: '≥ 40',
    },
  ];
  return { figures, made, privateKey };
}

async function asking({ made, privateKey }: SetUp, entries: number): Promise<Figure[]> {
  const [identity, tls, mine] = [generateSigningKey(), await certificate('owner'), await certificate('client')];
  const signer = {
    organisation: 'bench',
    sign: async (purpose: string, message: Uint8Array) => sign(identity.privateKey, purpose, message),
  };
  const signed = await signPublication(made.publication, signer);
  const deskOptions = { oprf: await loadOprf('voprf'), counter: new MemoryCounter(), total: 1e9, clock: systemClock, random: systemRandom };
  const desk = new OwnerDesk({ publication: made.publication, privateKey }, deskOptions);
  const served = {
    desk,
    signed: () => signed,
    chunk: (hash: string) => made.chunks.get(hash) ?? null,
    admits: () => true,
    answered: () => undefined,
  };
  const server = lookupServer(tls, served);
  const port = await listenAt(server, '127.0.0.1', 0);
  const address = { url: `https://127.0.0.1:${port}/lookup/v1/`, ownersKey: identity.publicKey, certificate: spkiSha256(tls.cert) };
  const transport = httpsTransport(address, mine);
  try {
    const client = await LookupClient.open({ transport, cache: new MemoryCache(), ownersKey: identity.publicKey, random: systemRandom });
    const name = `lookup, ${count(QUESTIONS)} in ${count(entries)}`;
    const download = await timed(() => client.update());
    const one = await timed(() => client.ask([nameOf(0)]));
    const each: number[] = [];
    for (let i = 0; i < QUESTIONS; i++) each.push(await timed(() => check(client, [i])));
    const together = await timed(() =>
      check(
        client,
        Array.from({ length: QUESTIONS }, (_, i) => i),
      ),
    );
    each.sort((a, b) => a - b);
    const mean = each.reduce((n, ms) => n + ms, 0) / QUESTIONS;
    return [
      { name: `${name}: download of ${chunksOf(made.publication).length} parts, once`, value: download, unit: 'ms' },
      { name: `${name}: the first question`, value: one, unit: 'ms' },
      within(`${name}: a question, mean`, mean, 'ms', MOST_MS),
      { name: `${name}: a question, 99 of 100 below`, value: each[Math.floor(0.99 * QUESTIONS)] ?? 0, unit: 'ms' },
      { name: `${name}: all in one question`, value: together, unit: 'ms' },
    ];
  } finally {
    transport.close();
    server.close();
    server.closeAllConnections();
  }
}

/** Asks for people, every second of whom is there; throws if an answer is wrong. */
async function check(client: LookupClient, people: readonly number[]): Promise<void> {
  const answers = await client.ask(people.map((i) => nameOf(i % 2 === 0 ? i : -i)));
  for (const [at, i] of people.entries()) {
    const expected = i % 2 === 0 ? `value ${i}` : null;
    if (answers[at]?.found !== (i % 2 === 0) || answers[at]?.value !== expected) throw new Error('a wrong answer');
  }
}

async function browserFigures(): Promise<Figure[]> {
  const here = await questionSpeed(200);
  const there = await browserSpeed(200);
  if (!here.right || !there.right) throw new Error('a wrong answer');
  return [
    { name: 'lookup, a question without the network: Node', value: here.questionMs, unit: 'ms' },
    { name: `lookup, a question without the network: ${there.where}`, value: there.questionMs, unit: 'ms' },
    within(`lookup, ${there.where} beside Node`, there.questionMs / here.questionMs, 'times', MOST_TIMES),
    { name: 'lookup, what a page loads', value: there.bundleBytes / 1000, unit: 'kB' },
  ];
}

const certificate = (name: string) => createCertificate({ name, hosts: [], ...validityOf(Date.now(), 1) });

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

const within = (name: string, value: number, unit: string, most: number): Figure => ({
  name,
  value,
  unit,
  goal: `< ${most} ${unit}`,
  ...(value < most ? {} : { missed: `by ${(value - most).toFixed(1)} ${unit}` }),
});

const count = (n: number): string => (n >= 1e6 ? `${n / 1e6} M` : n >= 1000 ? `${n / 1000} k` : String(n));
