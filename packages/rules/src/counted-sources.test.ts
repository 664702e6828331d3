/** Rows of a joined table that are counted by themselves, on secrets and in the clear. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { layoutOf, type Plan, ROWS_INPUT } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { simulateCommittee, toColumn } from '@sluis/mpc/simulation';
import { samplePlan } from '@sluis/technique/fixtures';
import { decideInTheClear, exactRules } from './index.ts';

const source = (table: string) => ({ table, columns: [], stations: [table], deposits: false, stationWhere: '' });

function plan(): Plan {
  const base = samplePlan({
    providers: ['patients', 'claims'],
    receivers: ['patients'],
    keys: [{ name: 'k', sql: 'k', type: 'INTEGER', size: 4, domainHash: '' }],
    groupingSets: [[0], []],
    cellCount: 5,
    contributions: [{ sql: 'count(*)' }, { sql: 'count(x)' }],
    accumulators: [],
    dominances: [],
    aggregates: [0, 1].map((contribution) => ({
      ...{ kind: 'count' as const, sql: `c${contribution}`, type: 'BIGINT', contribution, accumulators: [] },
      ...{ dominance: null, dictionary: null },
    })),
    outputs: [
      { name: 'a', aggregates: [0], visible: true },
      { name: 'b', aggregates: [1], visible: true },
    ],
    rules: { minimumRows: 3, minimumOrganisations: 2, dominance: null, pPercent: null, withoutReceivers: [], countedSources: [0, 1] },
  });
  return {
    ...base,
    rows: {
      sources: [source('patients'), source('claims')],
      joins: [],
      where: null,
      keys: [],
      contributions: [],
      accumulators: [],
      secretSlots: null,
      maximumRows: 100,
      organisations: 'all-sources',
    },
  };
}

test('a cell passes only if enough different rows of each counted table are behind it, and so do totals over it', async () => {
  const asked = plan();
  exactRules.checkPlan(asked);
  // Cell 3 is empty; the others have five rows, but cells 0 and 2 only two different rows of one table.
  const rows = [5n, 5n, 5n, 0n, 15n];
  const different = [
    [2n, 3n, 5n, 0n, 10n],
    [5n, 3n, 2n, 0n, 10n],
  ];
  const vectors = layoutOf(asked).map((l) => {
    if (l.kind === 'present') return rows.map((n) => (n > 0n ? 2n : 0n));
    if (l.kind === 'rows-of') return (different[l.source] ?? []).map((n) => (l.contribution === 0 ? n : 3n * n));
    return rows;
  });
  const columns = vectors.map((values) => toColumn(values, 1));
  const words = columns.map(() => 1);
  const messages = replicatedSharing.split({ cells: 5, columns }, words, systemRandom);
  const { results } = await simulateCommittee(async (committee) => {
    const input = {
      organisation: ROWS_INPUT,
      columns: replicatedSharing.combine(committee.me, messages[committee.me], 5, words),
    };
    const totals = await exactRules.combine(committee, asked, [input]);
    const passes = await exactRules.decide(committee, asked, [input], totals);
    const opened: number[][] = [];
    for (const bits of passes) opened.push([...(await committee.openBits(bits))]);
    return opened;
  });
  assert.deepEqual(results[0], [
    [0, 1, 0, 0, 0],
    [1, 1, 1, 0, 1],
  ]);
  const clear = decideInTheClear(asked, [{ organisation: ROWS_INPUT, vectors: { cells: 5, columns } }]);
  assert.deepEqual(
    clear.map((c) => [...c]),
    results[0],
  );
});

test('rows of a table that is not joined can not be counted', () => {
  const asked = plan();
  assert.throws(() => exactRules.checkPlan({ ...asked, rules: { ...asked.rules, countedSources: [2] } }), /tables that are joined/);
});
