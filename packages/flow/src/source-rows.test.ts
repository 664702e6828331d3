/** Rows of a source come to their places in any order, new deposits with all columns, and bad ones leave no trace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { rowVectors, type Table } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { PARTIES, reveal } from '@sluis/mpc/simulation';
import type { SecretColumn } from '@sluis/technique';
import type { AgreedDeposit } from './deposit-lists.ts';
import { type Given, SourceRows, type Stretch } from './source-rows.ts';

const column = { type: 'INTEGER', uses: [], nullable: false, bounds: ['0', '1000'] };
const table = { columns: { a: column, b: { ...column, nullable: true }, c: column } } as unknown as Table;
const deposit = (giver: string, rows: number, checkedByAll: boolean): Given => ({
  giver,
  rows,
  batch: { batch: `${giver}-${rows}`, checkedByAll, checked: checkedByAll } as AgreedDeposit,
});
const GIVEN: readonly Given[] = [
  { giver: 'north', rows: 3, batch: null },
  deposit('alice', 2, true),
  deposit('bob', 4, false),
  deposit('north', 1, false),
  deposit('alice', 5, false),
];

/** A value that says which row, vector and giver it is of. */
const wordOf = (s: Stretch, vector: number, row: number) =>
  BigInt(GIVEN.findIndex((g) => g.giver === s.giver && g.rows === s.rows) * 10_000 + vector * 100 + row);

/** The same rows at all three parties, each put in two pieces. `vectors` names those that messages have. */
function filled(columns: readonly string[]): SourceRows[] {
  const parties = PARTIES.map(() => new SourceRows(replicatedSharing, table, columns, GIVEN));
  const names = ['a', 'b', 'b?', 'c', 'valid'];
  const wanted = names.filter((n) => n === 'valid' || columns.includes(n[0] ?? ''));
  for (const [i, stretch] of (parties[0]?.stretches ?? []).entries()) {
    const held = stretch.batch === null ? wanted : names;
    const half = stretch.rows >> 1;
    for (const [from, to] of [
      [half, stretch.rows],
      [0, half],
    ] as const) {
      const cells = to - from;
      const vectors = held.map((name) => BigUint64Array.from({ length: cells }, (_, r) => wordOf(stretch, names.indexOf(name), from + r)));
      const messages = replicatedSharing.split(
        { cells, columns: vectors },
        held.map(() => 1),
        systemRandom,
      );
      for (const me of PARTIES) {
        const rows = parties[me] as SourceRows;
        assert.equal(rows.vectorsOf(rows.stretches[i] as Stretch), held.length);
        rows.put(
          rows.stretches[i] as Stretch,
          from,
          replicatedSharing.combine(
            me,
            messages[me],
            cells,
            held.map(() => 1),
          ),
        );
      }
    }
  }
  return parties;
}

const opened = (columns: readonly (readonly SecretColumn[])[]): bigint[][] =>
  (columns[0] ?? []).map((_, v) =>
    reveal(
      columns.map((c) => c[v] as never),
      1,
    ),
  );

test('rows of one giver stand together; checked parts show all columns of new deposits', () => {
  const parties = filled(['c']);
  const [one] = parties as [SourceRows];
  assert.deepEqual(
    one.stretches.map((s) => [s.giver, s.rows]),
    [
      ['north', 3],
      ['north', 1],
      ['alice', 2],
      ['alice', 5],
      ['bob', 4],
    ],
  );
  assert.deepEqual(
    one.shared.map((s) => s.rows),
    [3],
  );
  assert.deepEqual(
    one.unchecked.map((s) => s.rows),
    [1, 5, 4],
  );
  for (const i of [1, 3, 4]) {
    const parts = parties.map((p) => p.partOf(p.stretches[i] as Stretch).columns);
    const stretch = one.stretches[i] as Stretch;
    assert.deepEqual(
      opened(parts),
      [0, 1, 2, 3, 4].map((v) => Array.from({ length: stretch.rows }, (_, r) => wordOf(stretch, v, r))),
    );
  }
});

test('what is computed on has the wanted columns of all rows but the bad ones', () => {
  const parties = filled(['c']);
  const stretches = (parties[0] as SourceRows).stretches;
  const rows = parties.map((p) => p.secretRows(new Set([p.stretches[1] as Stretch, p.stretches[2] as Stretch, p.stretches[4] as Stretch])));
  const kept = [stretches[0], stretches[3]] as [Stretch, Stretch];
  assert.deepEqual(
    rows.map((r) => [r.length, r.givers, [...r.giverOf]]),
    Array(3).fill([8, ['north', 'alice'], [0, 0, 0, 1, 1, 1, 1, 1]]),
  );
  assert.equal(rowVectors(rows[0]?.encodings ?? []).length, 2);
  const values = [3, 4].map((v) => kept.flatMap((s) => Array.from({ length: s.rows }, (_, r) => wordOf(s, v, r))));
  assert.deepEqual(opened(rows.map((r) => r.columns)), values);
});
