/** Prio3 from end to end: sums are right, whatever the clients report; and lying clients, of every kind, are left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError, ProtocolError, RefusedError, SluisError, systemRandom, utf8 } from '@sluis/base';
import fc from 'fast-check';
import type { Vector } from './field.ts';
import type { Prio3, Report } from './prio3.ts';
import { prio3Count, prio3Histogram, prio3MultihotCountVec, prio3Sum, prio3SumVec } from './variants.ts';

const context = utf8('sluis test');
const verifyKey = systemRandom.bytes(32);
const refused = (e: unknown): boolean => e instanceof ProtocolError && e.code === 'prio/report-invalid';
const malformed = (e: unknown): boolean => e instanceof InvalidError && e.code === 'prio/message-malformed';

/** All aggregators' verification of one report; the output shares, or the error of whoever refuses. */
function verify(prio3: Prio3<never, unknown>, { nonce, publicShare, inputShares }: Report, in_: Uint8Array = context): Vector[] {
  const opened = inputShares.map((share, i) => prio3.verifyInit(verifyKey, in_, i, nonce, publicShare, share));
  const message = prio3.verifierSharesToMessage(
    in_,
    opened.map((o) => o.verifierShare),
  );
  return opened.map((o) => prio3.verifyNext(o.state, message));
}

function total<V, R>(prio3: Prio3<V, R>, values: readonly V[]): R {
  const sums = Array.from({ length: prio3.shares }, () => prio3.aggregate());
  for (const value of values) {
    verify(prio3, prio3.shard(context, value, systemRandom)).forEach((share, i) => {
      sums[i]?.add(share);
    });
  }
  return prio3.unshard(
    sums.map((s) => s.encode()),
    values.length,
  );
}

const runs = { numRuns: 12 };
const shares = fc.integer({ min: 2, max: 4 });
const columns = (rows: readonly (readonly bigint[])[], length: number): bigint[] =>
  Array.from({ length }, (_, i) => rows.reduce((sum, row) => sum + (row[i] as bigint), 0n));

test('counts', () => {
  fc.assert(
    fc.property(shares, fc.array(fc.boolean(), { maxLength: 20 }), (n, values) => {
      assert.equal(total(prio3Count(n), values), BigInt(values.filter(Boolean).length));
    }),
    runs,
  );
});

test('sums, up to maxima of every size', () => {
  const cases = fc
    .bigInt(1n, 2n ** 50n)
    .chain((maximum) =>
      fc.tuple(fc.constant(maximum), fc.array(fc.oneof(fc.bigInt(0n, maximum), fc.constantFrom(0n, maximum)), { maxLength: 8 })),
    );
  fc.assert(
    fc.property(shares, cases, (n, [maximum, values]) => {
      assert.equal(
        total(prio3Sum(maximum, n), values),
        values.reduce((a, b) => a + b, 0n),
      );
    }),
    runs,
  );
});

test('vectors of sums, with every chunk length', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.bigInt(1n, 300n), fc.integer({ min: 1, max: 12 })).chain((p) => {
    const row = fc.array(fc.bigInt(0n, p[1]), { minLength: p[0], maxLength: p[0] });
    return fc.tuple(fc.constant(p), fc.array(row, { maxLength: 4 }));
  });
  fc.assert(
    fc.property(shares, cases, (n, [[length, maximum, chunk], rows]) => {
      assert.deepEqual(total(prio3SumVec(length, maximum, { shares: n, chunk }), rows), columns(rows, length));
    }),
    runs,
  );
});

test('histograms', () => {
  const cases = fc
    .integer({ min: 1, max: 40 })
    .chain((length) => fc.tuple(fc.constant(length), fc.array(fc.integer({ min: 0, max: length - 1 }), { maxLength: 6 })));
  fc.assert(
    fc.property(shares, cases, (n, [length, values]) => {
      const expected = Array<bigint>(length).fill(0n);
      for (const bucket of values) expected[bucket] = (expected[bucket] as bigint) + 1n;
      assert.deepEqual(total(prio3Histogram(length, { shares: n }), values), expected);
    }),
    runs,
  );
});

test('answers of which few are yes', () => {
  const cases = fc.integer({ min: 1, max: 12 }).chain((length) => {
    const row = fc.array(fc.boolean(), { minLength: length, maxLength: length });
    return fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length }), fc.array(row, { maxLength: 5 }));
  });
  fc.assert(
    fc.property(shares, cases, (n, [length, maximum, rows]) => {
      const prio3 = prio3MultihotCountVec(length, maximum, { shares: n });
      const fits = (row: readonly boolean[]): boolean => row.filter(Boolean).length <= maximum;
      const fitting = rows.filter(fits);
      assert.deepEqual(
        total(prio3, fitting),
        columns(
          fitting.map((row) => row.map((yes) => BigInt(yes))),
          length,
        ),
      );
      for (const row of rows.filter((r) => !fits(r))) assert.throws(() => prio3.shard(context, row, systemRandom), InvalidError);
    }),
    runs,
  );
});

