/**
 * Garbling: each wire of each instance gets a random label for 0; its label for 1 is that ⊕ Δ. A conjunction costs two
 * blocks (32 bytes), exclusive or and not cost nothing. One circuit is garbled for many instances at once.
 * Sources: Kolesnikov & Schneider 2008 (free exclusive or); Zahur, Rosulek & Evans 2015, §4 (half gates); the hash is
 * that of Guo, Katz, Wang & Yu 2020.
 */
import type { Random } from '@sluis/base';
import type { FixedKeyHash } from '@sluis/crypto';
import { blocksFrom, whereOdd, xorBlocks, xorEach } from '@sluis/ot';
import type { Circuit } from './circuit.ts';

export interface Garbled {
  /** Two blocks per conjunction and instance: level by level, first all generator rows, then all evaluator rows. */
  readonly tables: readonly Uint32Array[];
  /** Zero labels of every wire. */
  readonly zeros: readonly Uint32Array[];
}

/** Labels of wires that belong together as one array. */
export function gatherLabels(labels: readonly Uint32Array[], wires: readonly number[], instances: number): Uint32Array {
  const out = new Uint32Array(4 * instances * wires.length);
  wires.forEach((w, i) => {
    out.set(labels[w] as Uint32Array, 4 * instances * i);
  });
  return out;
}

/** Runs the linear gates of a level; `flip` is what a negation adds to a label. */
export function linearGates(labels: Uint32Array[], gates: Circuit['levels'][number]['linear'], flip: Uint32Array | null): void {
  for (const gate of gates) {
    const a = labels[gate.a] as Uint32Array;
    labels[gate.out] = gate.kind === 'xor' ? xorBlocks(a, labels[gate.b] as Uint32Array) : flip === null ? a : xorEach(a, flip);
  }
}

/**
 * Garbles a circuit. Run by: the garbler.
 *
 * @param evaluatorZeros - zero labels of the evaluator's input wires, from the oblivious transfers with the same Δ.
 */
export function garble(
  circuit: Circuit,
  instances: number,
  delta: Uint32Array,
  evaluatorZeros: readonly Uint32Array[],
  hash: FixedKeyHash,
  random: Random,
): Garbled {
  const own = Array.from({ length: circuit.garblerInputs }, () => blocksFrom(random.bytes(16 * instances)));
  const zeros: Uint32Array[] = [...own, ...evaluatorZeros];
  const tables: Uint32Array[] = [];
  let tweak = 0;
  for (const level of circuit.levels) {
    linearGates(zeros, level.linear, delta);
    if (level.conjunctions.length === 0) continue;
    const blocks = instances * level.conjunctions.length;
    const inputs = (side: 'a' | 'b') =>
      gatherLabels(
        zeros,
        level.conjunctions.map((g) => g[side]),
        instances,
      );
    const done = halfGates(inputs('a'), inputs('b'), delta, hash, tweak);
    tweak += 2 * blocks;
    tables.push(done.table);
    level.conjunctions.forEach((gate, i) => {
      zeros[gate.out] = done.out.slice(4 * instances * i, 4 * instances * (i + 1));
    });
  }
  return { tables, zeros };
}

/** Zahur, Rosulek & Evans 2015, figure 2, for a whole level. */
function halfGates(a: Uint32Array, b: Uint32Array, delta: Uint32Array, hash: FixedKeyHash, tweak: number) {
  const count = a.length / 4;
  const [a0, a1] = [hash.hash(a, tweak), hash.hash(xorEach(a, delta), tweak)];
  const [b0, b1] = [hash.hash(b, tweak + count), hash.hash(xorEach(b, delta), tweak + count)];
  const deltas = xorEach(new Uint32Array(a.length), delta);
  const generator = xorBlocks(xorBlocks(a0, a1), whereOdd(b, deltas));
  const evaluator = xorBlocks(xorBlocks(b0, b1), a);
  const left = xorBlocks(a0, whereOdd(a, generator));
  const right = xorBlocks(b0, whereOdd(b, xorBlocks(evaluator, a)));
  const table = new Uint32Array(2 * a.length);
  table.set(generator);
  table.set(evaluator, a.length);
  return { table, out: xorBlocks(left, right) };
}
