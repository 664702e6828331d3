/**
 * One compute party that lies in one message: a seam for tests, not exported. The liar follows the protocol otherwise, on
 * what it now believes or pretends to hold.
 */
import type { CommitteeLinks } from '@sluis/model';

export const LIE_KINDS = ['flip', 'add', 'replay', 'swap', 'omit', 'zero'] as const;
export type LieKind = (typeof LIE_KINDS)[number];

export interface Lie {
  readonly kind: LieKind;
  /** Which of the liar's messages, counting from 0. */
  readonly message: number;
  /** Whether the liar's own copy is changed alike, so that it goes on consistently with what it said. */
  readonly own: boolean;
  /** Chooses bits and places. */
  readonly random: (below: number) => number;
}

/** What became of the lie. */
export interface Told {
  step: string | null;
  /** False while it was not told, or did not change anything. */
  changed: boolean;
  /** Whether the liar's own copy was changed alike. */
  alike: boolean;
  sent: number;
}

/** Links over which one message is a lie. */
export function lyingLinks(links: CommitteeLinks, lie: Lie, told: Told): CommitteeLinks {
  const earlier: Uint8Array[] = [];
  return {
    me: links.me,
    round: () => links.round(),
    receive: (from, step) => links.receive(from, step),
    send: (to, step, payload) => {
      const number = told.sent++;
      if (number !== lie.message) {
        if (earlier.length < 200) earlier.push(payload.slice());
        return links.send(to, step, payload);
      }
      const truth = payload.slice();
      const bent = bend(truth, lie, earlier);
      told.step = step;
      told.changed = bent.length !== truth.length || bent.some((b, i) => b !== truth[i]);
      told.alike = lie.own && bent.length === payload.length;
      if (told.alike) payload.set(bent);
      return links.send(to, step, bent);
    },
  };
}

function bend(truth: Uint8Array, { kind, random }: Lie, earlier: readonly Uint8Array[]): Uint8Array {
  const bent = truth.slice();
  const at = random(Math.max(1, truth.length));
  switch (kind) {
    case 'flip':
      if (truth.length > 0) bent[at] = (truth[at] as number) ^ (1 << random(8));
      return bent;
    case 'add':
      return added(bent, random);
    case 'replay': {
      const fitting = earlier.filter((e) => e.length === truth.length);
      const from = fitting.length > 0 ? fitting : earlier;
      return from[random(Math.max(1, from.length))] ?? added(bent, random);
    }
    case 'swap': {
      const half = truth.length >> 1;
      bent.set(truth.subarray(half));
      bent.set(truth.subarray(0, half), truth.length - half);
      return bent;
    }
    case 'omit':
      return truth.subarray(0, truth.length - 1 - random(Math.max(1, truth.length)));
    case 'zero':
      return bent.fill(0);
  }
}

/** Adds a number to one 64-bit word, often one that only its highest bit can tell. */
function added(bent: Uint8Array, random: (below: number) => number): Uint8Array {
  const words = Math.floor(bent.length / 8);
  if (words === 0) {
    if (bent.length > 0) bent[0] = ((bent[0] as number) + 1 + random(255)) & 255;
    return bent;
  }
  const view = new DataView(bent.buffer, bent.byteOffset, bent.length);
  const by = [1n, -1n, 1n << 63n, BigInt(1 + random(2 ** 31))][random(4)] as bigint;
  const at = 8 * random(words);
  view.setBigUint64(at, BigInt.asUintN(64, view.getBigUint64(at, true) + by), true);
  return bent;
}
