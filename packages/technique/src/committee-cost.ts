/**
 * What the primitives of a committee of three on replicated shares cost: exact rounds, and bytes sent by the three
 * compute parties together. `mpc` tests its metered reality against this file; protections on secrets add up their
 * own cost with it, without running anything.
 */
import { topNetwork } from '@sluis/math';
import { CheckMeter } from './check-meter.ts';
import type { ThreatModel } from './committee.ts';
import type { Cost } from './door.ts';
import { secondsFor } from './rough-seconds.ts';

const PARTIES = 3;

const packedBytes = (n: number): number => 4 * Math.ceil(n / 32);

/** Conjunctions an element, and rounds, of a tree that finds the carry out of `groups` groups of positions. */
function carryTree(groups: number): { readonly conjunctions: number; readonly rounds: number } {
  let total = 0;
  for (let count = groups; count > 1; count = Math.ceil(count / 2)) total += 2 * Math.floor(count / 2) - 1;
  return { conjunctions: total, rounds: levels(groups) };
}

/** Levels of a tree over so many leaves. */
const levels = (leaves: number): number => (leaves < 2 ? 0 : Math.ceil(Math.log2(leaves)));

/**
 * A comparison of `width` bits among trusted parties: bits an element that all three send together, and rounds. Groups of
 * three positions: 7 bits from party 0, then 2 for what the group generates and 2 for what it propagates; then a tree.
 */
export function comparison(width: number): { readonly bits: number; readonly rounds: number } {
  const left = (width - 1) % 3;
  const groups = Math.ceil((width - 1) / 3);
  if (groups === 0) return { bits: 1, rounds: 1 };
  const products = 7 * Math.floor((width - 1) / 3) + 2 ** left - 1;
  if (groups === 1) return { bits: products + 3, rounds: 2 };
  const tree = carryTree(groups);
  return { bits: products + 2 * (2 * groups - 1 - (left === 1 ? 1 : 0)) + 3 * tree.conjunctions, rounds: 2 + tree.rounds };
}

/** Elements from which on verified comparisons go position by position: half the conjunctions of a tree, many rounds. */
export const RIPPLE_FROM = 1 << 15;

/** The same where every conjunction is verified: a carry-save adder, then, for `length` elements, a tree or a ripple. */
export function verifiedComparison(width: number, length: number): { readonly bits: number; readonly rounds: number } {
  if (width <= 2) return { bits: 3 * (width - 1), rounds: width - 1 };
  if (length >= RIPPLE_FROM) return { bits: 3 * (2 * width - 3), rounds: width - 1 };
  const tree = carryTree(width - 2);
  return { bits: 3 * (2 * width - 3 + tree.conjunctions), rounds: 2 + tree.rounds };
}

/** A test for zero of `width` bits among trusted parties: the bits of one summand, and a tree of conjunctions. */
export const zeroTest = (width: number) => ({ bits: 4 * width - 3, rounds: 1 + levels(width) });

export const verifiedZeroTest = (width: number) =>
  width === 1 ? { bits: 0, rounds: 0 } : { bits: 9 * width - 12, rounds: (width === 2 ? 1 : 2) + levels(width) };

/** All bits of a sum of `width` bits, from those of its two summands: conjunctions an element, and rounds. */
function prefixAdder(width: number): { readonly conjunctions: number; readonly rounds: number } {
  let [total, rounds] = [Math.max(0, width - 1), width > 1 ? 1 : 0];
  for (let half = 1; half < width - 1; half *= 2, rounds++) {
    for (let i = half; i < width - 1; i++) if (Math.floor(i / half) % 2 === 1) total += i >= 2 * half ? 2 : 1;
  }
  return { conjunctions: total, rounds };
}

/**
 * Adds up rounds and bytes. Methods bear the names of `Committee`'s and take shapes instead of secrets. Under the
 * malicious model they count the primitives' verified forms, and `checks` what verifying costs on top.
 */
export class CommitteeMeter {
  rounds = 0;
  bytes = 0;
  /** Null where nothing is verified. */
  readonly checks: CheckMeter | null;
  readonly #verified: boolean;

  constructor(threatModel: ThreatModel = 'semi-honest') {
    this.#verified = threatModel === 'malicious';
    this.checks = this.#verified ? new CheckMeter() : null;
  }

  /** Fresh keys: 1 round, 32 bytes from each party. */
  convene(): void {
    this.#add(1, PARTIES * 32);
  }

  /** From its owner. */
  input(length: number, words: number): void {
    this.#add(1, 8 * words * length);
  }

  /** So many 64-bit words from every party. */
  sumOfInputs(words: number): void {
    if (words > 0) this.#add(1, PARTIES * 8 * words);
  }

  and(length: number): void {
    if (length === 0) return;
    this.#add(1, PARTIES * packedBytes(length));
    this.checks?.conjunctions(packedBytes(length) / 4);
  }

  or(length: number): void {
    this.and(length);
  }

  multiply(length: number, words: number): void {
    if (length === 0) return;
    this.#add(1, PARTIES * 8 * words * length);
    this.checks?.products(length, words);
  }

