/** In which of its own data a receiver looks for texts: connected under the run's agreement, in columns that can hold a key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, type Released, textHash } from '@sluis/model';
import type { Attempt, StationContext } from './context.ts';
import { onePerHash, ownTexts } from './own-texts.ts';

const text = { type: 'VARCHAR', uses: [], nullable: false, description: '' };
const listed = { ...text, domain: { values: ['evil.test'] } };
const tables = {
  seen: { columns: { host: text, note: text, kind: listed } },
  watched: { columns: { note: text, host: text } },
  listed: { columns: { host: listed } },
};
const plan = {
  collaboration: 'c',
  agreement: 'current',
  cellCount: 2,
  groupingSets: [[0, 1]],
  keys: [
    { name: 'host', accumulator: 0, text: { more: 1, column: 'host' } },
    { name: 'host#2', accumulator: 1 },
  ],
  rows: { secretSlots: 2, sources: [{ table: 'seen', columns: ['host', 'host#2', 'kind'] }] },
} as unknown as Plan;

const released = (texts: readonly (string | null)[]): Released => {
  const hashes = texts.map((t) => (t === null ? [null, null] : textHash('c')(t)));
  return { passed: [], counts: [], accumulators: [0, 1].map((part) => hashes.map((h) => h[part] ?? null)) };
};

async function looked(opened: Released): Promise<{ found: string[]; read: string[] }> {
  const read: string[] = [];
  const dataset = (table: string, agreement = 'current', collaboration = 'c') => ({ table, agreement, collaboration });
  const datasets = [
    dataset('seen'),
    dataset('watched'),
    dataset('listed'),
    dataset('gone'),
    dataset('seen', 'older'),
    dataset('seen', 'current', 'other'),
  ];
  const texts = async (_: unknown, of: { table: string; columns: readonly string[] }, wanted: (t: string) => boolean) => {
    read.push(`${of.table}: ${of.columns.join()}`);
    return ['evil.test', 'mail.test', 'good.test'].filter(wanted);
  };
  const station = { store: { datasets: async () => datasets }, engine: { texts } } as unknown as StationContext;
  const run = { prepared: { plan }, agreement: { tables }, signal: new AbortController().signal } as unknown as Attempt;
  return { found: await ownTexts(station, run, opened), read };
}

test('texts of own data whose hashes were opened, once each and in order', async () => {
  const { found, read } = await looked(released(['mail.test', 'evil.test']));
  assert.deepEqual(found, ['evil.test', 'mail.test']);
  assert.deepEqual(read, ['seen: host', 'watched: host']);
});

test('of texts that somebody made with one hash the first stays, whatever the order in which they were found', () => {
  const hashOf = (text: string) => (text.startsWith('made') ? 'one' : text);
  for (const found of [
    ['made-b', 'good.test', 'made-a'],
    ['made-a', 'made-b', 'good.test'],
  ])
    assert.deepEqual(onePerHash(found, hashOf), ['good.test', 'made-a']);
});

test('what compute parties open beside hashes of texts is refused before any data is looked at', async () => {
  const [first, more] = textHash('c')('evil.test');
  const opened = (words: readonly (readonly [bigint | null, bigint | null])[]): Released => ({
    ...{ passed: [], counts: [] },
    accumulators: [0, 1].map((part) => words.map((w) => w[part] ?? null)),
  });
  const refused = async (code: string, ...words: readonly (readonly [bigint | null, bigint | null])[]) =>
    assert.rejects(looked(opened(words)), { code: `receipt/${code}` });
  // 34 bits and one more are the hash with another first part.
  await refused('malformed-text-key', [first, more + (1n << 34n)], [null, null]);
  await refused('malformed-text-key', [null, null], [1n << 62n, more]);
  await refused('malformed-text-key', [-1n, more], [null, null]);
  await refused('malformed-text-key', [first, null], [null, null]);
  await refused('doubled-group', [first, more], [first, more]);
});

test('where nothing was opened, no data is looked at', async () => {
  assert.deepEqual(await looked(released([null, null])), { found: [], read: [] });
});
