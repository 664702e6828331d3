/** How much stations that no agreement pins may ask: a bucket for each certificate, and one for all. */
import type { WireLimits } from './limits.ts';

const REMEMBERED = 1000;

export class StrangerGate {
  readonly #limits: WireLimits;
  readonly #buckets = new Map<string, { left: number; at: number }>();
  #connections = 0;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  enter(): boolean {
    if (this.#connections >= this.#limits.strangers) return false;
    this.#connections += 1;
    return true;
  }

  leave(): void {
    this.#connections -= 1;
  }

  /** Takes one request's worth of both buckets; false if either is empty. */
  allows(certificate: string): boolean {
    const own = this.#take(certificate, this.#limits.strangerPerMinute);
    return own && this.#take('', this.#limits.strangersPerMinute);
  }

  #take(key: string, perMinute: number): boolean {
    const now = performance.now();
    const bucket = this.#buckets.get(key) ?? { left: perMinute, at: now };
    bucket.left = Math.min(perMinute, bucket.left + ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    const allowed = bucket.left >= 1;
    if (allowed) bucket.left -= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > REMEMBERED && oldest !== undefined) this.#buckets.delete(oldest);
    return allowed;
  }
}
