/** The clause is found at the end of a question only, whatever stands in strings, names and comments. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { noiseClauseText, splitNoiseClause } from './noise-clause.ts';

const FOUND: readonly (readonly [string, string, string])[] = [
  ['SELECT 1 WITH NOISE (epsilon = 1)', 'SELECT 1 ', 'WITH NOISE (epsilon = 1)'],
  [
    'select 1 with noise(EPSILON=1.50,delta=1e-6, mechanism=Laplace) ;; ',
    'select 1 ',
    'WITH NOISE (epsilon = 1.5, delta = 0.000001, mechanism = laplace)',
  ],
  ['SELECT 1 LIMIT 3 WITHIN 20.0 AT 95 PERCENT', 'SELECT 1 LIMIT 3 ', 'WITHIN 20 AT 95 PERCENT'],
  [
    'SELECT 1 WITH NOISE (delta = .00001) WITHIN 5e1 AT 99.9 PERCENT',
    'SELECT 1 ',
    'WITH NOISE (delta = 0.00001) WITHIN 50 AT 99.9 PERCENT',
  ],
  [
    'SELECT 1 WITH NOISE (epsilon = 1) WITHIN 5.0 percent AT 95 PERCENT;',
    'SELECT 1 ',
    'WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT',
  ],
  ['SELECT 1 WITHIN 99.9999 PERCENT AT 50 PERCENT', 'SELECT 1 ', 'WITHIN 99.9999 PERCENT AT 50 PERCENT'],
  ['SELECT 1 WITHIN 20 rows AT 95 PERCENT;', 'SELECT 1 ', 'WITHIN 20 ROWS AT 95 PERCENT'],
  ['SELECT 1 WITH /* a */ NOISE -- b\n (epsilon /* c */ = 2)', 'SELECT 1 ', 'WITH NOISE (epsilon = 2)'],
  [
    'WITH noise (a) AS (SELECT 1) SELECT a FROM noise WITH NOISE (epsilon = 3)',
    'WITH noise (a) AS (SELECT 1) SELECT a FROM noise ',
    'WITH NOISE (epsilon = 3)',
  ],
  [
    'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t WITH NOISE (epsilon = 1)',
    'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t ',
    'WITH NOISE (epsilon = 1)',
  ],
];
const NOT_FOUND = [
  "SELECT 'WITH NOISE (epsilon = 1)'",
  "SELECT 'it''s WITH NOISE (epsilon = 1)'",
  "SELECT e'\\' WITH NOISE (epsilon = 1)'",
  'SELECT $$ WITH NOISE (epsilon = 1) $$, $a$ WITH NOISE (epsilon = 1) $$ $a$',
  'SELECT 1 AS "WITH NOISE (epsilon = 1)", 2 AS "a "" WITH NOISE (epsilon = 1)"',
  'SELECT 1 -- WITH NOISE (epsilon = 1)',
  'SELECT 1 /* /* WITH NOISE (epsilon = 1) */ WITH NOISE (epsilon = 1) */',
  'WITH noise (a) AS (SELECT 1) SELECT a FROM noise',
  'SELECT (SELECT 1 WITH NOISE (epsilon = 1))',
  "SELECT 'never closed WITH NOISE (epsilon = 1)",
];
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['WITH NOISE (epsilon = 1) ORDER BY 1', /stands "ORDER"/],
  ['WITH NOISE (epsilon = 1, seed = 4)', /no option seed.*epsilon, delta, mechanism/],
  ['WITH NOISE (epsilon = 1, epsilon = 2)', /epsilon stands twice/],
  ['WITH NOISE (epsilon)', /epsilon has no value/],
  ['WITH NOISE (epsilon = -1)', /value of epsilon is missing/],
  ['WITH NOISE (epsilon = 0)', /no positive decimal/],
  ['WITH NOISE (epsilon = 1e40)', /no positive decimal/],
  ['WITH NOISE (epsilon = 1, delta = 1)', /delta is no number from 0 to below 1/],
  ['WITH NOISE (epsilon = 1, mechanism = uniform)', /no mechanism uniform/],
  ['WITH NOISE (delta = 0.1)', /names no epsilon/],
  ['WITH NOISE ()', /name of an option is missing/],
  ['WITH NOISE (epsilon = 1', /"," or "\)" is missing/],
  ['WITH NOISE (epsilon = 1) WITHIN 3 AT 95 PERCENT', /both epsilon and WITHIN/],
  ['WITHIN 3', /not followed by AT/],
  ['WITHIN 3 AT 95', /not followed by AT and PERCENT/],
  ['WITHIN 3 AT 100 PERCENT', /from 50 to below 100/],
  ['WITHIN 1.5 ROWS AT 95 PERCENT', /ROWS stands after a number that is not whole/],
  ['WITHIN 3 ROWS', /not followed by AT/],
  ['WITHIN 0 AT 95 PERCENT', /no positive decimal/],
  ['WITHIN 0 PERCENT AT 95 PERCENT', /relative error.*above 0 and below 100.*Write: SELECT … WITH NOISE \(epsilon = 1\) WITHIN 5 PERCENT/],
  ['WITHIN 0.00001 PERCENT AT 95 PERCENT', /relative error/],
  ['WITHIN 100 PERCENT AT 95 PERCENT', /relative error/],
  ['WITHIN 250 PERCENT AT 95 PERCENT', /relative error/],
  ['WITHIN 5 PERCENT', /not followed by AT/],
  ['WITHIN 5 PERCENT AT 95', /not followed by AT and PERCENT/],
  ['WITHIN 5 PERCENT AT 100 PERCENT', /from 50 to below 100/],
  ['WITHIN 5 PERCENT AT 95 PERCENT WITH NOISE (epsilon = 1)', /stands "WITH"/],
];

test('a clause is split off, and has one canonical text', () => {
  for (const [text, rest, canonical] of FOUND) {
    const { sql, clause } = splitNoiseClause(text);
    assert.equal(sql, rest);
    assert.ok(clause !== null, text);
    assert.equal(noiseClauseText(clause), canonical);
    assert.deepEqual(splitNoiseClause(`SELECT 1 ${canonical}`).clause, clause);
  }
});

test('what only looks like a clause stays where it is', () => {
  for (const text of NOT_FOUND) assert.deepEqual(splitNoiseClause(text), { sql: text, clause: null });
});

test('a wrong clause is refused, saying what is wrong', () => {
  for (const [text, pattern] of WRONG) {
    assert.throws(
      () => splitNoiseClause(`SELECT count(*) FROM t ${text}`),
      (error: unknown) => {
        assert.ok(error instanceof RefusedError && error.code === 'plan/syntax', text);
        assert.match(`${error.message} ${error.remedy}`, pattern, text);
        return true;
      },
    );
  }
});
