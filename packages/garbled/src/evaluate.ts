/** Evaluating a garbled circuit: from one label per input wire to one label per wire, learning nothing on the way. */
import type { FixedKeyHash } from '@sluis/crypto';
import { whereOdd, xorBlocks } from '@sluis/ot';
import type { Circuit } from './circuit.ts';
import { gatherLabels, linearGates } from './garble.ts';

/** Words of all tables of a circuit. */
export const tableWords = (circuit: Circuit, instances: number): number => 8 * instances * circuit.conjunctions;

/**
 * @param inputs - the label of each input wire (garbler's first), `instances` blocks each. @param tables - as garbled.
 * Run by: the evaluator. Source: Zahur, Rosulek & Evans 2015, figure 2.
 */
export function evaluate(
  circuit: Circuit,
  instances: number,
  inputs: readonly Uint32Array[],
  tables: Uint32Array,
  hash: FixedKeyHash,
): Uint32Array[] {
  if (tables.length !== tableWords(circuit, instances)) throw new RangeError('the tables do not fit the circuit');
  const labels: Uint32Array[] = [...inputs];
  let [tweak, at] = [0, 0];
  for (const level of circuit.levels) {
    linearGates(labels, level.linear, null);
    if (level.conjunctions.length === 0) continue;
    const words = 4 * instances * level.conjunctions.length;
    const of = (side: 'a' | 'b') =>
      gatherLabels(
        labels,
        level.conjunctions.map((g) => g[side]),
        instances,
      );
    const [a, b] = [of('a'), of('b')];
    const [generator, evaluator] = [tables.subarray(at, at + words), tables.subarray(at + words, at + 2 * words)];
    const left = xorBlocks(hash.hash(a, tweak), whereOdd(a, generator));
    const right = xorBlocks(hash.hash(b, tweak + words / 4), whereOdd(b, xorBlocks(evaluator, a)));
    const out = xorBlocks(left, right);
    level.conjunctions.forEach((gate, i) => {
      labels[gate.out] = out.slice(4 * instances * i, 4 * instances * (i + 1));
    });
    tweak += words / 2;
    at += 2 * words;
  }
  return labels;
}
