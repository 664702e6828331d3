/** Prio3 against the vectors of the VDAF specification, those of bad reports included, and its XOF. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, InvalidError, ProtocolError, toHex } from '@sluis/base';
import { count, sumVec } from './circuits.ts';
import type { Circuit } from './circuit.ts';
import type { Vector } from './field.ts';
import { field64 } from './field64.ts';
import { field128 } from './field128.ts';
import { polynomial } from './gadgets.ts';
import { Prio3, type VerifyState } from './prio3.ts';
import { prio3Count, prio3Histogram, prio3MultihotCountVec, prio3Sum, prio3SumVec } from './variants.ts';
import { deriveSeed, expand } from './xof.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? "SLUIS_FIXTURES is not set: the specification's vectors were not checked" : false;
const folder = join(fixtures ?? '', 'vectors/vdaf');
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

type Json = number | boolean | readonly Json[];
interface Operation {
  operation: 'shard' | 'verify_init' | 'verifier_shares_to_message' | 'verify_next' | 'aggregate' | 'unshard';
  aggregator_id: number;
  report_index: number;
  round: number;
  success: boolean;
}
interface VectorFile {
  shares: number;
  length: number;
  chunk_length: number;
  max_measurement: number;
  max_weight: number;
  ctx: string;
  verify_key: string;
  operations: Operation[];
  reports: {
    measurement: Json;
    nonce: string;
    rand: string;
    public_share: string;
    input_shares: string[];
    verifier_shares: string[][];
    verifier_messages: string[];
    out_shares: string[];
  }[];
  agg_shares: string[];
  agg_result: Json;
}

/** x · (x − 1) · (x − 2): the specification's own test of a gadget of degree three. */
const higherDegree: Circuit<boolean, bigint> = {
  ...count(field64),
  gadgets: [{ gadget: polynomial([0n, 2n, -3n, 1n]), calls: 1 }],
  largest: 2n,
  encode: (value) => field64.constant(BigInt(value)),
  evaluate(encoded, _joint, _share, call) {
    const out = field64.zeros(1);
    call(0, encoded, out);
    return out;
  },
};

const EXPERIMENTAL = 0xffffffff;
const bigints = (value: Json): unknown => (Array.isArray(value) ? value.map(bigints) : typeof value === 'number' ? BigInt(value) : value);

/** The instance that a file is about, and how its JSON says a value. */
function instance(name: string, f: VectorFile): [Prio3<never, unknown>, (value: Json) => unknown] {
  const [shares, chunk] = [f.shares, f.chunk_length];
  switch (name.split('_')[0]) {
    case 'Prio3Count':
      return [prio3Count(shares), (v) => v === 1 || v === true];
    case 'Prio3Sum':
      return [prio3Sum(BigInt(f.max_measurement), shares), bigints];
    case 'Prio3SumVec':
      return [prio3SumVec(f.length, BigInt(f.max_measurement), { shares, chunk }), bigints];
    case 'Prio3SumVecWithMultiproof': {
      const circuit = sumVec(field64, f.length, BigInt(f.max_measurement), chunk);
      return [new Prio3({ algorithm: EXPERIMENTAL, shares, proofs: 3, circuit }), bigints];
    }
    case 'Prio3Histogram':
      return [prio3Histogram(f.length, { shares, chunk }), (v) => v];
    case 'Prio3MultihotCountVec':
      return [prio3MultihotCountVec(f.length, f.max_weight, { shares, chunk }), (v) => v];
    case 'Prio3HigherDegree':
      return [new Prio3({ algorithm: EXPERIMENTAL, shares, proofs: 1, circuit: higherDegree }), (v) => v];
    default:
      throw new Error(`an unknown kind of vector: ${name}`);
  }
}

/** Runs the operations in their order, each on the file's own messages. */
class Replay {
  readonly f: VectorFile;
  readonly prio3: Prio3<never, unknown>;
  readonly value: (value: Json) => unknown;
  readonly states = new Map<string, VerifyState>();
  readonly outputs = new Map<string, Vector>();

  constructor(name: string, f: VectorFile) {
    this.f = f;
    [this.prio3, this.value] = instance(name, f);
  }

