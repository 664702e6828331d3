import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitRecipes } from './program/options.ts';
import { recipePart } from './recipe-option.ts';

test('recipes with commas between keep their options', () => {
  assert.deepEqual(splitRecipes('email@1'), ['email@1']);
  assert.deepEqual(splitRecipes('email@1, phone@1,country=NL,date@1,order=dmy'), ['email@1', 'phone@1,country=NL', 'date@1,order=dmy']);
  assert.deepEqual(splitRecipes('country=NL'), ['country=NL']);
});

test('a recipe that is not there, and options that it does not take or lacks, are named', () => {
  assert.deepEqual(recipePart('phone@1,country=NL'), { recipe: 'phone@1', country: 'NL' });
  assert.deepEqual(recipePart('iban@1'), { recipe: 'iban@1' });
  for (const [given, code] of [
    ['nosuch@1', 'matching/unknown-recipe'],
    ['phone@1', 'usage/recipe'],
    ['iban@1,country=NL', 'usage/recipe'],
    ['date@1,order=xyz', 'usage/recipe'],
  ] as const)
    assert.throws(() => recipePart(given), { code });
});
