/**
 * Keeps contributors and strangers, friendly or not, from taking all of a station's memory or time, and from locking each
 * other out: each address and each giver has a bound of its own, below one for all together.
 */
import { PeerError } from '@sluis/base';

export interface GateLimits {
  /** Requests a minute, beyond pieces of deposits that were begun. */
  readonly perAddress: number;
  readonly altogether: number;
  /** Addresses that are remembered; the one that was silent longest is forgotten first. */
  readonly addresses: number;
  /** Pieces on their way at a time; each is a few tens of megabytes at most. Clients send one after the other. */
  readonly piecesEach: number;
  readonly pieces: number;
}

const LIMITS: GateLimits = { perAddress: 300, altogether: 3000, addresses: 10_000, piecesEach: 2, pieces: 16 };

/** So many a minute, and no more than that at once. */
class Allowance {
  readonly #perMinute: number;
  #left: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute;
    this.#left = perMinute;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#left = Math.min(this.#perMinute, this.#left + ((now - this.#at) / 60_000) * this.#perMinute);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #clock: () => number;
  readonly #all: Allowance;
  /** In the order of their last request. */
  readonly #addresses = new Map<string, Allowance>();
  readonly #pieces = new Map<string, number>();
  #piecesNow = 0;

  constructor(limits: Partial<GateLimits> = {}, clock = () => performance.now()) {
    this.#limits = { ...LIMITS, ...limits };
    this.#clock = clock;
    this.#all = new Allowance(this.#limits.altogether, clock());
  }

  /** Counts one request. Throws PeerError `deposit/busy` if the address, or all together, have asked too often. */
  ask(address: string): void {
    const now = this.#clock();
    const place = placeOf(address);
    const own = this.#addresses.get(place) ?? new Allowance(this.#limits.perAddress, now);
    this.#addresses.delete(place);
    if (this.#addresses.size >= this.#limits.addresses) this.#addresses.delete(this.#addresses.keys().next().value ?? '');
    this.#addresses.set(place, own);
    // What an address asks beyond its own bound does not count against the others.
    if (!own.take(now) || !this.#all.take(now)) throw busy();
  }

  /** Does what takes memory for one giver. Throws PeerError `deposit/busy` if too much of it is under way. */
  async during<T>(giver: string, task: () => Promise<T>): Promise<T> {
    const own = this.#pieces.get(giver) ?? 0;
    if (own >= this.#limits.piecesEach || this.#piecesNow >= this.#limits.pieces) throw busy();
    this.#pieces.set(giver, own + 1);
    this.#piecesNow += 1;
    try {
      return await task();
    } finally {
      this.#piecesNow -= 1;
      const left = (this.#pieces.get(giver) ?? 1) - 1;
      if (left === 0) this.#pieces.delete(giver);
      else this.#pieces.set(giver, left);
    }
  }
}

/** An IPv4 address, or the first 64 bits of an IPv6 one: the rest is its owner's to choose. */
function placeOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const text = address.split('%')[0] ?? '';
  if (!text.includes(':')) return text;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}

const busy = () =>
  new PeerError('deposit/busy', {
    stage: 'contribution',
    message: 'The station is taking as many deposits as it can just now.',
    remedy: 'Try again in a minute; what was uploaded is kept.',
  });
