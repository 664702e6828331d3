/**
 * What the primitives of a committee of three on replicated shares cost: exact rounds, and bytes sent by the three
 * compute parties together. `mpc` tests its metered reality against this file; protections on secrets add up their
 * own cost with it, without running anything.
 */
import { topNetwork } from '@sluis/math';
import type { Cost } from './door.ts';

const PARTIES = 3;
/** Rough speed on one local network: only for the seconds an explanation shows. */
const SECONDS_PER_ROUND = 0.002;
const BYTES_PER_SECOND = 30e6;

const packedBytes = (n: number): number => 4 * Math.ceil(n / 32);

export const secondsFor = (rounds: number, bytes: number): number => rounds * SECONDS_PER_ROUND + bytes / BYTES_PER_SECOND;

/** Single conjunctions per element in a comparison of `width` bits: generate bits, then a tree of carries. About 3·width. */
export function conjunctions(width: number): number {
  let total = width - 1;
  for (let count = width - 1; count > 1; count = Math.ceil(count / 2)) total += 2 * Math.floor(count / 2) - 1;
  return total;
}

/** Rounds of a comparison: sharing the sum's bits, generating carries, combining them. */
export const comparisonRounds = (width: number): number => (width === 1 ? 1 : 2 + Math.ceil(Math.log2(width - 1)));

/** Adds up rounds and bytes. Methods bear the names of `Committee`'s and take shapes instead of secrets. */
export class CommitteeMeter {
  rounds = 0;
  bytes = 0;

  /** Fresh keys: 1 round, 32 bytes from each party. */
  convene(): void {
    this.#add(1, PARTIES * 32);
  }

  and(length: number): void {
    if (length > 0) this.#add(1, PARTIES * packedBytes(length));
  }

  or(length: number): void {
    this.and(length);
  }

  negative(length: number, width: number): void {
    if (length > 0) this.#add(comparisonRounds(width), packedBytes(length) * (width + PARTIES * conjunctions(width)));
  }

  less(length: number, width: number): void {
    this.negative(length, width);
  }

  select(length: number, words: number): void {
    if (length > 0) this.#add(2, 32 * words * length);
  }

  /** `minimum` and `maximum` over `columns` columns. */
  extreme(length: number, columns: number, width: number, words: number): void {
    for (let open = columns; open > 1; open = Math.ceil(open / 2)) {
      this.negative(length * Math.floor(open / 2), width);
      this.select(length * Math.floor(open / 2), words);
    }
  }

  largest(length: number, columns: number, top: number, width: number, words: number): void {
    for (const level of topNetwork(columns, top).levels) {
      this.negative(length * level.length, width);
      this.select(length * level.length, words);
    }
  }

  /** Groups by size: `count` groups of `size` positions each. */
  allOf(groups: readonly { readonly size: number; readonly count: number }[]): void {
    let open = groups;
    while (open.some((g) => g.size > 1 && g.count > 0)) {
      this.and(open.reduce((n, g) => n + g.count * Math.floor(g.size / 2), 0));
      open = open.map((g) => ({ size: Math.ceil(g.size / 2), count: g.count }));
    }
  }

  /** 1 round: each party sends one component and a 32-byte digest of the other. */
  openBits(length: number): void {
    if (length > 0) this.#add(1, PARTIES * (packedBytes(length) + 32));
  }

  rerandomise(length: number, words: number): void {
    if (length > 0) this.#add(1, PARTIES * 8 * words * length);
  }

  total(): Cost {
    return { rounds: this.rounds, bytes: this.bytes, seconds: secondsFor(this.rounds, this.bytes) };
  }

  #add(rounds: number, bytes: number): void {
    this.rounds += rounds;
    this.bytes += bytes;
  }
}
