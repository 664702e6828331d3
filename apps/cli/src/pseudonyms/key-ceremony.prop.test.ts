/** Holders that crash at any moment while they make a key, on a network in memory: never half a key, at last one for all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeerError, systemRandom, toHex, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { keyId, type KeyShare } from '@sluis/pseudonyms';
import type { Incoming, Reply } from '@sluis/wire';
import fc from 'fast-check';
import { CeremonyBoard, HELLO } from './ceremony-board.ts';
import type { Kept } from './holder-folder.ts';
import { makeKey } from './key-ceremony.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);
const group = await loadRistretto();
const PARTIES = ['a', 'b', 'c', 'd'];
type Handler = (message: Incoming) => Promise<Partial<Reply>>;

/** What survives a crash: the disk. */
class Disk {
  state: Kept = { state: 'none', share: null, key: '' };
  /** Every key that was ever in force here. */
  readonly inForce = new Set<string>();

  /** The folder as one process has it: dead processes write nothing. */
  folder(alive: () => boolean) {
    const live = () => {
      if (!alive()) throw new Error('dead');
    };
    const of = (state: Kept['state'], share: KeyShare | null): Kept => ({ state, share, key: share ? toHex(keyId(share)) : '' });
    return {
      path: 'memory',
      kept: () => this.state,
      storePending: (share: KeyShare) => {
        live();
        this.state = of('pending', share);
      },
      dropPending: () => {
        live();
        assert.notEqual(this.state.state, 'final');
        this.state = of('none', null);
      },
      promote: () => {
        live();
        this.state = of('final', this.state.share);
        this.inForce.add(this.state.key);
        return this.state.share as KeyShare;
      },
    };
  }
}

class Network {
  readonly #handlers = new Map<string, Map<string, Handler>>();
  readonly #disks = new Map(PARTIES.map((p) => [p, new Disk()]));
  /** At how many more requests who crashes. */
  readonly #crashes: { party: string; after: number }[];
  readonly #random: () => number;
  crashed = 0;

  constructor(crashes: readonly { party: string; after: number }[], random: () => number) {
    this.#crashes = crashes.map((c) => ({ ...c }));
    this.#random = random;
  }

  disks = () => [...this.#disks.values()];

  /** Runs a holder until it has the key in force, through its crashes. */
  async live(me: string): Promise<void> {
    const disk = this.#disks.get(me) as Disk;
    for (;;) {
      const process = { alive: true, life: new AbortController() };
      const handlers = new Map<string, Handler>();
      const partyOf = (certificate: string) => certificate;
      const folder = disk.folder(() => process.alive);
      const common = { terms: utf8('terms'), parties: PARTIES, me, partyOf, kept: folder.kept, random: systemRandom };
      const board = new CeremonyBoard({ onRequest: (type, handler) => void handlers.set(type, handler as Handler) }, common);
      this.#handlers.set(me, handlers);
      if (disk.state.state === 'final') return;
      try {
        await makeKey({
          ...{ board, folder, group, random: systemRandom, me, pollMs: 1, told: () => undefined },
          wire: { request: (peer, type, header) => this.#request(process, me, peer.name, type, header) },
          setting: { purpose: 'test', parties: PARTIES, threshold: 2 },
          others: PARTIES.filter((p) => p !== me).map((name) => ({ name, identity: '', certificate: name, address: '' })),
          deadline: performance.now() + 30_000,
          signal: process.life.signal,
        });
        return;
      } catch (thrown) {
        if (process.alive) throw thrown;
        await sleep(6 * this.#random());
      }
    }
  }

  async #request(process: { alive: boolean; life: AbortController }, from: string, to: string, type: string, header: object) {
    const lost = () => new PeerError('wire/unreachable', { stage: 'wire', message: 'not there' });
    await sleep(2 * this.#random());
    for (const crash of this.#crashes) if (crash.party === from) crash.after -= 1;
    const due = this.#crashes.findIndex((c) => c.party === from && c.after <= 0);
    if (due >= 0 && process.alive) {
      this.#crashes.splice(due, 1);
      this.crashed += 1;
      process.alive = false;
      this.#handlers.delete(from);
      process.life.abort();
    }
    if (!process.alive) throw lost();
    const handler = this.#handlers.get(to)?.get(type);
    if (handler === undefined) throw lost();
    const message = { from: { name: from, certificate: from }, type, header, body: new Uint8Array(0), signal: process.life.signal };
    const reply = await handler(message as Incoming);
    await sleep(2 * this.#random());
    if (!process.alive) throw lost();
    return reply as Reply;
  }
}

test('holders that crash and start again end with one key, and no holder ever has another one in force', async () => {
  let crashed = 0;
  const crash = fc.record({ party: fc.constantFrom(...PARTIES), after: fc.integer({ min: 1, max: 70 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(crash, { maxLength: 5 }), fc.integer({ min: 1, max: 2 ** 31 - 2 }), async (crashes, start) => {
      let state = start;
      const delays = () => {
        state = (state * 48_271) % (2 ** 31 - 1);
        return state / 2 ** 31;
      };
      const network = new Network(crashes, delays);
      await Promise.all(PARTIES.map((p) => network.live(p)));
      crashed += network.crashed;
      const inForce = new Set(network.disks().flatMap((d) => [...d.inForce]));
      assert.equal(inForce.size, 1);
      assert.ok(network.disks().every((d) => d.state.state === 'final'));
    }),
    { seed, numRuns: Number(process.env['SLUIS_TEST_RUNS'] ?? 12) },
  );
  assert.ok(crashed > 3, `${crashed} crashes happened`);
});

test('a hello with a new number ends the session; after a confirmation this holder takes a new number too', async () => {
  const handlers = new Map<string, Handler>();
  const kept = (): Kept => ({ state: 'none', share: null, key: '' });
  const options = {
    terms: utf8('t'),
    parties: ['a', 'b'],
    me: 'a',
    partyOf: (c: string) => (c === 'b' ? 'b' : null),
    kept,
    random: systemRandom,
  };
  const board = new CeremonyBoard({ onRequest: (type, handler) => void handlers.set(type, handler as Handler) }, options);
  const hello = (nonce: string, certificate = 'b', terms = board.terms) =>
    handlers.get(HELLO)?.({ from: { name: null, certificate }, header: { nonce, terms } } as unknown as Incoming);
  await assert.rejects(async () => hello('1', 'c'), { code: 'pseudonyms/not-a-holder' });
  await assert.rejects(async () => hello('1', 'b', 'others'), { code: 'pseudonyms/other-terms' });
  const first = board.begin(new Map([['b', '1']]));
  const before = board.nonce;
  await hello('1');
  assert.equal(first.over, false);
  await hello('2');
  assert.deepEqual([first.over, board.nonce], [true, before]);
  const second = board.begin(new Map([['b', '2']]));
  assert.notDeepEqual(second.id, first.id);
  second.shown.set('confirm', () => new Uint8Array(0));
  await hello('3');
  assert.equal(second.over, true);
  assert.notEqual(board.nonce, before);
});
