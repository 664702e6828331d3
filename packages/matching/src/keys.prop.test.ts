import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@sluis/base';
import fc from 'fast-check';
import {
  anyOf,
  type KeyDefinition,
  type KeyPart,
  distinctKeys,
  joinKeys,
  keyOf,
  keyReader,
  onlyDistinct,
  packBytes,
  packedAt,
  packKeys,
  prepareKey,
  recipeOf,
  recipes,
} from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const OPTIONS: Record<string, Partial<KeyPart>> = { 'phone@1': { country: 'NL' } };
const partOf = (recipe: string): KeyPart => ({ recipe, ...OPTIONS[recipe] });
/** Text as people and mistakes make it. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'aA1 -.@ßĳé\u0301İς٣ﬁ0/:'), maxLength: 12 }),
  fc.constantFrom('jan@example.org', '06-12345678', '1980-04-03', '111222333', 'van der Berg', '2001:db8::1', '1234 AB 5'),
);

test('normal forms are stable: what a recipe gives, it reads as itself', () => {
  // Codes of sounds are no names; of an address the street is gone; an initial of ß is s; a year is no date.
  const codes = new Set(['soundex@1', 'cologne@1', 'phonetic-nl@1', 'address-nl@1', 'year@1']);
  for (const recipe of recipes.values()) {
    if (codes.has(recipe.id)) continue;
    const read = recipe.reader(partOf(recipe.id));
    fc.assert(
      fc.property(text, (t) => {
        const once = read(t);
        if (typeof once !== 'string') return;
        assert.notEqual(once, '');
        assert.equal(read(once), once, recipe.id);
      }),
      { seed, numRuns: 150 },
    );
  }
});

test('composed and decomposed text are one, but for exact@1', () => {
  for (const id of ['text@1', 'name@1', 'surname-nl@1', 'email@1', 'domain@1']) {
    const read = recipeOf(id).reader({});
    fc.assert(
      fc.property(text, (t) => assert.deepEqual(read(t.normalize('NFD')), read(t.normalize('NFC')))),
      { seed, numRuns: 150 },
    );
  }
});

const definition = (name: string, ...parts: string[]): KeyDefinition => ({ name, parts: parts.map(partOf) });

test('two keys have the same bytes exactly if name, recipes and normal forms are the same', () => {
  const key = fc.record({
    name: fc.constantFrom('a', 'ab', 'b'),
    parts: fc.array(
      fc.record({ recipe: fc.constantFrom('exact@1', 'text@1'), value: fc.constantFrom('a', 'b', 'ab', 'a\u0001', 'é', 'x'.repeat(200)) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  });
  const bytes = ({ name, parts }: typeof key extends fc.Arbitrary<infer T> ? T : never) => {
    const made = keyOf(
      keyReader(definition(name, ...parts.map((p) => p.recipe))),
      parts.map((p) => p.value),
    );
    return made instanceof Uint8Array ? toHex(made) : assert.fail();
  };
  fc.assert(
    fc.property(key, key, (a, b) => assert.equal(bytes(a) === bytes(b), JSON.stringify(a) === JSON.stringify(b))),
    { seed, numRuns: 1000 },
  );
});

test('packing gives the bytes and rejections of single keys', () => {
  const cell = fc.oneof(text, fc.constantFrom(null, undefined, '', '\ud800', 'y'.repeat(1025), 'é'.repeat(500), 'ﷺ'.repeat(50)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 30 }),
      fc.constantFrom('exact@1', 'text@1', 'email@1', 'date@1'),
      (rows, recipe) => {
        const reader = keyReader(definition('k', recipe, 'name@1'));
        const packed = packKeys(reader, [rows.map((r) => r[0]), rows.map((r) => r[1])]);
        const single = rows.map((r) => keyOf(reader, r));
        const accepted = [...packed.rows].map((row, i) => [row, toHex(packedAt(packed, i))]);
        assert.deepEqual(
          accepted,
          single.flatMap((k, row) => (k instanceof Uint8Array ? [[row, toHex(k)]] : [])),
        );
        const rejected = packed.rejections.flatMap((r) => [...r.rows].map((row) => [row, r.part, r.reason]));
        const order = (a: readonly unknown[], b: readonly unknown[]) => Number(a[0]) - Number(b[0]);
        assert.deepEqual(
          rejected.sort(order),
          single.flatMap((k, row) => (k instanceof Uint8Array ? [] : [[row, k.part, k.rejected]])),
        );
      },
    ),
    { seed, numRuns: 300 },
  );
});

test('equal keys are found as a map finds them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2 }), { maxLength: 60 }), (strings) => {
      const packed = packBytes(strings);
      const { first, which, repeated, surplus } = distinctKeys(packed);
      const places = new Map<string, number[]>();
      for (const [i, s] of strings.entries()) places.set(toHex(s), [...(places.get(toHex(s)) ?? []), i]);
      assert.deepEqual(
        [...first],
        [...places.values()].map((p) => p[0]),
      );
      assert.equal(repeated, [...places.values()].filter((p) => p.length > 1).length);
      assert.equal(surplus, strings.length - places.size);
      for (const [i, w] of which.entries()) assert.deepEqual(strings[first[w] ?? -1], strings[i]);
      const only = onlyDistinct(packed, { first, which, repeated, surplus });
      assert.deepEqual(
        Array.from(first, (_, i) => toHex(packedAt(only, i))),
        [...places.keys()],
      );
    }),
    { seed, numRuns: 300 },
  );
});

test('any of several keys: each row matches by the first that the other side has', () => {
  const value = fc.constantFrom(null, 'a', 'b', 'c', 'd');
  const table = fc.array(fc.tuple(value, value), { maxLength: 12 });
  const prepare = (rows: readonly (readonly (string | null)[])[]) =>
    ['first', 'second'].map((name, k) => prepareKey(definition(name, 'exact@1'), [rows.map((r) => r[k])], { repeated: 'once' }));
  fc.assert(
    fc.property(table, table, (mine, theirs) => {
      const [own, other] = [prepare(mine), prepare(theirs)];
      const set = joinKeys(other);
      const known = new Set(Array.from({ length: set.offsets.length - 1 }, (_, i) => toHex(packedAt(set, i))));
      const hits = own.map(({ keys }) =>
        Uint8Array.from({ length: keys.offsets.length - 1 }, (_, i) => (known.has(toHex(packedAt(keys, i))) ? 1 : 0)),
      );
      const { by, counts, matched } = anyOf(own, hits);
      const expected = mine.map((row) => row.findIndex((v, k) => v !== null && theirs.some((t) => t[k] === v)));
      assert.deepEqual([...by], expected);
      assert.deepEqual(
        counts,
        [0, 1].map((k) => expected.filter((e) => e === k).length),
      );
      assert.equal(matched, expected.filter((e) => e >= 0).length);
    }),
    { seed, numRuns: 300 },
  );
});
