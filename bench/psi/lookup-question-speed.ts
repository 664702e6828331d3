/** Questions to a small register, owner and client in one place: what Node and a browser run alike, to compare them. */
import { systemRandom } from '@sluis/base';
import { generateSigningKey, loadOprf, sign } from '@sluis/crypto';
import {
  DEFAULT_TERMS,
  epochKeys,
  evaluateHere,
  LookupClient,
  MemoryCache,
  MemoryCounter,
  OwnerDesk,
  plainIdentifier,
  publishVersion,
  signPublication,
} from '@sluis/lookup';

export interface Speed {
  /** A whole question of one identifier: both sides' arithmetic, no network. */
  readonly questionMs: number;
  readonly entryMs: number;
  readonly right: boolean;
}

const ENTRIES = 500;

export async function questionSpeed(questions: number): Promise<Speed> {
  const oprf = await loadOprf('voprf');
  const keys = epochKeys(oprf, systemRandom.bytes(32), 'bench', 1);
  const identity = generateSigningKey();
  const names = Array.from({ length: ENTRIES }, (_, i) => `entry ${i}`);
  const began = performance.now();
  const tools = { normalise: plainIdentifier, evaluate: evaluateHere(oprf, keys.privateKey, 'bench'), random: systemRandom };
  const epoch = { epoch: 1, publicKey: keys.publicKey, tagKey: systemRandom.bytes(32) };
  const made = await publishVersion({ ...DEFAULT_TERMS, database: 'bench' }, epoch, null, { identifiers: names, values: null }, tools);
  const entryMs = (performance.now() - began) / ENTRIES;
  const signer = {
    organisation: 'bench',
    sign: async (purpose: string, message: Uint8Array) => sign(identity.privateKey, purpose, message),
  };
  const signed = await signPublication(made.publication, signer);
  const inForce = { publication: made.publication, privateKey: keys.privateKey };
  const clock = { now: () => 0 };
  const desk = new OwnerDesk(inForce, { oprf, counter: new MemoryCounter(), total: 1e9, clock, random: systemRandom });
  const transport = {
    publication: async () => signed,
    chunk: async (hash: string) => made.chunks.get(hash) ?? new Uint8Array(0),
    ask: (question: Uint8Array) => desk.answer('bench', question),
  };
  const client = await LookupClient.open({ transport, cache: new MemoryCache(), ownersKey: identity.publicKey, random: systemRandom });
  await client.update();
  await client.ask(['warm', 'up']);
  let right = true;
  const started = performance.now();
  for (let i = 0; i < questions; i++) {
    const [answer] = await client.ask([i % 2 === 0 ? `entry ${i % ENTRIES}` : `stranger ${i}`]);
    right &&= answer?.found === (i % 2 === 0);
  }
  return { questionMs: (performance.now() - started) / questions, entryMs, right };
}
