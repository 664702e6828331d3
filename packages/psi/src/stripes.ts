/** Long computations in stripes: engines compile kernels well between calls, and sockets and timers get their turn. */

import { pause } from '@sluis/base';

/** Calls `work` for stripes of at most `size` of `count` things: where each begins, and how many it has. */
export async function eachStripe(count: number, size: number, work: (from: number, count: number) => void): Promise<void> {
  for (let from = 0; from < count; from += size) {
    work(from, Math.min(size, count - from));
    await pause();
  }
}

export { pause };

/** Things in a stripe of kernels that take some ten to hundred nanoseconds each. */
export const STRIPE = 8192;
