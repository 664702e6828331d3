/**
 * MIN, MAX and medians with noise, through real stations: rows that stay with their providers, deposits beside them, and a
 * join. With ε = 50 noise on a count is 0 but for a probability of 4e-22, so that the rank is 1 and answers are exactly those
 * of DuckDB on the pooled rows; with less, they are compared with what explain says.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { canonicalBytes } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { RunResult } from '@sluis/model';
import { verifyReceiptFile } from '@sluis/sdk';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { deposit, newContributor } from '../harness/deposits.ts';

const ROW = { protects: 'row' };
const WARDS = ['a', 'b', 'empty'];
const ward = { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: WARDS } };
const age = { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: ['0', '120'], nullable: true };
const person_id = { type: 'INTEGER', uses: ['join'], bounds: ['1', '1000'] };
const STAYS = { ward, age };

const staysOf = (from: number, rows: number): (readonly [string, number | null])[] =>
  Array.from({ length: rows }, (_, i) => [i % 3 === 0 ? 'a' : 'b', (from + i) % 11 === 0 ? null : 20 + ((from + 7 * i) % 60)]);
const csv = (rows: readonly (readonly (string | number | null)[])[], head: string): string =>
  `${head}\n${rows.map((r) => r.map((v) => v ?? '').join(',')).join('\n')}\n`;

const STAYED = { north: staysOf(1, 150), east: staysOf(5, 130) };
const ADMITTED = { north: staysOf(3, 140), alice: staysOf(9, 60) };
const PATIENTS = Array.from({ length: 80 }, (_, i) => [i + 1, i % 4 === 0 ? 'a' : 'b', 30 + (i % 50)] as const);
const CLAIMS = Array.from({ length: 70 }, (_, i) => [2 * i + 1, (i * 13) % 90] as const);

/** What SQL gives on a list: the smallest, the largest, and the discrete median. */
function exact(values: readonly (number | null)[]): number[] {
  const sorted = values.filter((v) => v !== null).sort((a, b) => a - b);
  return [sorted[0], sorted.at(-1), sorted[Math.ceil(sorted.length / 2) - 1]].map((v) => v ?? assert.fail());
}

const agesOf = (rows: readonly (readonly [string, number | null])[], name: string) => rows.filter(([w]) => w === name).map(([, a]) => a);
const numbers = (run: RunResult) => (run.result?.rows ?? []).map((row) => row.slice(1).map(Number));

