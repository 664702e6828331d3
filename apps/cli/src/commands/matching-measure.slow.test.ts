/** Terms measured on files: a small sample known by hand, and the labelled sample of docs/matching.md. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/sluis.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-measure-'));
after(() => rmSync(folder, { recursive: true }));
const fixtures = process.env['SLUIS_FIXTURES'];

function measure(language: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'], SLUIS_LANG: language, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const done = spawnSync(process.execPath, [LAUNCHER, 'matching', 'measure', ...args], { encoding: 'utf8', env, cwd: folder });
  return { code: done.status, out: done.stdout, err: done.stderr };
}
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

interface Figures {
  readonly pairs: number;
  readonly right: number;
  readonly precision: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly recall: { readonly value: number; readonly low: number; readonly high: number };
}
interface Found {
  readonly rows: number[];
  readonly leftOut: number[];
  readonly truePairs: number;
  readonly keys: (Figures & { readonly key: string })[];
  readonly inOrder: Figures;
  readonly likeness: {
    readonly thresholds: { readonly percent: number; readonly alone: Figures; readonly withKeys: Figures }[];
    readonly blocks: { readonly block: string; readonly pairs: number; readonly right: number; readonly fits: boolean }[];
    readonly neverCompared: number;
    readonly empty: number[];
  } | null;
  readonly wrong: { readonly left: number; readonly right: number }[];
  readonly missed: { readonly left: number; readonly right: number; readonly key: string | null; readonly block: string | null }[];
}
const json = (...args: string[]): Found => {
  const { code, out, err } = measure('en', ...args, '--json');
  assert.equal(code, 0, out + err);
  return JSON.parse(out) as Found;
};
const refused = (...args: string[]) => {
  const { code, out } = measure('en', ...args, '--json');
  assert.equal(code, 2, out);
  return (JSON.parse(out) as { error: { code: string; message: string; remedy: string } }).error;
};

write('a.csv', 'who,bsn,name,born\nann,111222333,Jansen,3-4-1980\nbob,,Pietersen,31-1-1975\ncas,,Bakker,1-12-1990\n,,Smit,7-7-1961\n');
write('b.csv', 'id,bsn,naam,born\nbob,,Pieterse,31-1-1975\nann,111222333,Jansen,3-4-1980\ncas,,Zwart,2-2-1922\nzoe,,Pieters,30-1-1975\n');
const keys = 'any_of: [ { name: number, parts: [ { column: bsn, recipe: bsn@1 } ] } ]\n';
write('exact.yaml', keys);
write(
  'both.yaml',
  `${keys}approximate:
  fields:
    - { column: { a: name, b: naam }, recipe: name@1 }
    - { column: born, recipe: date@1, order: dmy, grams: places }
  blocks: [ { name: year, parts: [ { column: born, recipe: year@1, order: dmy } ] } ]
  threshold_percent: 75
  maximum_pairs: 2
`,
);
const sample = ['a.csv', 'b.csv', '--truth', 'who=id'];

test('a sample known by hand: figures, rows left out, block keys, pairs by their rows, and no value', () => {
  const found = json(...sample, '--terms', 'both.yaml', '--examples', '9');
  assert.deepEqual([found.rows, found.leftOut, found.truePairs], [[3, 4], [1, 0], 3]);
  assert.deepEqual([found.inOrder.pairs, found.inOrder.right], [1, 1]);
  const likeness = found.likeness ?? assert.fail();
  assert.deepEqual(
    likeness.thresholds.map((t) => t.percent),
    [65, 70, 75, 80, 85],
  );
  // One block: Bob with Bob and with Zoe, Ann with Ann. That is more than two.
  assert.deepEqual(likeness.blocks, [{ block: 'year', pairs: 3, right: 2, fits: false }]);
  assert.equal(likeness.neverCompared, 1);
  assert.deepEqual(
    found.missed.map((m) => [m.left, m.right, m.key, m.block]),
    [[3, 3, null, null]],
  );
  const words = measure('en', ...sample, '--terms', 'both.yaml', '--examples', '9');
  assert.equal(words.code, 0, words.err);
  assert.match(words.out, /Sample: 3 rows of a\.csv, 4 rows of b\.csv; 3 true pairs\./);
  assert.match(words.out, /Left out, because nobody says who they are about: 1 rows of the first file, 0 of the second\./);
  assert.match(words.out, /key number +1 +1 +1\.000 \(0\.206 to 1\.000\) +0\.333 \(0\.061 to 0\.793\)/);
  assert.match(words.out, /likeness 75 % \(as in the terms\) +\d/);
  assert.match(words.out, /year +3 +2 +2: TOO FEW/);
  assert.match(words.out, /would show nothing: more pairs than\s+maximum_pairs for year/);
  assert.match(words.out, /1 of 3 true pairs have no block key in common/);
  assert.match(words.out, /Missed, by row of the first and of the second file:\n {2}3, 3: no block key in common/);
  assert.doesNotMatch(words.out, /Jansen|Pieters|1112|1980/);
  const dutch = measure('nl', ...sample, '--terms', 'both.yaml', '--thresholds', '75');
  assert.match(dutch.out, /gelijkenis 75 % \(volgens de afspraken\)/);
  assert.doesNotMatch(dutch.out, /gelijkenis 70|Gemist/);
});

test('exact keys alone', () => {
  const found = json(...sample, '--terms', 'exact.yaml');
  assert.equal(found.likeness, null);
  assert.deepEqual(
    found.keys.map((k) => [k.key, k.pairs, k.right]),
    [['number', 1, 1]],
  );
  assert.deepEqual([found.wrong, found.missed], [[], []]);
  assert.equal(refused(...sample, '--terms', 'exact.yaml', '--thresholds', '70').code, 'usage/measure');
});

test('columns, terms and samples that make no sense are refused by name', () => {
  const missing = refused('a.csv', 'b.csv', '--truth', 'who', '--terms', 'exact.yaml');
  assert.deepEqual([missing.code, missing.message], ['dataset/no-column', 'b.csv has no column "who".']);
  write('other.yaml', keys.replace('column: bsn', 'column: ssn'));
  assert.match(refused(...sample, '--terms', 'other.yaml').message, /a\.csv has no column "ssn"/);
  assert.equal(refused('a.csv', 'b.csv', '--truth', 'bsn=naam', '--terms', 'exact.yaml').code, 'linkage/no-true-pairs');
  assert.equal(refused('a.csv', 'b.csv', '--truth', '=id', '--terms', 'exact.yaml').code, 'usage/measure');
  assert.equal(refused(...sample).code, 'usage/measure');
  assert.equal(refused(...sample, '--terms', 'exact.yaml', '--matching', 'persons').code, 'usage/measure');
  assert.equal(refused(...sample, '--terms', 'exact.yaml', '--table-a', 'patients').code, 'matching/not-agreed');
  write('wrong.yaml', keys.replace('bsn@1', 'ssn@1'));
  assert.match(refused(...sample, '--terms', 'wrong.yaml').message, /wrong\.yaml:1:\d+: there is no recipe ssn@1/);
  assert.match(measure('en', ...sample, '--terms', 'both.yaml', '--thresholds', '0,70').err, /Whole numbers from 1 to 100/);
});

/** The terms of docs/matching.md. */
const PERSONS = `any_of:
  - { name: person, parts: [ { column: given_name, recipe: name@1 }, { column: surname, recipe: name@1 }, { column: date_of_birth, recipe: date@1 } ] }
  - { name: address, parts: [ { column: postcode, recipe: digits@1 }, { column: date_of_birth, recipe: date@1 } ] }
  - { name: family, parts: [ { column: surname, recipe: name@1 }, { column: date_of_birth, recipe: date@1 } ] }
  - { name: street, parts: [ { column: given_name, recipe: name@1 }, { column: address_1, recipe: name@1 } ] }
approximate:
  fields:
    - { column: given_name, recipe: name@1, hashes: 12 }
    - { column: surname, recipe: name@1, hashes: 12 }
    - { column: date_of_birth, recipe: digits@1, grams: places }
    - { column: postcode, recipe: digits@1, grams: places }
    - { column: suburb, recipe: name@1, hashes: 6 }
    - { column: address_1, recipe: name@1, hashes: 8 }
  threshold_percent: 70
  blocks:
    - { name: sound-and-year, parts: [ { column: surname, recipe: soundex@1 }, { column: date_of_birth, recipe: year@1 } ] }
    - { name: sound-and-postcode, parts: [ { column: given_name, recipe: soundex@1 }, { column: postcode, recipe: digits@1 } ] }
    - { name: birth, parts: [ { column: date_of_birth, recipe: date@1 } ] }
    - { name: sounds, parts: [ { column: given_name, recipe: soundex@1 }, { column: surname, recipe: soundex@1 } ] }
    - { name: street, parts: [ { column: postcode, recipe: digits@1 }, { column: address_1, recipe: soundex@1 } ] }
  maximum_pairs: 6000
`;

