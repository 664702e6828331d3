/** Long computations let sockets and timers have their turn. */

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
