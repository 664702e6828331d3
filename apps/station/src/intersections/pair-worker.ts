/** The thread that computes one direction of an intersection, or fingerprints, so that the station goes on answering meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemRandom, toSluisError } from '@sluis/base';
import { hmac } from '@sluis/crypto';
import type { PairLink } from '@sluis/model';
import type { PairItems } from '@sluis/technique';
import { pairTechniques } from '../pair-techniques.ts';
import type { FromWorker, Task, ToWorker } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new RangeError('this runs as a thread');

const waiting = new Map<number, (body: Uint8Array | null) => void>();
let next = 0;
port.on('message', ({ id, body }: ToWorker) => {
  waiting.get(id)?.(body);
  waiting.delete(id);
});

const tell = (message: FromWorker, hand: readonly ArrayBuffer[] = []) => port.postMessage(message, [...hand]);

function asked(message: (id: number) => FromWorker, hand: readonly ArrayBuffer[] = []): Promise<Uint8Array | null> {
  const id = next++;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    tell(message(id), hand);
  });
}

const link: PairLink = {
  async send(step, body) {
    // A copy: the protocol may go on using its own block.
    const copy = body.slice();
    await asked((id) => ({ kind: 'send', id, step, body: copy }), [copy.buffer]);
  },
  async receive(step, bytes) {
    return (await asked((id) => ({ kind: 'receive', id, step, bytes }))) ?? new Uint8Array(0);
  },
};

/** First 8 bytes of an HMAC of each item, sorted. */
function fingerprints({ bytes, offsets }: PairItems, key: Uint8Array): Uint8Array {
  const out = new BigUint64Array(offsets.length - 1);
  for (let i = 0; i < out.length; i++) {
    const tag = hmac(key, bytes.subarray(offsets[i], offsets[i + 1]));
    out[i] = new DataView(tag.buffer, tag.byteOffset).getBigUint64(0);
  }
  return new Uint8Array(out.sort().buffer);
}

async function work(task: Task): Promise<void> {
  if (task.kind === 'fingerprints') return tell({ kind: 'done', positions: null, fingerprints: fingerprints(task.items, task.key) });
  const technique = pairTechniques[task.protocol];
  if (technique === undefined) throw new RangeError('the station has looked it up');
  if (task.role === 'sender') {
    await technique.asSender(link, task.items, task.terms, systemRandom);
    return tell({ kind: 'done', positions: null, fingerprints: null });
  }
  const positions = await technique.asReceiver(link, task.items, task.terms, systemRandom);
  tell({ kind: 'done', positions, fingerprints: null });
}

work(workerData as Task)
  .catch((thrown: unknown) => {
    const error = toSluisError(thrown, 'run');
    tell({ kind: 'failed', error: error.toRecord(), exitCode: error.exitCode });
  })
  .finally(() => port.close());