test('values out of range are refused on the client, without saying them', () => {
  const attempts: [() => unknown, string][] = [
    [() => prio3Count().shard(context, 77 as never, systemRandom), '77'],
    [() => prio3Sum(1000n).shard(context, 1077n, systemRandom), '1077'],
    [() => prio3Sum(1000n).shard(context, -77n, systemRandom), '77'],
    [() => prio3SumVec(3, 9n).shard(context, [1n, 77n, 3n], systemRandom), '77'],
    [() => prio3SumVec(3, 9n).shard(context, [1n, 7n], systemRandom), '7'],
    [() => prio3Histogram(10).shard(context, 77, systemRandom), '77'],
    [() => prio3Histogram(10).shard(context, 0.5, systemRandom), '0.5'],
  ];
  for (const [attempt, secret] of attempts) {
    assert.throws(attempt, (e) => e instanceof InvalidError && e.code === 'prio/value-out-of-range' && !e.message.includes(secret));
  }
});

/** A report of a client that encodes what it likes, and then proves it as the specification says. */
function reportOf(prio3: Prio3<never, unknown>, numbers: readonly bigint[]): Report {
  const { field, encodedLength } = prio3.circuit;
  assert.equal(numbers.length, encodedLength);
  const encoded = field.zeros(encodedLength);
  numbers.forEach((number, i) => {
    field.set(encoded, i, number);
  });
  const nonce = systemRandom.bytes(16);
  return { nonce, ...prio3.shardEncoded(context, encoded, nonce, systemRandom.bytes(prio3.randomBytes)) };
}

test('a client that proves an encoding which is not valid is refused', () => {
  const zeros = (n: number): bigint[] => Array<bigint>(n).fill(0n);
  const lies: [string, Prio3<never, unknown>, bigint[], bigint[]][] = [
    ['count 2', prio3Count(), [1n], [2n]],
    ['count −1', prio3Count(), [1n], [-1n]],
    ['sum: a bit of 2', prio3Sum(100n), [1n, ...zeros(6)], [2n, ...zeros(6)]],
    ['sum: a large last bit', prio3Sum(100n), [...zeros(6), 1n], [...zeros(6), 10n ** 9n]],
    ['vector: a bit of −1', prio3SumVec(2, 7n), [1n, ...zeros(5)], [-1n, ...zeros(5)]],
    ['vector: the last bit', prio3SumVec(2, 7n, { chunk: 5 }), [...zeros(5), 1n], [...zeros(5), 2n]],
    ['histogram: two buckets', prio3Histogram(5), [1n, ...zeros(4)], [1n, 1n, ...zeros(3)]],
    ['histogram: none', prio3Histogram(5), [1n, ...zeros(4)], zeros(5)],
    ['histogram: 2 and −1', prio3Histogram(5), [1n, ...zeros(4)], [2n, -1n, ...zeros(3)]],
    ['answers: too many yes', prio3MultihotCountVec(4, 2), [1n, 1n, 0n, 0n, 1n, 1n], [1n, 1n, 1n, 0n, 1n, 1n]],
    ['answers: a weight that is not theirs', prio3MultihotCountVec(4, 2), [1n, 0n, 0n, 0n, 1n, 0n], [1n, 0n, 0n, 0n, 0n, 0n]],
  ];
  for (const [name, prio3, honest, lie] of lies) {
    verify(prio3, reportOf(prio3, honest));
    assert.throws(() => verify(prio3, reportOf(prio3, lie)), refused, name);
  }
});

test('a client that also bends the proof, so that the circuit gives zero, is refused', () => {
  // Count: the proof is two seeds and the gadget's polynomial at the fourth roots; the circuit takes the third value.
  const prio3 = prio3Count();
  const { field } = prio3.circuit;
  for (const lie of [5n, -3n, 2n ** 40n]) {
    const report = reportOf(prio3, [lie]);
    const leader = field.decode(report.inputShares[0] as Uint8Array) as Vector;
    field.add(leader, 5, leader, 5, field.constant(lie - lie * lie), 0);
    const bent = { ...report, inputShares: [field.encode(leader), report.inputShares[1] as Uint8Array] };
    assert.throws(() => verify(prio3, bent), refused);
  }
});

const kinds: [string, Prio3<never, unknown>, unknown][] = [
  ['count', prio3Count(3), true],
  ['sum', prio3Sum(1000n), 77n],
  ['vector', prio3SumVec(3, 200n), [1n, 2n, 200n]],
  ['histogram', prio3Histogram(9, { shares: 3 }), 4],
  ['answers', prio3MultihotCountVec(6, 3), [true, false, true, false, false, false]],
];

/** A copy with one bit changed. */
const flipped = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

