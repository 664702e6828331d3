import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { maliciousComputation } from '@sluis/mpc';
import { approximateSchema, likenessOfTable, matchingSchema } from '@sluis/model';
import { deal, simulateCommittee } from '@sluis/mpc/simulation';
import { countOnes } from './count-bits.ts';
import { gramsOf } from './encode.ts';
import { encode, KEY, LEFT, type Person, RIGHT, TERMS } from './fixtures/alike-people.ts';
import { linkInCommittee } from './fixtures/in-committee.ts';
import { checkTerms, columnsToShare, encodeRecords, type LinkageTerms, linkInTheClear, secretRecords } from './index.ts';

test('grams are the pairs of a marked text, or characters with their places', () => {
  assert.deepEqual(gramsOf('aab', 'pairs'), ['\u0002a', 'aa', 'ab', 'b\u0003']);
  assert.deepEqual(gramsOf('aaa', 'pairs'), ['\u0002a', 'aa', 'a\u0003']);
  assert.deepEqual(gramsOf('11', 'places'), ['0 1', '1 1']);
});

test('filters are alike for alike records, and unrelated under another key', () => {
  const [a, again, other] = [encode(LEFT), encode(LEFT), encode(LEFT, TERMS, new Uint8Array(32))];
  assert.deepEqual(a, again);
  assert.notDeepEqual(a.filters, other.filters);
  assert.equal(a.empty, 1);
  // Nothing links filters of two keys; the blocks are those of one, so that filters are what is compared.
  assert.deepEqual(linkInTheClear(TERMS, a, { ...other, blocks: a.blocks }).links, []);
  // A missing value sets no bit, and has no block.
  assert.deepEqual(
    a.blocks.map((b) => [...b.valid]),
    [
      [1, 1, 1, 1, 0, 1, 1],
      [1, 1, 1, 0, 0, 0, 1],
    ],
  );
});

test('the committee links what the rule links in the clear, and nothing else is there', async () => {
  const [left, right] = [encode(LEFT), encode(RIGHT)];
  const clear = linkInTheClear(TERMS, left, right);
  assert.deepEqual(clear.links, [
    { left: 0, right: 1 },
    { left: 1, right: 2 },
    { left: 3, right: 5 },
    { left: 6, right: 0 },
  ]);
  for (const convene of [undefined, maliciousComputation.convene]) {
    const opened = await linkInCommittee(TERMS, left, right, convene === undefined ? {} : { convene });
    assert.deepEqual(opened.links, clear.links);
    assert.deepEqual([opened.fits, opened.records, opened.pairs], [true, 4, 4]);
    assert.deepEqual(opened.flags, [1, 1, 0, 1, 0, 0, 1]);
  }
});

test('more candidates than agreed do not fit, and what is found is still right', async () => {
  const people: Person[] = Array.from({ length: 6 }, (_, i) => ['Jansen', `1980-01-0${i + 1}`]);
  const terms = { ...TERMS, maximumPairs: 10 };
  const [left, right] = [encode(people, terms), encode(people, terms)];
  const opened = await linkInCommittee(terms, left, right);
  assert.equal(opened.fits, false);
  const all = linkInTheClear(terms, left, right).links;
  for (const link of opened.links) assert.ok(all.some((l) => l.left === link.left && l.right === link.right));
  assert.equal((await linkInCommittee({ ...terms, maximumPairs: 36 }, left, right)).fits, true);
});

test('what a side shares beyond the agreed widths is cut, and another number of columns is refused', async () => {
  const [left, right] = [encode(LEFT), encode(RIGHT)];
  const wide = { ...left, blocks: left.blocks.map((b) => ({ ...b, keys: b.keys.map((k) => k ^ (0x55n << 40n)) })) };
  assert.deepEqual((await linkInCommittee(TERMS, wide, right)).links, linkInTheClear(TERMS, left, right).links);
  const columns = columnsToShare(TERMS, left).map((c) => deal([...c].map(Number).map(BigInt), 1));
  await assert.rejects(
    simulateCommittee((on) =>
      secretRecords(
        on,
        TERMS,
        columns.slice(1).map((c) => c[on.me]),
      ),
    ),
    RangeError,
  );
});

