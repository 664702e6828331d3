/** Every pair of seven real lists of indicators, their sums, their union, and counts by number of organisations, under the malicious model too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts, LISTS, openLists, skip } from './indicator-lists.ts';

test('all pairs, sums over all intersections, and the union', { skip, timeout: 3_600_000 }, async () => {
  const known = facts('ioc_ip');
  const lists = await openLists('semi-honest');
  const first = async (sql: string): Promise<readonly unknown[]> => (await lists.ask(sql)).result?.rows[0] ?? [];
  try {
    assert.deepEqual(await first('SELECT count(DISTINCT indicator) AS size FROM seen'), [known.union]);
    for (const [i, a] of LISTS.entries())
      for (const b of LISTS.slice(i + 1)) {
        const size: number = known.pairwise_intersection[`${a}&${b}`];
        const found = await first(`SELECT count(*) AS size FROM (SELECT indicator FROM ${a} INTERSECT SELECT indicator FROM ${b})`);
        assert.deepEqual(found, size < 5 ? [] : [size], `${a} and ${b}`);
      }
    for (const [list, sum] of Object.entries<number>(known.sum_ipsum_hits_on_intersection)) {
      const [total, mean] = await first(
        `SELECT sum(hits) AS total, avg(hits) AS mean FROM ipsum WHERE EXISTS (SELECT 1 FROM ${list} WHERE ${list}.indicator = ipsum.indicator)`,
      );
      assert.equal(Number(total), sum, list);
      assert.ok(Math.abs(Number(mean) - known.mean_ipsum_hits_on_intersection[list]) < 1e-5, list);
    }
  } finally {
    await lists.close();
  }
});

test('seen by at least three of seven, under the malicious model', { skip, timeout: 3_600_000 }, async () => {
  const counts: Record<string, number> = facts('ioc_ip').indicators_by_number_of_parties;
  const lists = await openLists('malicious');
  try {
    const seen = 'SELECT indicator FROM seen GROUP BY indicator HAVING count(DISTINCT organisation) >= 3';
    const { result } = await lists.ask(`SELECT count(*) AS n FROM (${seen})`);
    assert.deepEqual(result?.rows, [[Object.entries(counts).reduce((n, [k, v]) => n + (Number(k) >= 3 ? v : 0), 0)]]);
  } finally {
    await lists.close();
  }
});
