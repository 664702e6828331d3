import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Column, columnSchema, tableSchema } from './agreement.ts';
import { decimalUnits } from './agreement-literals.ts';
import { bitsBetween, cellCodec, encodeCell, encodingsOf, rowVectors, textHash } from './row-encoding.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 400 };
console.log(`seed ${seed}`);

const column = (definition: Record<string, unknown>): Column => columnSchema.parse(definition);
const codec = (definition: Record<string, unknown>) => cellCodec('ned', 'x', column(definition));
const types = ['BOOLEAN', 'INTEGER', 'BIGINT', 'DECIMAL(18,4)', 'DECIMAL(9,0)', 'DATE', 'TIMESTAMP', 'DOUBLE'];

test('every number of a type decodes to text that encodes to it again', () => {
  for (const type of types) {
    const c = codec({ type, ...(type === 'DOUBLE' ? { scale: 3 } : {}) });
    // The product with the scale rounds once more: beyond 2^50 a DOUBLE need not come back to its step.
    const [low, high] = type === 'DOUBLE' ? [-(2n ** 50n), 2n ** 50n] : [c.encoding.minimum, c.encoding.maximum];
    fc.assert(
      fc.property(fc.bigInt({ min: low, max: high }), (value) => {
        const text = c.decode(value);
        assert.notEqual(text, null, type);
        assert.equal(c.encode(text), value, `${type} ${text}`);
      }),
      runs,
    );
    for (const end of [low, high, 0n]) assert.equal(c.encode(c.decode(end)), end, `${type} at ${end}`);
  }
});

test('the order of numbers is the order of values', () => {
  const c = codec({ type: 'DECIMAL(12,2)' });
  const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
  fc.assert(
    fc.property(cents, cents, (a, b) => {
      const [x, y] = [c.encode((a / 100).toFixed(2)), c.encode((b / 100).toFixed(2))] as [bigint, bigint];
      assert.equal(x < y, a < b);
    }),
    runs,
  );
});

test('the fast way for plain digits gives what exact arithmetic gives, and takes nothing else', () => {
  const digits = fc.stringMatching(/^-?\d{0,18}(\.\d{0,6})?$/);
  const odd = fc.stringMatching(/^[-+.\d eE]{0,6}$/);
  for (const type of ['BIGINT', 'DECIMAL(18,2)', 'DECIMAL(18,6)']) {
    const c = codec({ type });
    const scale = Number(/,(\d)/.exec(type)?.[1] ?? 0);
    fc.assert(
      fc.property(fc.oneof(digits, odd), (text) => {
        const exact = decimalUnits(text.trim(), scale);
        const fits = exact !== null && exact >= c.encoding.minimum && exact <= c.encoding.maximum;
        assert.equal(c.encode(text), fits ? exact : 'not-of-type', `${type} "${text}"`);
      }),
      { ...runs, numRuns: 2000 },
    );
  }
});

test('bounds, domains and missing values are refused by name', () => {
  const bounded = codec({ type: 'DECIMAL(6,2)', bounds: ['-5', '10.5'], nullable: true });
  assert.deepEqual(
    ['10.5', '10.51', '-5.01', '1.234', 'x', '', null].map((t) => bounded.encode(t)),
    [1050n, 'outside-bounds', 'outside-bounds', 'not-of-type', 'not-of-type', 'not-of-type', 0n],
  );
  const listed = codec({ type: 'INTEGER', domain: { values: [3, 5, 9] } });
  assert.deepEqual(
    ['3', '05', '4', '10', null].map((t) => listed.encode(t)),
    [3n, 5n, 'outside-domain', 'outside-domain', 'missing'],
  );
  const words = codec({ type: 'VARCHAR', domain: { values: ['a', 'B', ''] } });
  assert.deepEqual(
    ['a', 'B', '', 'b', 'A'].map((t) => words.encode(t)),
    [0n, 1n, 2n, 'outside-domain', 'outside-domain'],
  );
  assert.deepEqual([words.decode(1n), words.decode(3n), words.decode(-1n)], ['B', null, null]);
  const days = codec({ type: 'DATE', domain: { range: ['2024-02-28', '2024-03-01'] } });
  assert.deepEqual(
    ['2024-02-29', '2024-02-30', '2023-02-28', '2024-2-29', '1970-01-01'].map((t) => days.encode(t)),
    [19_782n, 'not-of-type', 'outside-bounds', 'not-of-type', 'outside-bounds'],
  );
});

test('text without a domain is hashed to 62 and 34 bits, apart for each collaboration, exactly as it stands', () => {
  const free = column({ type: 'VARCHAR' });
  assert.equal(encodeCell('ned', 'a', free, 'Zoë'), encodeCell('ned', 'b', free, 'Zoë'), 'columns can be joined');
  assert.notEqual(encodeCell('ned', 'a', free, 'Zoë'), encodeCell('other', 'a', free, 'Zoë'));
  const different = ['Zoë', 'zoë', 'Zoe\u0308', ' Zoë', ''].map((t) => textHash('ned')(t).join());
  assert.equal(new Set(different).size, different.length);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [value, more] = [encodeCell('ned', 'a', free, text), encodeCell('ned', 'a#2', free, text)];
      if (!text.isWellFormed()) assert.deepEqual([value, more], ['not-of-type', 'not-of-type']);
      else {
        assert.ok(typeof value === 'bigint' && value >= 0n && value < 2n ** 62n);
        assert.ok(typeof more === 'bigint' && more >= 0n && more < 2n ** 34n);
        assert.deepEqual([value, more], textHash('ned')(text));
      }
    }),
    runs,
  );
  // All bits move: 400 hashes leave no bit of 96 constant.
  const all = Array.from({ length: 400 }, (_, i) => textHash('ned')(String(i))).map(([value, more]) => (value << 34n) | more);
  assert.equal(
    all.reduce((a, b) => a | b),
    2n ** 96n - 1n,
  );
  assert.equal(
    all.reduce((a, b) => a & b),
    0n,
  );
});

test('widths hold both ends of every encoding, and no narrower one does', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const bits = bitsBetween(low, high);
      const held = (w: number) => BigInt.asIntN(w, low) === low && BigInt.asIntN(w, high) === high;
      assert.ok(bits <= 64 && held(bits) && !held(bits - 1));
    }),
    runs,
  );
});

test('vectors of a row stand in the order of their names however the agreement is held, presence after value, the flag last', () => {
  const table = tableSchema.parse({
    providers: [],
    columns: { b: { type: 'INTEGER', nullable: true }, a: { type: 'BOOLEAN' } },
  });
  const vectors = rowVectors(encodingsOf(table)).map((v) => `${v.column}:${v.kind}`);
  assert.deepEqual(vectors, ['a:value', 'b:value', 'b:present', 'null:valid']);
  assert.deepEqual(
    encodingsOf(table, ['a']).map((e) => e.column),
    ['a'],
  );
});

test('hashed text has a second column with further bits, read only where it is named', () => {
  const table = tableSchema.parse({ providers: [], columns: { t: { type: 'VARCHAR', nullable: true }, t1: { type: 'BOOLEAN' } } });
  const vectors = (only?: string[]) => rowVectors(encodingsOf(table, only)).map((v) => `${v.column}:${v.kind}`);
  assert.deepEqual(vectors(), ['t:value', 't:present', 't#2:value', 't1:value', 'null:valid']);
  assert.deepEqual(vectors(['t']), ['t:value', 't:present', 'null:valid']);
  assert.equal(encodingsOf(table, ['t#2'])[0]?.of, 't');
});