for (const threat of ['semi-honest', 'malicious'] as const)
  describe(threat, () => {
    let c: Collaboration;

    before(async () => {
      const alice = newContributor('alice');
      c = await openCollaboration({
        parties: [
          { name: 'north', csv: csv(STAYED.north, 'ward,age') },
          { name: 'east', csv: csv(STAYED.east, 'ward,age') },
          { name: 'hospital' },
          { name: 'insurer' },
          { name: 'centre' },
        ],
        table: 'stays',
        columns: STAYS,
        terms: {
          threat_model: threat,
          contributors: { alice: { identity: alice.identity } },
          output: { noise: { budget: { epsilon: '1000' } } },
          tables: {
            stays: { providers: ['north', 'east'], columns: STAYS, maximum_rows: 1000, privacy_unit: ROW },
            admissions: { providers: ['north'], columns: STAYS, maximum_rows: 1000, privacy_unit: ROW, deposits: { by: ['alice'] } },
            patients: {
              ...{ kind: 'owner', providers: ['hospital'], maximum_rows: 100, unique: [['person_id']], privacy_unit: ROW },
              columns: { person_id, ward, age },
            },
            claims: {
              ...{ kind: 'owner', providers: ['insurer'], maximum_rows: 100, unique: [['person_id']], privacy_unit: ROW },
              columns: { person_id, paid: { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: ['0', '99'] } },
            },
          },
        },
      });
      for (const [name, table, text] of [
        ['north', 'admissions', csv(ADMITTED.north, 'ward,age')],
        ['hospital', 'patients', csv(PATIENTS, 'person_id,ward,age')],
        ['insurer', 'claims', csv(CLAIMS, 'person_id,paid')],
      ] as const) {
        const file = join(c.member(name).home, `${table}.csv`);
        writeFileSync(file, text, { mode: 0o600 });
        await c.member(name).client.connect({ table, file });
      }
      await deposit(c, alice, 'admissions', csv(ADMITTED.alice, 'ward,age'));
    });
    after(() => c?.close());

    /** Value, low and high end of the smallest, the largest and the median are all the same where noise is 0. */
    const thrice = (values: readonly number[]): number[] => values.flatMap((v) => [v, v, v]);
    const asked = async (from: string, key: string, value: string): Promise<RunResult> => {
      const run = await c.ask(
        `SELECT ${key}, min(${value}) AS least, max(${value}) AS most, quantile_disc(${value}, 0.5) AS middle FROM ${from} GROUP BY ${key} ORDER BY ${key} WITH NOISE (epsilon = 50)`,
      );
      const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
      const verified = await verifyReceiptFile(canonicalBytes(run.receipt), engines, c.agreement);
      assert.deepEqual(verified.result?.rows, run.result?.rows, 'the receipt gives the same answer offline');
      return run;
    };

    test('rows that stay with their providers; a group without rows is shown like the others', async () => {
      const run = await asked('stays', 'ward', 'age');
      const all = [...STAYED.north, ...STAYED.east];
      const found = numbers(run);
      assert.deepEqual(
        found.slice(0, 2),
        ['a', 'b'].map((w) => thrice(exact(agesOf(all, w)))),
      );
      assert.deepEqual([found.length, found[2]?.[0], found[2]?.[3]], [3, 120, 0]);
      assert.deepEqual(run.result?.suppressed, []);
    });

    test('deposits are counted as shares, beside rows that stay', async () => {
      const run = await asked('admissions', 'ward', 'age');
      const all = [...ADMITTED.north, ...ADMITTED.alice];
      assert.deepEqual(
        numbers(run).slice(0, 2),
        ['a', 'b'].map((w) => thrice(exact(agesOf(all, w)))),
      );
      assert.match(run.explanation.sentences.map((s) => s.text).join(' '), /deposited into admissions counts as well/);
    });

    test('a join of two organisations’ tables', async () => {
      const run = await asked('hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id', 'p.ward', 'c.paid');
      const paid = new Map(CLAIMS);
      const joined = PATIENTS.flatMap(([id, w]): [string, number][] => (paid.has(id) ? [[w, paid.get(id) ?? 0]] : []));
      const wards = ['a', 'b'].filter((w) => joined.some(([of]) => of === w));
      assert.ok(wards.length > 0);
      const found = new Map((run.result?.rows ?? []).map((row) => [String(row[0]), row.slice(1).map(Number)]));
      for (const w of wards) assert.deepEqual(found.get(w), thrice(exact(agesOf(joined, w))), w);
      assert.equal(found.size, 3);
    });

    test('an error in rows is asked for, and kept', async () => {
      const run = await c.ask(
        'SELECT min(age) AS least, quantile_disc(age, 0.5) AS middle, count(*) AS n FROM stays WITHIN 60 ROWS AT 99 PERCENT',
      );
      assert.match(
        run.explanation.sentences.map((s) => s.text).join(' '),
        /In 99 of 100 cases quantile_disc\("age", 0\.5\) is at most \d+ rows off/,
      );
      const [least = 0, , , middle = 0, , , n = 0] = (run.result?.rows[0] ?? []).map(Number);
      const ages = [...STAYED.north, ...STAYED.east].flatMap(([, a]) => a ?? []).sort((a, b) => a - b);
      // Four times as far off as in 1 of 100 cases: less likely than 1e-9.
      assert.ok(least < middle && ages.filter((a) => a < least).length < 240, String(least));
      assert.ok(Math.abs(n - 280) <= 240, String(n));
    });

    test('with noise that shows, it is a quantile near the end, at the rank that explain says', async () => {
      const run = await c.ask('SELECT min(age) AS least, max(age) AS most FROM stays WITH NOISE (epsilon = 2)');
      const text = run.explanation.sentences.map((s) => s.text).join(' ');
      const rank = Number(/min\("age"\) is not the very smallest.*?about the (\d+)\w\w smallest/.exec(text)?.[1]);
      const ages = [...STAYED.north, ...STAYED.east].flatMap(([, a]) => a ?? []);
      assert.ok(rank > 10 && rank < ages.length / 4, `rank ${rank}`);
      const [least = 0, low = 0, high = 0, most = 0] = (run.result?.rows[0] ?? []).map(Number);
      // Ten times as many rows as the noise of all counts moves in 95 of 100 cases do not lie beyond the middle.
      assert.ok(low <= least && least <= high && least < most, `${low} ${least} ${high} ${most}`);
    });
  });
