/** The window in which questions are counted, by a clock that may be wrong: when counts begin anew. */

export interface CountingWindow {
  /** Milliseconds since 1970, by the owner's clock. */
  readonly begins: number;
  readonly ends: number;
  /** The earliest time that a clock set back before `begins` has shown since; null while it stands within the window. */
  readonly behindSince: number | null;
}

/**
 * The window that counts at `now`, after `before`; `fresh` says that nothing was counted in it yet.
 *
 * Windows begin at multiples of their length. One that has begun lasts until the clock has passed its end: neither a clock
 * that is set back nor another length gives a new allowance. A clock that stays behind for a whole length is believed then,
 * so that one which was far ahead by mistake locks nobody out for long. A clock that is set forward can't be told from time
 * that has passed.
 */
export function windowAt(now: number, windowSeconds: number, before: CountingWindow | null): { window: CountingWindow; fresh: boolean } {
  const length = windowSeconds * 1000;
  const begins = Math.floor(now / length) * length;
  const next = { window: { begins, ends: begins + length, behindSince: null }, fresh: true };
  if (before === null || now >= before.ends) return next;
  if (now >= before.begins) return { window: { ...before, behindSince: null }, fresh: false };
  const behindSince = Math.min(before.behindSince ?? now, now);
  if (now - behindSince >= before.ends - before.begins) return next;
  return { window: { ...before, behindSince }, fresh: false };
}
