/** A thread that evaluates portions of identifiers for `evaluateOnAllCores`. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadOprf } from '@sluis/crypto';
import { outputsFor } from './evaluate.ts';

export interface WorkerTask {
  readonly privateKey: Uint8Array;
  readonly database: string;
}
export interface Portion {
  readonly at: number;
  readonly identifiers: readonly string[];
}
export interface EvaluatedPortion {
  readonly at: number;
  readonly outputs: Uint8Array;
}

const { privateKey, database } = workerData as WorkerTask;
const oprf = await loadOprf('voprf');
parentPort?.on('message', ({ at, identifiers }: Portion) => {
  const outputs = outputsFor(oprf, privateKey, database, identifiers);
  parentPort?.postMessage({ at, outputs } satisfies EvaluatedPortion, [outputs.buffer as ArrayBuffer]);
});
