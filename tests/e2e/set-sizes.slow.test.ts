/** Intersections, unions and "seen by at least t" of real lists at real stations: the sizes and sums that are known of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Collaboration } from '../harness/collaboration.ts';
import { addressesOf, facts, openAddresses, openLists, openPayGaps, skip } from './indicator-lists.ts';

describe('seven lists of indicators', { skip }, () => {
  let lists: Collaboration;
  before(async () => {
    lists = await openLists('semi-honest');
  });
  after(() => lists?.close());
  const first = async (sql: string): Promise<readonly unknown[]> => {
    const { result } = await lists.ask(sql);
    return result?.rows[0] ?? [];
  };
  const common = (names: readonly string[]) => names.map((name) => `SELECT indicator FROM ${name}`).join(' INTERSECT ');

  test('how many indicators are known to how many organisations, and nothing of who', async () => {
    const known = facts('ioc_ip');
    const seen = 'SELECT indicator, count(DISTINCT organisation) AS organisations FROM seen GROUP BY indicator';
    const { result } = await lists.ask(`SELECT organisations, count(*) AS n FROM (${seen}) GROUP BY organisations`);
    assert.deepEqual(Object.fromEntries((result?.rows ?? []).map(([k, n]) => [String(k), n])), known.indicators_by_number_of_parties);
    assert.deepEqual(
      result?.suppressed.map((s) => s.group['organisations']).sort(),
      [0, 7],
      'nobody’s and everybody’s are suppressed or empty',
    );
  });

  test('the size of two and of three lists’ intersection, and sums over it', async () => {
    const known = facts('ioc_ip');
    assert.deepEqual(await first(`SELECT count(*) AS size FROM (${common(['greensnow', 'alienvault_ssh'])})`), [
      known.pairwise_intersection['greensnow&alienvault_ssh'],
    ]);
    assert.deepEqual(await first(`SELECT count(*) AS size FROM (${common(['blocklist_de', 'greensnow', 'alienvault_ssh'])})`), [
      known.triple_blocklist_greensnow_alienvault,
    ]);
    const [size, total, mean] = await first(
      'SELECT count(*) AS size, sum(hits) AS total, avg(hits) AS mean FROM ipsum WHERE indicator IN (SELECT indicator FROM emerging_threats)',
    );
    assert.deepEqual(
      [size, Number(total)],
      [known.pairwise_intersection['emerging_threats&ipsum'], known.sum_ipsum_hits_on_intersection.emerging_threats],
    );
    assert.ok(Math.abs(Number(mean) - known.mean_ipsum_hits_on_intersection.emerging_threats) < 1e-5);
  });

  test('below the minimum nothing is shown', async () => {
    assert.ok(facts('ioc_ip').pairwise_intersection['binarydefense&emerging_threats'] < 5);
    const { result } = await lists.ask(`SELECT count(*) AS size FROM (${common(['binarydefense', 'emerging_threats'])})`);
    assert.deepEqual([result?.rows, result?.suppressed.length], [[], 1]);
  });
});

test('addresses that enough lists have are shown themselves, and no others', { skip }, async () => {
  const names = ['binarydefense', 'emerging_threats', 'alienvault_ssh', 'greensnow'];
  const counts = new Map<number, number>();
  for (const address of names.flatMap((name) => [...new Set(addressesOf(name))])) counts.set(address, (counts.get(address) ?? 0) + 1);
  const lists = await openAddresses(names, 2);
  try {
    const seen = 'SELECT ip, count(DISTINCT organisation) AS organisations FROM seen GROUP BY ip';
    // The agreement asks for two organisations behind every cell, so that a question which asks for fewer shows no more.
    for (const [having, least] of [
      [' HAVING count(DISTINCT organisation) >= 3', 3],
      ['', 2],
    ] as const) {
      const { result } = await lists.ask(`SELECT ip, sum(organisations) AS n FROM (${seen}${having}) GROUP BY ip ORDER BY ip`);
      const wanted = [...counts].filter(([, n]) => n >= least).sort(([a], [b]) => a - b);
      assert.ok(wanted.length > 5);
      assert.deepEqual(
        result?.rows.map(([ip, n]) => [ip, Number(n)]),
        wanted,
      );
    }
  } finally {
    await lists.close();
  }
});

describe('pay gaps of two years', { skip }, () => {
  let years: Collaboration;
  before(async () => {
    years = await openPayGaps();
  });
  after(() => years?.close());
  const first = async (sql: string): Promise<readonly unknown[]> => (await years.ask(sql)).result?.rows[0] ?? [];

  test('an employer that stands twice counts once in an intersection, and twice as rows', async () => {
    const known = facts('paygap_uk');
    const { rows, sum_diff_median_2019: sum } = known.on_intersection_employer_id;
    const both = 'SELECT employer_id FROM before INTERSECT SELECT employer_id FROM later';
    assert.deepEqual(await first(`SELECT count(*) AS size FROM (${both})`), [known.psi_employer_id]);
    const [matching, different, total] = await first(
      'SELECT count(*) AS n, count(DISTINCT employer_id) AS m, sum(diff_median_hourly_pct) AS total FROM before WHERE employer_id IN (SELECT employer_id FROM later)',
    );
    assert.deepEqual([matching, different, Number(total)], [rows, known.psi_employer_id, sum]);
  });

  test('values of both sides, below zero too, are added up over the join', async () => {
    const { rows, sum_diff_median_2019: one, sum_diff_median_2021: other, improved } = facts('paygap_uk').on_intersection_employer_id;
    const gap = 'diff_median_hourly_pct';
    const found = await first(
      `SELECT count(*) AS n, sum(a.${gap}) AS one, sum(b.${gap}) AS other, count(*) FILTER (WHERE abs(b.${gap}) < abs(a.${gap})) AS improved FROM before a JOIN later b ON a.employer_id = b.employer_id`,
    );
    assert.deepEqual(found.map(Number), [rows, one, other, improved]);
  });

  test('company numbers are text, and missing where there is none', async () => {
    const both = (table: string) => `SELECT company_number FROM ${table} WHERE company_number IS NOT NULL`;
    assert.deepEqual(await first(`SELECT count(*) AS size FROM (${both('before')} INTERSECT ${both('later')})`), [
      facts('paygap_uk').psi_company_number,
    ]);
  });
});