test('the labelled sample: the figures of docs/matching.md, up to the key that filters are hashed with', {
  skip: fixtures === undefined ? 'SLUIS_FIXTURES is not set: the labelled sample was not looked at' : false,
}, () => {
  for (const name of ['party_a', 'party_b']) {
    const [head, ...rows] = readFileSync(join(fixtures ?? '', 'data', 'febrl4', `${name}.csv`), 'utf8')
      .trim()
      .split(/\r?\n/);
    // Both records of a person have its number in their own: rec-1070-org, rec-1070-dup-0.
    write(`${name}.csv`, [`person,${head}`, ...rows.map((row) => `${row.split('-')[1]},${row}`), ''].join('\n'));
  }
  write('persons.yaml', PERSONS);
  const found = json('party_a.csv', 'party_b.csv', '--truth', 'person', '--terms', 'persons.yaml');
  assert.equal(found.truePairs, 5000);
  assert.deepEqual(
    found.keys.map((k) => [k.key, k.pairs, k.right]),
    [
      ['person', 2079, 2079],
      ['address', 3757, 3757],
      ['family', 2973, 2971],
      ['street', 1922, 1906],
    ],
  );
  assert.deepEqual([found.inOrder.pairs, found.inOrder.right], [4559, 4555]);
  const { thresholds, blocks, neverCompared } = found.likeness ?? assert.fail();
  const documented: Readonly<Record<number, readonly [number, number]>> = {
    65: [0.966, 0.981],
    70: [0.992, 0.963],
    75: [0.999, 0.917],
    80: [1, 0.86],
  };
  for (const [percent, [precision, recall]] of Object.entries(documented)) {
    const { alone, withKeys } = thresholds.find((t) => t.percent === Number(percent)) ?? assert.fail(percent);
    assert.ok(Math.abs((alone.precision?.value ?? 0) - precision) < 0.003, `precision at ${percent}`);
    assert.ok(Math.abs(alone.recall.value - recall) < 0.003, `recall at ${percent}`);
    assert.ok(alone.recall.low < recall && recall < alone.recall.high);
    assert.ok(withKeys.right >= Math.max(alone.right, found.inOrder.right));
  }
  assert.ok(blocks.every((b) => b.fits));
  assert.equal(neverCompared, 33);
});
