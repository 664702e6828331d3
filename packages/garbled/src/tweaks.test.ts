import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { FixedKeyHash } from '@sluis/crypto';
import { blocksFrom } from '@sluis/ot';
import { evaluate } from './evaluate.ts';
import { garble } from './garble.ts';
import { bilateral } from './program.ts';

/** Counts how often each tweak is used. */
class CountingHash extends FixedKeyHash {
  readonly used = new Map<number, number>();

  override hash(blocks: Uint32Array, firstTweak: number): Uint32Array {
    for (let k = 0; k < blocks.length / 4; k++) this.used.set(firstTweak + k, (this.used.get(firstTweak + k) ?? 0) + 1);
    return super.hash(blocks, firstTweak);
  }
}

test('every half of every gate of every instance has a tweak of its own, for its two labels and nothing else', () => {
  const { circuit } = bilateral('gap', 8, 'asker');
  const instances = 3;
  assert.ok(circuit.levels.filter((level) => level.conjunctions.length > 0).length > 2, 'several levels');
  const [key, delta] = [systemRandom.bytes(16), blocksFrom(systemRandom.bytes(16))];
  delta[0] = (delta[0] as number) | 1;
  const zeros = Array.from({ length: circuit.evaluatorInputs }, () => blocksFrom(systemRandom.bytes(16 * instances)));
  const [garbling, evaluating] = [new CountingHash(key), new CountingHash(key)];
  const garbled = garble(circuit, instances, delta, zeros, garbling, systemRandom);
  const halves = 2 * circuit.conjunctions * instances;
  assert.deepEqual([garbling.used.size, new Set(garbling.used.values())], [halves, new Set([2])]);
  const tables = blocksFrom(new Uint8Array(Buffer.concat(garbled.tables.map((t) => new Uint8Array(t.buffer, t.byteOffset, t.byteLength)))));
  const inputs = garbled.zeros.slice(0, circuit.garblerInputs + circuit.evaluatorInputs);
  evaluate(circuit, instances, inputs, tables, evaluating);
  assert.deepEqual([evaluating.used.size, new Set(evaluating.used.values())], [halves, new Set([1])]);
});
