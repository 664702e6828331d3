/** ristretto255 (RFC 9496), hashing to it (RFC 9380) and oblivious functions (RFC 9497) against the standards' vectors. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { concatBytes, fromHex, type Random, toHex, utf8 } from '@sluis/base';
import { loadOprf, type OprfMode } from './oprf.ts';
import { loadRistretto } from './ristretto-bulk.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? "SLUIS_FIXTURES is not set: standards' vectors were not checked" : false;
const read = <T>(file: string): T => JSON.parse(readFileSync(join(fixtures ?? '', 'vectors', file), 'utf8')) as T;

interface Suite {
  identifier: string;
  mode: number;
  seed: string;
  keyInfo: string;
  skSm: string;
  pkSm?: string;
  groupDST: string;
  vectors: {
    Batch: number;
    Blind: string;
    BlindedElement: string;
    EvaluationElement: string;
    Input: string;
    Info?: string;
    Output: string;
    Proof?: { proof: string; r: string };
  }[];
}

/** Gives the scalars listed, as the wide bytes that reduce to them. */
function making(scalars: string): Random {
  const wide = concatBytes(...scalars.split(',').flatMap((s) => [fromHex(s), new Uint8Array(32)]));
  return { bytes: (n) => (n === wide.length ? wide : assert.fail(`${n} bytes were asked for`)) };
}

const list = (text: string) => text.split(',').map(fromHex);
const packed = (text: string) => concatBytes(...list(text));

for (const file of ['voprf/allVectors.json', 'voprf/rfc9497.json']) {
  test(`RFC 9497, ristretto255-SHA512, all modes and batches: ${file}`, { skip }, async () => {
    const suites = read<Suite[]>(file).filter((s) => s.identifier === 'ristretto255-SHA512');
    assert.deepEqual(suites.map((s) => s.mode).sort(), [0, 1, 2]);
    const batches: number[] = [];
    for (const suite of suites) {
      const mode = (['oprf', 'voprf', 'poprf'] as const)[suite.mode] as OprfMode;
      for (const v of suite.vectors) {
        const oprf = await loadOprf(mode, fromHex(v.Info ?? ''));
        const keys = oprf.keys(fromHex(suite.seed), fromHex(suite.keyInfo));
        assert.equal(toHex(keys.privateKey), suite.skSm);
        if (suite.pkSm !== undefined) assert.equal(toHex(keys.publicKey), suite.pkSm);
        const inputs = list(v.Input);
        const mine = oprf.blind(inputs, making(v.Blind));
        assert.deepEqual(mine.blinded, packed(v.BlindedElement));
        const answer = oprf.evaluate(keys.privateKey, mine.blinded, making(v.Proof?.r ?? ''));
        assert.deepEqual([answer.evaluated, toHex(answer.proof)], [packed(v.EvaluationElement), v.Proof?.proof ?? '']);
        assert.deepEqual(oprf.finalize(inputs, mine, answer, keys.publicKey), packed(v.Output));
        assert.deepEqual(oprf.evaluateInputs(keys.privateKey, inputs), packed(v.Output));
        batches.push(v.Batch);
      }
    }
    assert.ok(batches.includes(1) && batches.includes(2), 'batches of one and two were seen');
  });
}

test('ristretto255: multiples of the generator', { skip }, async () => {
  const group = await loadRistretto();
  const multiples = read<{ small_multiples_of_basepoint_0_to_15: string[] }>(
    'ristretto255/ristretto255.json',
  ).small_multiples_of_basepoint_0_to_15;
  assert.equal(multiples.length, 16);
  const generator = fromHex(multiples[1] ?? '');
  let sum: Uint8Array = new Uint8Array(32);
  for (const [i, expected] of multiples.entries()) {
    assert.equal(toHex(sum), expected, `${i} generators added`);
    const scalar = new Uint8Array(32);
    scalar[0] = i;
    if (i > 0) {
      assert.equal(toHex(group.multiplyGenerator(scalar)), expected);
      assert.equal(toHex(group.multiply(generator, scalar)), expected);
    }
    sum = group.add(sum, generator);
  }
});

test('expand_message_xmd over SHA-512', { skip }, async () => {
  const group = await loadRistretto();
  const { DST, tests } = read<{ DST: string; tests: { msg: string; len_in_bytes: string; uniform_bytes: string }[] }>(
    'hash_to_curve/expand_message_xmd_SHA512_38.json',
  );
  assert.ok(tests.length >= 10);
  for (const t of tests) assert.equal(toHex(group.expandMessage(utf8(t.msg), utf8(DST), Number(t.len_in_bytes))), t.uniform_bytes);
});