test('a report with any one bit changed is refused', () => {
  for (const [name, prio3, value] of kinds) {
    const report = prio3.shard(context, value as never, systemRandom);
    verify(prio3, report);
    const parts = [report.nonce, report.publicShare, ...report.inputShares].map((bytes) => bytes.length * 8);
    const bits = parts.reduce((a, b) => a + b);
    // Without joint randomness a changed nonce only moves the point at which the proof is tested.
    const from = report.publicShare.length === 0 ? (parts[0] as number) : 0;
    fc.assert(
      fc.property(fc.integer({ min: from, max: bits - 1 }), (bit) => {
        let at = bit;
        const bent = [report.nonce, report.publicShare, ...report.inputShares].map((bytes) => {
          const changed = at >= 0 && at < bytes.length * 8 ? flipped(bytes, at) : bytes;
          at -= bytes.length * 8;
          return changed;
        });
        const [nonce, publicShare, ...inputShares] = bent as [Uint8Array, Uint8Array, ...Uint8Array[]];
        assert.throws(
          () => verify(prio3, { nonce, publicShare, inputShares }),
          (e) => refused(e) || malformed(e),
          name,
        );
      }),
      { numRuns: 60 },
    );
  }
});

test('a report of another context, and aggregators who were told different public shares, are refused', () => {
  for (const [name, prio3, value] of kinds) {
    const report = prio3.shard(context, value as never, systemRandom);
    const other = prio3.shard(context, value as never, systemRandom);
    assert.throws(() => verify(prio3, report, utf8('another')), refused, name);
    if (report.publicShare.length === 0) continue;
    const opened = report.inputShares.map((share, i) =>
      prio3.verifyInit(verifyKey, context, i, report.nonce, i === 0 ? report.publicShare : other.publicShare, share),
    );
    const sent = opened.map((o) => o.verifierShare);
    assert.throws(() => {
      const message = prio3.verifierSharesToMessage(context, sent);
      opened.map((o) => prio3.verifyNext(o.state, message));
    }, refused);
  }
});

test('whatever bytes arrive, decoders refuse with an error of ours', () => {
  const bytes = fc.uint8Array({ maxLength: 700 });
  for (const [, prio3, value] of kinds) {
    const report = prio3.shard(context, value as never, systemRandom);
    const state = prio3.verifyInit(verifyKey, context, 0, report.nonce, report.publicShare, report.inputShares[0] as Uint8Array);
    const like = (sample: Uint8Array) =>
      fc.oneof(
        bytes,
        fc.uint8Array({ minLength: sample.length, maxLength: sample.length }),
        fc.nat(sample.length * 8 - 1).map((bit) => flipped(sample, bit)),
      );
    const ours = (run: () => unknown): void => {
      try {
        run();
      } catch (e) {
        assert.ok(e instanceof SluisError, String(e));
      }
    };
    fc.assert(
      fc.property(
        bytes,
        like(report.inputShares[0] as Uint8Array),
        like(state.verifierShare),
        fc.nat(prio3.shares - 1),
        (any, share, verifier, who) => {
          ours(() => prio3.verifyInit(verifyKey, context, who, report.nonce, any, report.inputShares[who] as Uint8Array));
          ours(() => prio3.verifyInit(verifyKey, context, who, report.nonce, report.publicShare, share));
          ours(() => prio3.verifierSharesToMessage(context, Array<Uint8Array>(prio3.shares).fill(verifier)));
          ours(() => prio3.verifyNext(state.state, any));
          ours(() => prio3.unshard(Array<Uint8Array>(prio3.shares).fill(any), 1));
        },
      ),
      { numRuns: 40 },
    );
  }
});

test('what one helper gets does not depend on the value; control: the first aggregator masks it', () => {
  const prio3 = prio3Sum(1000n);
  const [nonce, random] = [systemRandom.bytes(16), systemRandom.bytes(prio3.randomBytes)];
  const [a, b] = [prio3.shardWith(context, 1n, nonce, random), prio3.shardWith(context, 999n, nonce, random)];
  assert.deepEqual(a.inputShares[1], b.inputShares[1]);
  assert.notDeepEqual(a.inputShares[0], b.inputShares[0]);
});

test('a sum that could pass the modulus is refused, and weak or impossible parameters are', () => {
  const prio3 = prio3Sum(2n ** 60n);
  const empty = [prio3.aggregate().encode(), prio3.aggregate().encode()];
  assert.equal(prio3.unshard(empty, 15), 0n);
  assert.throws(
    () => prio3.unshard(empty, 16),
    (e) => e instanceof RefusedError && e.code === 'prio/sum-too-large',
  );
  for (const wrong of [
    () => prio3Count(1),
    () => prio3Count(256),
    () => prio3Sum(0n),
    () => prio3Sum(2n ** 64n),
    () => prio3Histogram(0),
    () => prio3MultihotCountVec(3, 4),
  ])
    assert.throws(wrong, RangeError);
});

test('shares have the lengths that are said', () => {
  for (const [, prio3, value] of kinds) {
    const report = prio3.shard(context, value as never, systemRandom);
    assert.equal(report.publicShare.length, prio3.publicShareBytes);
    report.inputShares.forEach((share, i) => {
      assert.equal(share.length, prio3.inputShareBytes(i));
    });
  }
});
