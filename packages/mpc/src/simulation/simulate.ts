/** Three compute parties in one process, for tests and benches: queues instead of sockets, a meter, and transcripts. */
import { PeerError, type Random, systemRandom, utf8 } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import type { Committee, ComputationTechnique, SecretColumn } from '@sluis/technique';
import { replicatedComputation, replicatedSharing } from '../techniques.ts';

type Party = 0 | 1 | 2;
export const PARTIES: readonly Party[] = [0, 1, 2];

export interface Message {
  readonly from: Party;
  readonly to: Party;
  readonly step: string;
  readonly payload: Uint8Array;
}

export interface SimulationOptions {
  readonly context?: Uint8Array;
  /** Randomness of each party; the system's by default. */
  readonly random?: readonly [Random, Random, Random];
  /** Changes a message on its way; null loses it, and its sender counts as gone. */
  readonly tamper?: (message: Message) => Uint8Array | null;
  readonly keepTranscript?: boolean;
  /** How a party's committee is convened; as `replicatedComputation` does by default. */
  readonly convene?: ComputationTechnique['convene'];
}

/** Links between three parties in memory. A message to a party that has ended is dropped; waiting for one fails. */
export class Network {
  readonly rounds: [number, number, number] = [0, 0, 0];
  /** Payload bytes sent by each party. */
  readonly bytes: [number, number, number] = [0, 0, 0];
  readonly transcript: Message[] = [];
  readonly #arrived = new Map<string, Uint8Array>();
  readonly #waiting = new Map<
    string,
    { resolve: (payload: Uint8Array) => void; reject: (error: Error) => void; from: Party; step: string }
  >();
  readonly #gone = new Set<Party>();
  readonly #options: SimulationOptions;

  constructor(options: SimulationOptions = {}) {
    this.#options = options;
  }

  /** Disconnects a party: whoever waits for it, now or later, gets a PeerError. */
  leave(party: Party): void {
    this.#gone.add(party);
    for (const [key, wait] of this.#waiting) {
      if (wait.from !== party) continue;
      this.#waiting.delete(key);
      wait.reject(gone(party, wait.step));
    }
  }

  links(me: Party): CommitteeLinks {
    return {
      me,
      send: async (to, step, payload) => this.#deliver({ from: me, to, step, payload: payload.slice() }),
      receive: (from, step) => this.#take(from, me, step),
      round: () => {
        this.rounds[me] += 1;
      },
    };
  }

  #deliver(sent: Message): void {
    const payload = this.#options.tamper === undefined ? sent.payload : this.#options.tamper(sent);
    if (payload === null) {
      this.leave(sent.from);
      return;
    }
    this.bytes[sent.from] += payload.length;
    if (this.#options.keepTranscript === true) this.transcript.push({ ...sent, payload: payload.slice() });
    const key = `${sent.from}>${sent.to} ${sent.step}`;
    const wait = this.#waiting.get(key);
    if (this.#arrived.has(key)) throw new Error(`step "${sent.step}" was sent twice`);
    if (wait === undefined) this.#arrived.set(key, payload);
    this.#waiting.delete(key);
    wait?.resolve(payload);
  }

  #take(from: Party, to: Party, step: string): Promise<Uint8Array> {
    const key = `${from}>${to} ${step}`;
    const payload = this.#arrived.get(key);
    if (payload !== undefined) {
      this.#arrived.delete(key);
      return Promise.resolve(payload);
    }
    if (this.#gone.has(from)) return Promise.reject(gone(from, step));
    return new Promise((resolve, reject) => this.#waiting.set(key, { resolve, reject, from, step }));
  }
}

const gone = (party: Party, step: string) =>
  new PeerError('wire/peer-gone', {
    stage: 'wire',
    message: `Compute party ${party} went away before step "${step}".`,
    remedy: 'Start its station again, then ask again.',
  });

export interface Simulated<T> {
  /** What the program returned at each party. */
  readonly results: readonly [T, T, T];
  /** Without the round and bytes of agreeing on keys. */
  readonly rounds: number;
  readonly bytes: readonly [number, number, number];
  readonly transcript: readonly Message[];
}

/** Runs the same program at three parties. Rejects with the first failure after all three have ended. */
export async function simulateCommittee<T>(
  program: (committee: Committee) => Promise<T>,
  options: SimulationOptions = {},
): Promise<Simulated<T>> {
  const outcome = await settleCommittee(program, options);
  const failed = outcome.settled.find((s) => s.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const results = outcome.settled.map((s) => (s as PromiseFulfilledResult<T>).value) as unknown as [T, T, T];
  const { rounds, bytes, transcript } = outcome.network;
  if (rounds[0] !== rounds[1] || rounds[1] !== rounds[2]) throw new Error('the parties counted different rounds');
  return { results, rounds: rounds[0] - 1, bytes: [bytes[0] - 32, bytes[1] - 32, bytes[2] - 32], transcript };
}

/** The same, with each party's own outcome. */
export async function settleCommittee<T>(program: (committee: Committee) => Promise<T>, options: SimulationOptions = {}) {
  const network = new Network(options);
  const settled = await Promise.allSettled(
    PARTIES.map(async (me) => {
      try {
        const random = options.random?.[me] ?? systemRandom;
        const convene = options.convene ?? replicatedComputation.convene;
        return await program(await convene(network.links(me), options.context ?? utf8('simulation'), random));
      } catch (error) {
        network.leave(me);
        throw error;
      }
    }),
  );
  return { settled, network };
}

/** Signed integers as a word-major column. */
export function toColumn(values: readonly bigint[], words: number): BigUint64Array {
  const out = new BigUint64Array(values.length * words);
  values.forEach((value, i) => {
    for (let j = 0; j < words; j++) out[j * values.length + i] = BigInt.asUintN(64, value >> BigInt(64 * j));
  });
  return out;
}

/** Each party's share of one column: index it with the committee's `me`. */
export function deal(
  values: readonly bigint[],
  words: number,
  random: Random = systemRandom,
): readonly [SecretColumn, SecretColumn, SecretColumn] {
  const messages = replicatedSharing.split({ cells: values.length, columns: [toColumn(values, words)] }, [words], random);
  return PARTIES.map((me) => replicatedSharing.combine(me, messages[me], values.length, [words])[0]) as unknown as [
    SecretColumn,
    SecretColumn,
    SecretColumn,
  ];
}

/** The signed integers behind what `components` gave at the three parties; throws if the two copies of a component differ. */
export function reveal(parts: readonly { readonly mine: BigUint64Array; readonly next: BigUint64Array }[], words: number): bigint[] {
  const length = (parts[0]?.mine.length ?? 0) / words;
  PARTIES.forEach((i) => {
    if (!sameWords(parts[i]?.next, parts[(i + 1) % 3]?.mine)) throw new Error(`the copies of component ${(i + 1) % 3} differ`);
  });
  return Array.from({ length }, (_, e) => {
    const total = parts.reduce((sum, p) => sum + element(p.mine, e, length, words), 0n);
    return BigInt.asIntN(64 * words, total);
  });
}

function element(a: BigUint64Array, i: number, length: number, words: number): bigint {
  let value = 0n;
  for (let j = words - 1; j >= 0; j--) value = (value << 64n) | (a[j * length + i] as bigint);
  return value;
}

const sameWords = (a: BigUint64Array | undefined, b: BigUint64Array | undefined) =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((word, i) => word === b[i]);
