/** Text without declared values as a group key: what is planned and opened, what is said of it, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError, RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, openingMasks, type Plan, type Released, textHash } from '@sluis/model';
import { keyHash, openedTexts, prepare, textsByHash } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();

interface Terms {
  readonly uses?: readonly string[];
  readonly receivers?: readonly string[];
  readonly output?: object;
}

function members({ uses, receivers, output }: Terms = {}): Agreement {
  const base = sampleAgreement({
    receivers: receivers ?? ['centre'],
    output: { minimum_rows: 1, minimum_organisations: 3, ...output },
  });
  const ioc = { type: 'VARCHAR', uses: uses ?? ['join', 'group', 'reveal', 'filter'], nullable: true };
  const hits = { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 1000] };
  const hour = { type: 'INTEGER', uses: ['join', 'group'], bounds: [0, 23] };
  const seen = {
    kind: 'union',
    providers: ['harbour', 'bank', 'hospital'],
    maximum_rows: 500,
    privacy_unit: { protects: 'row' },
    columns: { ioc, hits, hour },
  };
  return agreementSchema.parse({ ...base, tables: { ...base.tables, seen } });
}

const plan = (sql: string, agreement = members()) => prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);
const ITEMS = 'SELECT ioc FROM seen GROUP BY ioc HAVING count(DISTINCT organisation) >= 2';

async function refused(sql: string, code: string, text: RegExp, agreement = members()): Promise<void> {
  await assert.rejects(plan(sql, agreement), (error: unknown) => {
    assert.ok(error instanceof RefusedError, `${sql}: ${error}`);
    assert.equal(error.code, code, `${sql}: ${error.message}`);
    assert.match(`${error.message} ${error.remedy}`, text, sql);
    return true;
  });
}

test('both parts of the hash are keys of the groups; the text and its hash are columns of the answer', async () => {
  const { plan: made } = await plan(`${ITEMS} ORDER BY count(*) DESC LIMIT 10`);
  assert.deepEqual(
    made.keys.map(({ name, secret, text, nullCode }) => ({ name, secret, text, nullCode })),
    [
      { name: 'ioc', secret: true, text: { more: 1, column: 'ioc' }, nullCode: '-1' },
      { name: 'ioc#2', secret: true, text: undefined, nullCode: String(1n << 34n) },
    ],
  );
  assert.deepEqual(made.groupingSets, [[0, 1]]);
  const keys = made.keys.map((k) => made.accumulators[k.accumulator ?? -1]);
  assert.deepEqual(
    keys.map((a) => [a?.minimum, a?.maximum, a?.words]),
    [
      ['-1', String((1n << 62n) - 1n), 1],
      ['0', String(1n << 34n), 1],
    ],
  );
  assert.deepEqual(made.columns, [
    { name: 'ioc', type: 'VARCHAR' },
    { name: 'ioc_hash', type: 'VARCHAR', hashOf: 'ioc' },
  ]);
  const passed = made.outputs.map((_, o) => Uint8Array.from({ length: made.cellCount }, (_, i) => (o === 0 && i === 3 ? 1 : 0)));
  const opened = openingMasks(made, passed);
  for (const { accumulator } of made.keys)
    assert.deepEqual(
      [...(opened.accumulators[accumulator ?? -1] ?? [])].flatMap((bit, i) => (bit === 1 ? [i] : [])),
      [3],
      'opened where the group passes, and nowhere else',
    );
});

test('written with a subquery or at once, it is the same question about items, whose condition stays secret', async () => {
  const { plan: made, explanation } = await plan(ITEMS);
  const nested = `SELECT ioc FROM (${ITEMS}) GROUP BY ioc`;
  const outer = `SELECT ioc FROM (SELECT ioc, count(DISTINCT organisation) AS o FROM seen GROUP BY ioc) WHERE o >= 2`;
  for (const sql of [nested, outer]) {
    const other = (await plan(sql)).plan;
    assert.deepEqual({ ...other, sql: '' }, { ...made, sql: '' }, sql);
  }
  const said = explanation.sentences.map((s) => s.text).join('\n');
  assert.doesNotMatch(said, /applied by the receiver after opening/);
  assert.match(said, /Of ioc, whose values are not declared, 96 bits of a hash are opened for every group that passes/);
  assert.match(said, /made without a key.*any text that it can guess/);
  assert.match(said, /The values of ioc are opened for groups that pass only/);
});

test('a condition that the receiver applies is said to be', async () => {
  const counted =
    'SELECT ioc, sum(n) AS x FROM (SELECT ioc, count(*) AS n, count(DISTINCT organisation) AS o FROM seen GROUP BY ioc) WHERE o > 1';
  const { explanation } = await plan(`${counted} GROUP BY ioc HAVING sum(n) > 4`);
  assert.match(explanation.sentences.map((s) => s.text).join('\n'), /applied by the receiver after opening/);
});

test('it needs the uses group and reveal, and join to tell items apart', async () => {
  await refused(
    ITEMS,
    'plan/column-use-missing',
    /seen\.ioc.*to show its values, which are not declared.*"reveal"/,
    members({ uses: ['join', 'group'] }),
  );
  await refused(ITEMS, 'plan/column-use-missing', /seen\.ioc.*to group/, members({ uses: ['join', 'reveal'] }));
  await refused(ITEMS, 'plan/column-use-missing', /seen\.ioc.*tell items apart/, members({ uses: ['group', 'reveal'] }));
  await plan('SELECT ioc, count(*) FROM seen GROUP BY ioc', members({ uses: ['group', 'reveal'] }));
  await plan('SELECT hour, count(*) AS n FROM seen GROUP BY hour', members({ uses: [] }));
  const present = ITEMS.replace('GROUP BY', 'WHERE ioc IS NOT NULL GROUP BY');
  await plan(present, members({ uses: ['join', 'group', 'reveal'] }));
  const others = ["ioc IS NOT NULL AND ioc <> 'x'", 'ioc IS NULL', 'NOT (ioc IS NOT NULL)', 'hits IS NOT NULL'];
  for (const condition of others)
    await refused(
      present.replace('ioc IS NOT NULL', condition),
      'plan/column-use-missing',
      /to filter rows/,
      members({ uses: ['join', 'group', 'reveal'] }),
    );
});

test('what needs the text itself is refused: the committee has a hash, and a receiver not every text', async () => {
  const rows = 'FROM seen GROUP BY ioc';
  for (const [sql, text] of [
    [`SELECT upper(ioc) AS x, count(*) ${rows}`, /"ioc" inside an expression of SELECT.*WHERE/],
    [`SELECT ioc || '!' AS x, ioc, count(*) ${rows}`, /inside an expression of SELECT/],
    [`SELECT CASE WHEN ioc IS NULL THEN 1 ELSE 2 END AS x, count(*) ${rows}`, /inside an expression of SELECT/],
    [`SELECT ioc, count(*) ${rows} HAVING ioc LIKE '%.example'`, /"ioc" in HAVING.*filter rows by it in WHERE/],
    [`SELECT ioc, count(*) ${rows} ORDER BY ioc`, /"ioc" in ORDER BY/],
    [`SELECT ioc AS i, count(*) ${rows} ORDER BY length(i)`, /"ioc" in ORDER BY/],
  ] as const)
    await refused(sql, 'plan/unsupported', text);
  await refused(`SELECT upper(ioc) AS x, count(*) FROM seen GROUP BY x`, 'plan/no-domain', /ioc/);
  await refused(`SELECT ioc, hour, count(*) FROM seen GROUP BY ROLLUP (ioc, hour)`, 'plan/no-domain', /ioc/);
  await plan(`SELECT ioc, hour, count(*) AS n ${rows}, hour ORDER BY n DESC, hour LIMIT 5`);
  await plan(`SELECT ioc, count(*) AS n FROM seen WHERE ioc LIKE '%.example' ${rows.replace('FROM seen ', '')}`);
});

test('with noise it is refused: which texts there are would have to be hidden', async () => {
  const noisy = members({ output: { minimum_organisations: 1, noise: { budget: { epsilon: '5', delta: '0.001' } } } });
  const ask = (key: string) => `SELECT ${key}, count(*) AS n FROM seen GROUP BY ${key} WITH NOISE (epsilon = 1, delta = 1e-4)`;
  await refused(ask('ioc'), 'plan/unsupported', /Noise over groups of "ioc"/, noisy);
  await plan(ask('hour'), noisy);
});

test('a name that is taken gets another beside it', async () => {
  const { plan: made } = await plan('SELECT ioc, count(*) AS ioc_hash FROM seen GROUP BY ioc');
  assert.deepEqual(
    made.columns.map((c) => c.name),
    ['ioc', 'ioc_hash_2', 'ioc_hash'],
  );
});

test('under a minimum of rows that no single item can meet, showing items is refused instead of suppressed', async () => {
  await refused(
    ITEMS,
    'plan/unsupported',
    /Showing items by themselves under "minimum_rows" 5.*minimum_organisations/,
    members({ output: { minimum_rows: 5 } }),
  );
  const sizes =
    'SELECT organisations, count(*) AS n FROM (SELECT ioc, count(DISTINCT organisation) AS organisations FROM seen GROUP BY ioc) GROUP BY organisations';
  await plan(sizes, members({ output: { minimum_rows: 5 } }));
});

test('a receiver that gives rows gets only items that two have', async () => {
  await plan(ITEMS, members({ receivers: ['bank'] }));
  await refused(ITEMS.replace('>= 2', '>= 1'), 'plan/receiver-gave-rows', /bank/, members({ receivers: ['bank'] }));
  await refused('SELECT ioc, count(*) FROM seen GROUP BY ioc', 'plan/receiver-gave-rows', /bank/, members({ receivers: ['bank'] }));
});

/** A release in which cell 0 is of `text`, and cell 1 of NULL. */
function releasedOf(made: Plan, text: string): Released {
  const [first, more] = textHash(made.collaboration)(text);
  const accumulators = made.accumulators.map((_, a): (bigint | null)[] => {
    const key = made.keys.findIndex((k) => k.accumulator === a);
    if (key < 0) return [null, null, null];
    return [key === 0 ? first : more, BigInt(made.keys[key]?.nullCode ?? 0), null];
  });
  return { passed: [], counts: [], accumulators };
}

