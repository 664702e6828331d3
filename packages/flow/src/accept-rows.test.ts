/** Rows that stations share are tested against the agreement's bounds before use: hashes of text, whatever words a provider sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, systemRandom } from '@sluis/base';
import { rowVectors, type Table } from '@sluis/model';
import { maliciousComputation, replicatedComputation, replicatedSharing } from '@sluis/mpc';
import { PARTIES, simulateCommittee } from '@sluis/mpc/simulation';
import { rowsOnShares } from '@sluis/rows';
import { acceptRows } from './accept-rows.ts';
import type { Attempt, StationContext } from './context.ts';
import { SourceRows, type Stretch } from './source-rows.ts';

const text = { type: 'VARCHAR', uses: ['group', 'reveal'], description: '' };
const table = { columns: { host: { ...text, nullable: true }, ioc: { ...text, nullable: false } } } as unknown as Table;

/** Words of one row; those left out are of a good row. */
type Words = Partial<Record<'host' | 'host#2' | 'host?' | 'ioc' | 'ioc#2' | 'valid', bigint>>;
const GOOD: Required<Words> = { host: 1n, 'host#2': 2n, 'host?': 1n, ioc: 3n, 'ioc#2': 4n, valid: 1n };

/** Shares three rows of two honest providers, and among them those of a third, at all three parties. */
function shared(hostile: readonly Words[]): SourceRows[] {
  const given = ['north', 'south', 'west'].map((giver) => ({ giver, rows: giver === 'south' ? hostile.length : 3, batch: null }));
  const parties = PARTIES.map(() => new SourceRows(replicatedSharing, table, ['host', 'host#2', 'ioc', 'ioc#2'], given));
  for (const [i, stretch] of (parties[0]?.stretches ?? []).entries()) {
    const rows: readonly Words[] = stretch.giver === 'south' ? hostile : [{}, {}, {}];
    const columns = rowVectors(parties[0]?.encodings ?? []).map(({ column, kind }) => {
      const name = (column === null ? 'valid' : kind === 'present' ? `${column}?` : column) as keyof Words;
      return BigUint64Array.from(rows, (row) => BigInt.asUintN(64, row[name] ?? GOOD[name] ?? assert.fail(name)));
    });
    const words = columns.map(() => 1);
    const messages = replicatedSharing.split({ cells: rows.length, columns }, words, systemRandom);
    for (const me of PARTIES)
      parties[me]?.put(parties[me]?.stretches[i] as Stretch, 0, replicatedSharing.combine(me, messages[me], rows.length, words));
  }
  return parties;
}

async function accepted(hostile: readonly Words[], threat: 'semi-honest' | 'malicious'): Promise<number> {
  const parties = shared(hostile);
  const named = { rows: 'rows', sharing: 'sharing' };
  const run = {
    proposal: { run: 'r' },
    prepared: { plan: { techniques: named } },
    signal: new AbortController().signal,
    progress: () => undefined,
  } as unknown as Attempt;
  const station = {
    registry: { get: (stage: string) => (stage === 'rows' ? rowsOnShares : replicatedSharing) },
  } as unknown as StationContext;
  const { convene } = threat === 'malicious' ? maliciousComputation : replicatedComputation;
  const { results } = await simulateCommittee(
    (c) => acceptRows(station, run, c, [{ table: 'seen', rows: parties[c.me] as SourceRows, digested: [] }]),
    { convene },
  );
  return results[0].sources[0]?.length ?? 0;
}

const names = (party: string) => (e: unknown) => e instanceof ProtocolError && e.code === 'share/out-of-bounds' && e.party === party;

for (const threat of ['semi-honest', 'malicious'] as const) {
  test(`a provider whose hashes of text have too many bits is named, and nothing is computed, ${threat}`, async () => {
    assert.equal(await accepted([{}, { host: (1n << 62n) - 1n, 'host#2': (1n << 34n) - 1n }], threat), 8, 'the largest hash there is');
    const hostile: readonly Words[] = [
      { host: 1n << 62n },
      { host: -1n },
      { 'host#2': 1n << 34n },
      { ioc: -1n },
      { 'ioc#2': (1n << 34n) | 4n },
    ];
    for (const words of hostile) await assert.rejects(accepted([{}, words], threat), names('south'), String(Object.entries(words)));
  });
}

test('under NULL a first part may be anything, which nothing reads; a second part may not', async () => {
  assert.equal(
    await accepted(
      [
        { 'host?': 0n, host: -1n },
        { 'host?': 0n, host: 5n, 'host#2': 7n },
      ],
      'semi-honest',
    ),
    8,
  );
  await assert.rejects(accepted([{ 'host?': 0n, 'host#2': 1n << 40n }], 'semi-honest'), names('south'));
});
