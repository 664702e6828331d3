/** Long computations in stripes: engines compile kernels well between calls, and sockets and timers get their turn. */

/** How long others wait at most for their turn. */
const TURN_MS = 40;

let last = 0;

function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** Lets others have their turn if this thread has been busy for long. */
export async function pause(): Promise<void> {
  if (performance.now() - last < TURN_MS) return;
  await turn();
  last = performance.now();
}

/** Calls `work` for stripes of at most `size` of `count` things: where each begins, and how many it has. */
export async function eachStripe(count: number, size: number, work: (from: number, count: number) => void): Promise<void> {
  for (let from = 0; from < count; from += size) {
    work(from, Math.min(size, count - from));
    await pause();
  }
}

/** Things in a stripe of kernels that take some ten to hundred nanoseconds each. */
export const STRIPE = 8192;