  /** Of `terms` columns on each side. */
  sumOfProducts(length: number, terms: number, words: number): void {
    this.multiply(length * (this.#verified ? terms : 1), words);
  }

  innerProduct(length: number, words: number): void {
    this.multiply(this.#verified ? length : 1, words);
  }

  inject(length: number, words: number): void {
    if (length === 0) return;
    this.#add(2, (this.#verified ? 48 : 24) * words * length);
    this.checks?.products(2 * length, words);
  }

  mask(length: number, words: number): void {
    this.select(length, words);
  }

  select(length: number, words: number): void {
    if (length === 0) return;
    this.#add(this.#verified ? 3 : 2, (this.#verified ? 72 : 32) * words * length);
    this.checks?.products(3 * length, words);
  }

  negative(length: number, width: number): void {
    this.#bitwise(length, this.#verified ? verifiedComparison(width, length) : comparison(width));
  }

  less(length: number, width: number): void {
    this.negative(length, width);
  }

  isZero(length: number, width: number): void {
    this.#bitwise(length, this.#verified ? verifiedZeroTest(width) : zeroTest(width));
  }

  equal(length: number, width: number): void {
    this.isZero(length, width);
  }

  toBits(length: number, width: number): void {
    const { conjunctions, rounds } = prefixAdder(width);
    const shared = this.#verified ? { bits: 3 * (width - 1), rounds: width > 1 ? 1 : 0 } : { bits: width, rounds: 1 };
    this.#bitwise(length, { bits: shared.bits + 3 * conjunctions, rounds: shared.rounds + rounds });
  }

  /** Of `bits` slices of `length` bits each. */
  fromBits(length: number, bits: number, words: number): void {
    this.inject(length * bits, words);
  }

  /** Values of `bits` bits from `from` words to `words`. */
  widen(length: number, from: number, words: number, bits = 64 * from): void {
    if (words <= from || length === 0) return;
    this.#sumOfChanged(length, words);
    this.#wraps(length, bits);
    this.inject(length * this.#wrapBits, words);
  }

  shiftRight(length: number, shift: number, bits: number, words: number): void {
    if (shift === 0 || length === 0) return;
    if (shift >= bits) {
      this.negative(length, bits);
      this.inject(length, words);
      return;
    }
    this.#sumOfChanged(length, words);
    this.#wraps(length, shift);
    this.#wraps(length, bits);
    this.inject(2 * length * this.#wrapBits, words);
  }

  rescale(length: number, divisor: bigint, bits: number, words: number): void {
    const bitLength = (value: bigint) => value.toString(2).length;
    if (divisor === 1n || length === 0 || divisor > 1n << BigInt(bits)) return;
    const most = Math.max(bits, bitLength(divisor));
    const roomy = Math.max(bits + 2, bitLength(divisor) + 3) > 64 * words ? words + 1 : words;
    this.widen(length, words, roomy, bits);
    if (divisor % 2n === 0n) {
      this.negative(length, bits);
      this.inject(length, roomy);
    }
    const half = 1n << BigInt(most);
    const width = bitLength(half + ((half + divisor - 1n) / divisor) * divisor);
    this.#sumOfChanged(length, roomy);
    this.#sumOfChanged(length, roomy);
    this.#wraps(length, width);
    this.inject(length * this.#wrapBits, roomy);
    const multiples = 2 * this.#wrapBits;
    const restBits = bitLength(divisor * BigInt(multiples + 1)) + 1;
    this.negative(length * multiples, Math.min(restBits, 64 * roomy));
    this.inject(length * multiples, roomy);
  }

  divide(length: number, bits: number, words: number): void {
    for (let i = 0; i < 2; i++) {
      this.negative(length, bits);
      this.select(length, words);
    }
    this.toBits(length, bits);
    this.inject(length * bits, words);
    for (let i = 0; i < bits; i++) {
      this.less(length, bits);
      this.mask(length, words);
    }
    this.inject(length * bits, words);
    this.select(length, words);
    this.isZero(length, bits);
    this.mask(length, words);
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
    if (length === 0) return;
    this.reveal();
    this.#add(1, PARTIES * (packedBytes(length) + 32));
  }

  openColumn(length: number, words: number): void {
    if (length === 0) return;
    this.reveal();
    this.#add(1, PARTIES * (8 * words * length + 32));
  }

  rerandomise(length: number, words: number): void {
    if (length === 0) return;
    this.reveal();
    this.#add(1, PARTIES * 8 * words * length);
  }

  /** What was computed so far is checked before anything of it leaves the committee. */
  reveal(): void {
    this.checks?.check();
  }

  /** With everything checked in the end, where it is. */
  total(): Cost {
    this.reveal();
    const [rounds, bytes] = [this.rounds + (this.checks?.rounds ?? 0), this.bytes + (this.checks?.bytes ?? 0)];
    return { rounds, bytes, seconds: secondsFor(rounds, bytes) };
  }

  /** Bits that say how often known summands were wrapped. */
  get #wrapBits(): number {
    return this.#verified ? 2 : 1;
  }

  #wraps(length: number, width: number): void {
    this.#bitwise(length, this.#verified ? verifiedComparison(width + 1, length) : comparison(width + 1));
  }

  #sumOfChanged(length: number, words: number): void {
    if (!this.#verified && length > 0) this.#add(1, 8 * words * length);
  }

  /** So many bits an element, in packed words. */
  #bitwise(length: number, { bits, rounds }: { readonly bits: number; readonly rounds: number }): void {
    if (length === 0) return;
    this.#add(rounds, packedBytes(length) * bits);
    this.checks?.conjunctions(((packedBytes(length) / 4) * bits) / 3);
  }

  #add(rounds: number, bytes: number): void {
    this.rounds += rounds;
    this.bytes += bytes;
  }
}