test('only a text whose hash was opened is read, and none that is not', async () => {
  const { plan: made } = await plan(ITEMS);
  const released = releasedOf(made, 'evil.example');
  const [key] = made.keys;
  assert.ok(key !== undefined);
  const hashes = [0, 1, 2].map((cell) => keyHash(key, made, released, cell));
  assert.match(hashes[0] ?? '', /^[0-9a-f]{24}$/);
  assert.deepEqual(hashes.slice(1), [null, null], 'NULL, and what was not opened, have none');
  const wanted = openedTexts(made, released);
  assert.deepEqual(
    ['evil.example', 'Evil.example', ''].map((t) => wanted?.(t)),
    [hashes[0], null, null],
  );
  assert.deepEqual([...textsByHash(made, released, ['evil.example'])], [[hashes[0], 'evil.example']]);
  for (const texts of [['good.example'], ['evil.example', 'evil.example'], ['evil.example', 'good.example']])
    assert.throws(
      () => textsByHash(made, released, texts),
      (e: unknown) => e instanceof InvalidError && e.code === 'receipt/text-of-no-group',
    );
  const other: Plan = { ...made, collaboration: 'another' };
  assert.equal(openedTexts(other, released)?.('evil.example'), null, 'hashes of another collaboration are others');
  const { plan: without } = await plan('SELECT hour, count(*) AS n FROM seen GROUP BY hour');
  assert.equal(openedTexts(without, { passed: [], counts: [], accumulators: [] }), null);
});