  run(step: Operation): void {
    const { f, prio3 } = this;
    const report = f.reports[step.report_index ?? 0];
    assert.ok(report !== undefined);
    const context = fromHex(f.ctx);
    const key = `${step.report_index} ${step.aggregator_id}`;
    switch (step.operation) {
      case 'shard': {
        const made = prio3.shardWith(context, this.value(report.measurement) as never, fromHex(report.nonce), fromHex(report.rand));
        assert.equal(toHex(made.publicShare), report.public_share);
        assert.deepEqual(made.inputShares.map(toHex), report.input_shares);
        return;
      }
      case 'verify_init': {
        const share = fromHex(report.input_shares[step.aggregator_id] ?? '');
        const keyBytes = fromHex(f.verify_key);
        const made = prio3.verifyInit(keyBytes, context, step.aggregator_id, fromHex(report.nonce), fromHex(report.public_share), share);
        assert.equal(toHex(made.verifierShare), report.verifier_shares[0]?.[step.aggregator_id]);
        this.states.set(key, made.state);
        return;
      }
      case 'verifier_shares_to_message': {
        const message = prio3.verifierSharesToMessage(context, (report.verifier_shares[step.round] ?? []).map(fromHex));
        assert.equal(toHex(message), report.verifier_messages[step.round]);
        return;
      }
      case 'verify_next': {
        const state = this.states.get(key);
        assert.ok(state !== undefined);
        const output = prio3.verifyNext(state, fromHex(report.verifier_messages[step.round - 1] ?? ''));
        assert.equal(toHex(prio3.circuit.field.encode(output)), report.out_shares[step.aggregator_id]);
        this.outputs.set(key, output);
        return;
      }
      case 'aggregate': {
        const sum = prio3.aggregate();
        f.reports.forEach((_, i) => {
          sum.add(this.outputs.get(`${i} ${step.aggregator_id}`) as Vector);
        });
        assert.equal(toHex(sum.encode()), f.agg_shares[step.aggregator_id]);
        return;
      }
      case 'unshard':
        assert.deepEqual(prio3.unshard(f.agg_shares.map(fromHex), f.reports.length), bigints(f.agg_result));
    }
  }
}

const files = fixtures === undefined ? [] : readdirSync(folder).filter((name) => name.startsWith('Prio3'));

test('the vectors are all there', { skip }, () => {
  assert.equal(files.length, 25);
  assert.equal(files.filter((name) => name.includes('_bad_')).length, 8);
});

for (const name of files) {
  test(`VDAF vectors: ${name.slice(0, -'.json'.length)}`, () => {
    const file = read(name) as VectorFile;
    const replay = new Replay(name, file);
    for (const step of file.operations) {
      if (step.success) replay.run(step);
      else
        assert.throws(
          () => replay.run(step),
          (e) => e instanceof ProtocolError && e.code === 'prio/report-invalid',
        );
    }
    assert.equal(
      file.operations.some((step) => !step.success),
      name.includes('_bad_'),
    );
  });
}

test('VDAF vectors: XofTurboShake128', { skip }, () => {
  const v = read('XofTurboShake128.json') as Record<'seed' | 'dst' | 'binder' | 'derived_seed' | 'expanded_vec_field128', string> & {
    length: number;
  };
  const [seed, tag, binder] = [fromHex(v.seed), fromHex(v.dst), fromHex(v.binder)];
  assert.equal(toHex(deriveSeed(seed, tag, binder)), v.derived_seed);
  assert.equal(toHex(field128.encode(expand(field128, seed, tag, v.length, binder))), v.expanded_vec_field128);
});

test('numbers of the vectors that are not below the modulus are refused', { skip }, () => {
  const file = read('Prio3Count_0.json') as VectorFile;
  const report = file.reports[0];
  assert.ok(report !== undefined);
  const share = fromHex(report.input_shares[0] ?? '').fill(255, 0, 8);
  assert.throws(
    () => prio3Count().verifyInit(fromHex(file.verify_key), fromHex(file.ctx), 0, fromHex(report.nonce), new Uint8Array(0), share),
    (e) => e instanceof InvalidError && e.code === 'prio/message-malformed',
  );
});
