/** Evaluating the function on the owner's own identifiers, on one thread. `./node` spreads it over all cores. */
import { concatBytes } from '@sluis/base';
import type { Oprf } from '@sluis/crypto';
import { functionInput, locatorOf, valueKeyOf } from './function-outputs.ts';
import type { Evaluate } from './publish.ts';

/** Identifiers evaluated between two reports of progress. */
export const PORTION = 512;

/** Locator and value key of each identifier, packed. */
export function outputsFor(oprf: Oprf, privateKey: Uint8Array, database: string, identifiers: readonly string[]): Uint8Array {
  const outputs = oprf.evaluateInputs(
    privateKey,
    identifiers.map((id) => functionInput(database, id)),
  );
  return concatBytes(...identifiers.flatMap((_, i) => [locatorOf(outputs, i), valueKeyOf(outputs, i)]));
}

/** Evaluates here; lets other work of this thread pass between portions. */
export function evaluateHere(
  oprf: Oprf,
  privateKey: Uint8Array,
  database: string,
  progress: (done: number, all: number) => void = () => undefined,
): Evaluate {
  return async (identifiers) => {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < identifiers.length; at += PORTION) {
      parts.push(outputsFor(oprf, privateKey, database, identifiers.slice(at, at + PORTION)));
      progress(Math.min(at + PORTION, identifiers.length), identifiers.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return concatBytes(...parts);
  };
}