test('opened words that are no hash, half of one, or NULL by halves are refused, and so are two groups of one name', async () => {
  const { plan: made } = await plan(ITEMS);
  const released = releasedOf(made, 'evil.example');
  const [key, more] = made.keys;
  assert.ok(key?.accumulator !== undefined && more?.accumulator !== undefined && key.nullCode !== undefined && more.nullCode !== undefined);
  const [at, beside] = [key.accumulator, more.accumulator];
  const changed = (cell: number, words: readonly [bigint | null, bigint | null]): Released => ({
    ...released,
    accumulators: released.accumulators.map((cells, a) => (a === at || a === beside ? cells.with(cell, words[a === at ? 0 : 1]) : cells)),
  });
  const [first, second] = textHash(made.collaboration)('evil.example');
  const nothing = [BigInt(key.nullCode), BigInt(more.nullCode)] as const;
  const refused = (code: string, cell: number, words: readonly [bigint | null, bigint | null]) => {
    for (const read of [() => openedTexts(made, changed(cell, words)), () => textsByHash(made, changed(cell, words), [])])
      assert.throws(read, (e: unknown) => e instanceof InvalidError && e.code === `receipt/${code}`, `${code} ${words}`);
  };
  for (const words of [
    [first + (1n << 62n), second],
    [-first - 2n, second],
    [first, second + (1n << 35n)],
    [first, -1n],
    [first, null],
    [null, second],
    [nothing[0], second],
    [first, nothing[1]],
  ] as const)
    refused('malformed-text-key', 0, words);
  refused('doubled-group', 2, [first, second]);
  refused('doubled-group', 2, nothing);
  assert.notEqual(openedTexts(made, changed(2, [first, second ^ 1n])), null, 'its neighbour is another group');
});

