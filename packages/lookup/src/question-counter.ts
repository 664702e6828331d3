/** Counting questions: what holds clients back from trying out whole lists of identifiers. */
import { toHex } from '@sluis/base';
import { type CountingWindow, windowAt } from './counting-window.ts';

export interface Charge {
  /** Who asks: the hash of its certificate's key, or whatever the owner knows clients by. */
  readonly client: string;
  readonly nonce: Uint8Array;
  /** Identifiers, with the padding, which nobody but the client can tell from them. */
  readonly identifiers: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Allowance {
  readonly identifiers: number;
  readonly windowSeconds: number;
  /** All clients together. */
  readonly total: number;
}

export type Verdict = 'allowed' | 'replayed' | 'client-spent' | 'all-spent';

/**
 * Where counts are kept. `charge` is durable when it resolves, and one step: two questions at once never share what is left
 * for one. A nonce is allowed once, for as long as its window lasts (`windowAt`); windows begin at fixed times, so at a border
 * up to twice the allowance can be spent within one window's length.
 */
export interface QuestionCounter {
  charge(charge: Charge, allowance: Allowance): Promise<Verdict>;
}

/** Counts that last as long as this process: for tests, and for owners that never restart. */
export class MemoryCounter implements QuestionCounter {
  #window: CountingWindow | null = null;
  #total = 0;
  readonly #spent = new Map<string, number>();
  readonly #nonces = new Set<string>();

  async charge({ client, nonce, identifiers, now }: Charge, allowance: Allowance): Promise<Verdict> {
    const { window, fresh } = windowAt(now, allowance.windowSeconds, this.#window);
    this.#window = window;
    if (fresh) {
      this.#total = 0;
      this.#spent.clear();
      this.#nonces.clear();
    }
    const spent = this.#spent.get(client) ?? 0;
    if (this.#nonces.has(toHex(nonce))) return 'replayed';
    if (spent + identifiers > allowance.identifiers) return 'client-spent';
    if (this.#total + identifiers > allowance.total) return 'all-spent';
    this.#nonces.add(toHex(nonce));
    this.#spent.set(client, spent + identifiers);
    this.#total += identifiers;
    return 'allowed';
  }
}
