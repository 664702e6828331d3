/** Committee frames that arrive before their links are open. Bounded for each sender, forgotten after a while. */
import type { WireLimits } from './limits.ts';

export interface EarlyFrame {
  readonly step: string;
  readonly payload: Uint8Array;
}

interface Held {
  readonly certificate: string;
  readonly frames: EarlyFrame[];
  readonly timer: NodeJS.Timeout;
  bytes: number;
  flooded: boolean;
}

const FRAMES = 1024;
/** Attempts for which one sender's frames are held. */
const ATTEMPTS = 64;

export class EarlyFrames {
  readonly #limits: WireLimits;
  readonly #held = new Map<string, Held>();

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** False if there is no room for it; the attempt is then marked, because it can't succeed without it. */
  keep(certificate: string, attempt: string, step: string, payload: Uint8Array): boolean {
    const key = `${certificate}/${attempt}`;
    const others = [...this.#held.values()].filter((h) => h.certificate === certificate);
    let held = this.#held.get(key);
    if (held === undefined) {
      if (others.length >= ATTEMPTS) return false;
      const timer = setTimeout(() => this.#held.delete(key), this.#limits.earlyMs);
      timer.unref();
      held = { certificate, frames: [], timer, bytes: 0, flooded: false };
      this.#held.set(key, held);
    }
    const total = others.reduce((n, h) => n + h.bytes, 0);
    if (held.flooded || held.frames.length >= FRAMES || total + payload.length > this.#limits.earlyBytes) {
      held.flooded = true;
      held.frames.length = 0;
      held.bytes = 0;
      return false;
    }
    held.frames.push({ step, payload });
    held.bytes += payload.length;
    return true;
  }

  take(certificate: string, attempt: string): { frames: readonly EarlyFrame[]; flooded: boolean } {
    const key = `${certificate}/${attempt}`;
    const held = this.#held.get(key);
    if (held === undefined) return { frames: [], flooded: false };
    clearTimeout(held.timer);
    this.#held.delete(key);
    return held;
  }

  clear(): void {
    for (const held of this.#held.values()) clearTimeout(held.timer);
    this.#held.clear();
  }
}