test('a text that stands on both sides of a join is shown of both: either owner must have granted it', async () => {
  const tables = (reveal: 'both' | 'one') => {
    const id = { type: 'INTEGER', uses: ['join'], bounds: [0, 1000] };
    const name = (uses: readonly string[]) => ({ type: 'VARCHAR', uses });
    const owned = (owner: string, uses: readonly string[], unique: readonly string[][]) => ({
      ...{ kind: 'owner', providers: [owner], maximum_rows: 100, unique, columns: { id, name: name(uses) } },
    });
    const base = members({ output: { minimum_organisations: 2 } });
    const shown = ['join', 'group', 'reveal'];
    return agreementSchema.parse({
      ...base,
      tables: {
        ...base.tables,
        a: owned('bank', shown, [['id']]),
        b: owned('hospital', reveal === 'both' ? ['join', 'reveal'] : ['join'], [['id']]),
      },
    });
  };
  const says = /b\.name may not be used to show its values, which a\.name shows by the join/;
  const matched = [
    'SELECT a.name, count(*) FROM a SEMI JOIN b ON a.name = b.name GROUP BY a.name',
    'SELECT a.name, count(*) FROM a JOIN b ON a.id = b.id AND a.name = b.name GROUP BY a.name',
    'SELECT name, count(*) FROM (SELECT name FROM a INTERSECT SELECT name FROM b) GROUP BY name',
    'SELECT name, count(*) FROM a WHERE name IN (SELECT name FROM b) GROUP BY name',
  ];
  for (const sql of matched) {
    await refused(sql, 'plan/column-use-missing', says, tables('one'));
    await plan(sql, tables('both'));
  }
  for (const sql of [
    'SELECT a.name, count(*) FROM a JOIN b ON a.id = b.id GROUP BY a.name',
    'SELECT a.name, count(*) FROM a ANTI JOIN b ON a.name = b.name GROUP BY a.name',
    'SELECT a.name, count(*) FROM a LEFT JOIN b ON a.id = b.id AND a.name = b.name GROUP BY a.name',
  ])
    await plan(sql, tables('one'));
});
