/**
 * The labelled sample: how many of 5,000 true pairs exact keys, any of several keys, and similarity find, and how many
 * false ones. The figures stand in docs/matching.md.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@sluis/base';
import { type KeyDefinition, packedAt, type PreparedKey, prepareKey } from '@sluis/matching';
import { type Febrl, febrl, type Persons } from './fixtures/febrl.ts';
import { linkInCommittee } from './fixtures/in-committee.ts';
import { encodePersons, personsTerms } from './fixtures/persons-terms.ts';
import { linkInTheClear } from './index.ts';

const data = febrl();
const skip = data === null ? 'SLUIS_FIXTURES is not set: the labelled sample was not looked at' : false;
const sample = (): Febrl => data ?? assert.fail();

type Key = readonly (readonly [column: string, recipe: string])[];
function prepared(p: Persons, key: Key, missing = ''): PreparedKey {
  const definition: KeyDefinition = { name: key.map(([c]) => c).join('+'), parts: key.map(([, recipe]) => ({ recipe })) };
  const columns = key.map(([column]) => p.column(column).map((v) => (v === '' ? missing : v)));
  return prepareKey(definition, columns, { repeated: 'once' });
}
const hexKeys = ({ keys }: PreparedKey): string[] => Array.from({ length: keys.offsets.length - 1 }, (_, i) => toHex(packedAt(keys, i)));

/** Size of the intersection of the sets of keys. */
function common(key: Key, missing = ''): number {
  const [a, b] = [sample().a, sample().b].map((p) => hexKeys(prepared(p, key, missing)));
  const other = new Set(b);
  return (a ?? []).filter((k) => other.has(k)).length;
}

/** Pairs that agree on the first key that a row of a shares with any row of b: found, and right. */
function anyOfPairs(keys: readonly Key[]): { found: number; right: number } {
  const { a, b, partner } = sample();
  const done = new Uint8Array(a.length);
  let [found, right] = [0, 0];
  for (const key of keys) {
    const [mine, theirs] = [prepared(a, key), prepared(b, key)];
    const rows = new Map<string, number[]>();
    const names = hexKeys(theirs);
    theirs.keyOfRow.forEach((k, row) => {
      if (k >= 0) rows.set(names[k] ?? '', [...(rows.get(names[k] ?? '') ?? []), row]);
    });
    const own = hexKeys(mine);
    mine.keyOfRow.forEach((k, row) => {
      const hits = k < 0 || done[row] === 1 ? undefined : rows.get(own[k] ?? '');
      if (hits === undefined) return;
      done[row] = 1;
      found += hits.length;
      right += hits.filter((h) => h === partner[row]).length;
    });
  }
  return { found, right };
}

test('exact intersections are as large as the sample says, where a missing value is written as a word', { skip }, () => {
  for (const [columns, size] of Object.entries(sample().exactPsi)) {
    const key: Key = columns.split('+').map((c) => [c, 'exact@1']);
    assert.equal(common(key, 'missing'), size, columns);
  }
  // Two missing values are not the same value: without the word they match nothing.
  assert.equal(
    common([
      ['date_of_birth', 'exact@1'],
      ['surname', 'exact@1'],
    ]),
    2970,
  );
});

test('exact keys, one and any of several', { skip }, () => {
  const name: Key = [
    ['given_name', 'name@1'],
    ['surname', 'name@1'],
    ['date_of_birth', 'date@1'],
  ];
  const birth: Key = [
    ['postcode', 'digits@1'],
    ['date_of_birth', 'date@1'],
  ];
  const family: Key = [
    ['surname', 'name@1'],
    ['date_of_birth', 'date@1'],
  ];
  const street: Key = [
    ['given_name', 'name@1'],
    ['address_1', 'name@1'],
  ];
  const found = [[name], [birth], [name, birth, family], [name, birth, family, street]].map(anyOfPairs);
  assert.deepEqual(found, [
    { found: 2079, right: 2079 },
    { found: 3757, right: 3757 },
    { found: 4247, right: 4247 },
    { found: 4559, right: 4555 },
  ]);
});

test('similarity: precision and recall by threshold', { skip }, () => {
  const { a, b, partner } = sample();
  const rows = [80, 75, 70, 65].map((percent) => {
    const terms = personsTerms(percent);
    const { links, pairs } = linkInTheClear(terms, encodePersons(terms, a), encodePersons(terms, b));
    assert.ok(pairs.every((p) => p <= terms.maximumPairs));
    return [percent, links.length, links.filter((l) => partner[l.left] === l.right).length];
  });
  assert.deepEqual(rows, [
    [80, 4299, 4299],
    [75, 4590, 4584],
    [70, 4855, 4816],
    [65, 5078, 4906],
  ]);
});

test('the committee links the same pairs of 5,000 by 5,000 records, without seeing one', { skip }, async () => {
  const { a, b } = sample();
  const terms = personsTerms(70);
  const [left, right] = [encodePersons(terms, a), encodePersons(terms, b)];
  const clear = linkInTheClear(terms, left, right);
  const opened = await linkInCommittee(terms, left, right);
  assert.deepEqual(opened.links, clear.links);
  assert.ok(opened.fits);
  assert.equal(opened.pairs, clear.links.length);
  const linked = new Set(clear.links.map((l) => l.left));
  assert.equal(opened.records, linked.size);
  assert.deepEqual(
    opened.flags,
    Array.from({ length: a.length }, (_, i) => (linked.has(i) ? 1 : 0)),
  );
  console.log(`${opened.rounds} rounds, ${(opened.bytes / 1e6).toFixed(0)} MB`);
});
