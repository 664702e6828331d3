/** The two seams through which time and randomness enter. Production code uses `systemClock` and `systemRandom`. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** Measures durations: people and time servers set clocks, so a difference of `Clock.now()` may be anything. */
export interface Stopwatch {
  /** Milliseconds since some moment of this process; never goes back and never jumps. Of no use after a restart. */
  elapsed(): number;
}

export interface Random {
  /** `count` fresh bytes, uniformly random and unpredictable. */
  bytes(count: number): Uint8Array;
}

export const systemClock: Clock & Stopwatch = { now: () => Date.now(), elapsed: () => performance.now() };

/** The operating system's CSPRNG. */
export const systemRandom: Random = {
  bytes(count) {
    const out = new Uint8Array(count);
    for (let at = 0; at < count; at += 65_536) globalThis.crypto.getRandomValues(out.subarray(at, Math.min(count, at + 65_536)));
    return out;
  },
};
