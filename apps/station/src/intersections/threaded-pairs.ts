/** Runs two-party protocols in threads of their own; the connection stays with the station. */
import { Worker } from 'node:worker_threads';
import { errorFromRecord, RefusedError, StationError, toSluisError } from '@sluis/base';
import type { PairWork } from '@sluis/flow';
import type { PairLink } from '@sluis/model';
import { pairTechniques } from '../pair-techniques.ts';
import type { FromWorker, Task, ToWorker } from './worker-messages.ts';

type Done = Extract<FromWorker, { kind: 'done' }>;

const noLink: PairLink = {
  send: () => Promise.reject(new RangeError('this task has no connection')),
  receive: () => Promise.reject(new RangeError('this task has no connection')),
};

export const threadedPairs: PairWork = {
  technique(protocol) {
    const found = pairTechniques[protocol];
    if (found !== undefined) return found;
    throw new RefusedError('plan/unknown-technique', {
      stage: 'plan',
      message: `This station has no technique for the protocol "${protocol}".`,
      remedy: 'Bring both stations to the same release of Sluis.',
    });
  },
  async run(protocol, role, link, items, terms, signal) {
    this.technique(protocol);
    return (await inThread({ kind: 'run', protocol, role, items, terms }, link, signal)).positions;
  },
  async fingerprints(items, key, signal) {
    const { fingerprints } = await inThread({ kind: 'fingerprints', items, key }, noLink, signal);
    if (fingerprints === null) throw new RangeError('the thread gives fingerprints');
    return fingerprints;
  },
};

/** Views of a larger block are copied: the whole block would be otherwise. */
function handOver(worker: Worker, id: number, body: Uint8Array | null): void {
  if (body === null) {
    worker.postMessage({ id, body } satisfies ToWorker);
    return;
  }
  const own = body.buffer.byteLength === body.length ? body : body.slice();
  worker.postMessage({ id, body: own } satisfies ToWorker, [own.buffer as ArrayBuffer]);
}

/** Resolves with what the thread came to; ends it when its connection fails or the signal says so. */
function inThread(task: Task, link: PairLink, signal: AbortSignal): Promise<Done> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./pair-worker.ts', import.meta.url), { workerData: task });
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const answer = (id: number, result: Promise<Uint8Array | undefined>) => result.then((body) => handOver(worker, id, body ?? null), reject);
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'send')
      answer(
        message.id,
        link.send(message.step, message.body).then(() => undefined),
      );
    else if (message.kind === 'receive') answer(message.id, link.receive(message.step, message.bytes));
    else if (message.kind === 'failed') reject(errorFromRecord(message.error, message.exitCode));
    else resolve(message);
  });
  worker.on('error', (thrown) => reject(toSluisError(thrown, 'run')));
  worker.on('exit', () => reject(threadEnded()));
  return promise.finally(async () => {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  });
}

const threadEnded = (): StationError =>
  new StationError('intersection/thread-ended', {
    stage: 'run',
    message: 'The thread that computed this intersection ended before it was done.',
    remedy: 'It may have run out of memory: give the station more, or compare fewer items; then try again.',
  });
