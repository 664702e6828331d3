import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { keysOfTable, likenessOfTable } from './agreement-matching.ts';
import { parseMatchingYaml } from './agreement-matching-terms.ts';

const TERMS = `
any_of:
  - name: name
    parts: [ { column: { a: surname, b: achternaam }, recipe: name@1 }, { column: born, recipe: date@1, order: dmy } ]
approximate:
  fields: [ { column: { a: surname, b: achternaam }, recipe: name@1 } ]
  blocks: [ { name: year, parts: [ { column: born, recipe: year@1, order: dmy } ] } ]
  maximum_pairs: 100
`;
test('a file that is something else is told what terms begin with', () => {
  assert.match(problems('person,surname\n1,x\n'), /begin with "any_of:"/);
});

const problems = (text: string): string => {
  try {
    parseMatchingYaml(text, 'terms.yaml');
  } catch (error) {
    if (error instanceof InvalidError && error.code === 'agreement/invalid') return error.message;
    throw error;
  }
  return '';
};

test('terms alone read as under a name in an agreement, with tables a and b', () => {
  const matching = { it: parseMatchingYaml(TERMS, 'terms.yaml') };
  assert.deepEqual(
    ['a', 'b'].map((table) => keysOfTable({ matching }, 'it', table)?.keys[0]?.columns),
    [
      ['surname', 'born'],
      ['achternaam', 'born'],
    ],
  );
  const { terms, fields } = likenessOfTable({ matching }, 'it', 'b') ?? assert.fail();
  assert.deepEqual([fields, terms.threshold.numerator, terms.maximumPairs], [['achternaam'], 75, 100]);
  assert.deepEqual(parseMatchingYaml(`tables: [ x, y ]\nany_of: [ { name: k, parts: [ { column: c, recipe: bsn@1 } ] } ]`, 't').tables, [
    'x',
    'y',
  ]);
});

test('what is wrong is said with its place', () => {
  assert.match(problems(TERMS.replace('year@1', 'jaar@1')), /^terms\.yaml:7:\d+: there is no recipe jaar@1 — use one of .*year@1/);
  assert.match(
    problems(TERMS.replace('date@1, order: dmy', 'bsn@1, order: dmy')),
    /^terms\.yaml:4:\d+: The recipe bsn@1 has no option "order" — /,
  );
  assert.match(problems(TERMS.replace('b: achternaam', 'c: achternaam')), /^terms\.yaml:4:\d+: no column is named for b — add "b: COLUMN"/);
  assert.match(problems(TERMS.replace('any_of', 'all_of')), /"all_of" is not known here/);
  const twice = 'any_of: [ { name: k, parts: [ { column: c, recipe: bsn@1 } ] }, { name: K, parts: [ { column: d, recipe: bsn@1 } ] } ]';
  assert.match(problems(twice), /"K" stands twice/);
});