test('ones are counted for any number of vectors', async () => {
  for (const count of [1, 2, 3, 4, 7, 8, 31, 64]) {
    const plain = Array.from({ length: count }, (_, v) =>
      Array.from({ length: 5 }, (_, i) => ((v * 7 + i * i * 3 + (v >> 1)) % (i + 2) === 0 ? 1 : 0)),
    );
    const dealt = plain.map((bits) => deal(bits.map(BigInt), 1));
    const { results } = await simulateCommittee(async (on) => {
      const vectors = await Promise.all([on.toBits(on.concat(dealt.map((d) => d[on.me])), 1)]);
      const all = vectors[0]?.[0] ?? assert.fail();
      const digits = await countOnes(
        on,
        plain.map((_, v) => on.sliceBits(all, v * 5, 5)),
      );
      return on.openBits(on.concatBits(digits));
    });
    const counted = Array.from({ length: 5 }, (_, i) =>
      [...results[0]].reduce((n, bit, k) => n + (k % 5 === i ? bit * 2 ** Math.floor(k / 5) : 0), 0),
    );
    assert.deepEqual(
      counted,
      [0, 1, 2, 3, 4].map((i) => plain.reduce((n, bits) => n + (bits[i] ?? 0), 0)),
      `${count} vectors`,
    );
  }
});

test("an agreement's terms are terms of linkage", () => {
  const approximate = approximateSchema.parse({
    fields: [
      { column: 'name', recipe: 'name@1' },
      { column: 'born', recipe: 'date@1', order: 'dmy', grams: 'places' },
    ],
    blocks: [{ name: 'sound', parts: [{ column: 'name', recipe: 'cologne@1' }] }],
    maximum_pairs: 100,
  });
  const matching = {
    persons: matchingSchema.parse({ tables: ['t'], any_of: [{ name: 'n', parts: [{ column: 'name', recipe: 'name@1' }] }], approximate }),
  };
  const { terms, fields, blocks } = likenessOfTable({ matching }, 'persons', 't') ?? assert.fail();
  checkTerms(terms);
  assert.deepEqual([fields, blocks], [['name', 'born'], [['name']]]);
  assert.equal(encodeRecords(terms, { fields: [['Jan'], ['3-4-1980']], blocks: [[['Jan']]] }, KEY).empty, 0);
});

test('terms that make no sense are refused', () => {
  const refused = (change: Partial<LinkageTerms>, code = 'linkage/terms') =>
    assert.throws(
      () => checkTerms({ ...TERMS, ...change }),
      (e) => e instanceof InvalidError && e.code === code,
      JSON.stringify(change),
    );
  refused({ bits: 300 as 256 });
  refused({ fields: [] });
  refused({ fields: [{ recipe: 'name@1', grams: 'pairs', hashes: 0 }] });
  refused({ fields: [{ recipe: 'name@1', grams: 'triples' as 'pairs', hashes: 3 }] });
  refused({ threshold: { numerator: 0, denominator: 4 } });
  refused({ threshold: { numerator: 5, denominator: 4 } });
  refused({ blocks: [] });
  refused({ maximumPairs: 0 });
  refused({ fields: [{ recipe: 'name@9', grams: 'pairs', hashes: 3 }] }, 'matching/unknown-recipe');
  refused({ blocks: [{ name: 'b', parts: [] }] }, 'matching/parts');
  assert.throws(() => encodeRecords(TERMS, { fields: [['a'], ['b']], blocks: [[['a']], [['b']]] }, new Uint8Array(8)), RangeError);
  assert.throws(() => encodeRecords(TERMS, { fields: [['a'], ['b', 'c']], blocks: [[['a']], [['b']]] }, KEY), RangeError);
  assert.throws(() => encodeRecords(TERMS, { fields: [['a']], blocks: [[['a']], [['b']]] }, KEY), RangeError);
});
