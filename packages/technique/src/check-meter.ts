/** What checking costs along a program under the malicious model: products wait until something is revealed, or they are many. */
import { type CheckCost, checkCost } from './malicious-cost.ts';

/** 64-bit words that wait at most before they are checked. */
export const WAITING_WORDS = 2 ** 20;

/** Told of products and reveals in the order of the program, as the verifier of `mpc` is. */
export class CheckMeter {
  rounds = 0;
  bytes = 0;
  /** Products that wait, by their width in words. */
  readonly #products = new Map<number, number>();
  /** 32-bit words of conjunctions that wait. */
  #conjunctions = 0;

  products(count: number, words: number): void {
    this.#products.set(words, (this.#products.get(words) ?? 0) + count);
    this.#checkMany();
  }

  conjunctions(packedWords: number): void {
    this.#conjunctions += packedWords;
    this.#checkMany();
  }

  /** All that waits is checked: five rounds for everything together. */
  check(): void {
    const found = [...this.#products].map(([words, count]) => checkCost(count, words));
    this.#add([...found, checkCost(Math.ceil(this.#conjunctions / 2))]);
    this.#products.clear();
    this.#conjunctions = 0;
  }

  #checkMany(): void {
    const waiting = [...this.#products].reduce((n, [words, count]) => n + words * count, this.#conjunctions / 2);
    const full = Math.floor(waiting / WAITING_WORDS);
    if (full === 0) return;
    // A long vector comes stripe by stripe.
    this.check();
    this.rounds += 5 * (full - 1);
  }

  #add(costs: readonly CheckCost[]): void {
    this.rounds += costs.reduce((most, c) => Math.max(most, c.rounds), 0);
    this.bytes += costs.reduce((sum, c) => sum + c.bytes, 0);
  }
}
