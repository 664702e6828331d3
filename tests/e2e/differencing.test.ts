/** The guard against differences in real stations: what providers and compute parties refuse, whoever receives, beside a control. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

function rows(party: string): string {
  const lines = Array.from({ length: 24 }, (_, i) => {
    const job = party === 'north' && i === 7 ? 'rare' : i % 2 === 0 ? 'clerk' : 'driver';
    return `${job},${i % 3 === 0 ? 'up' : 'down'}`;
  });
  return `job,place\n${lines.join('\n')}\n`;
}

async function open(differencing: 'guard' | 'none'): Promise<Collaboration> {
  const uses = ['group', 'filter'];
  return openCollaboration({
    parties: [...['north', 'east', 'west'].map((name) => ({ name, csv: rows(name) })), { name: 'centre' }],
    table: 'people',
    columns: {
      job: { type: 'VARCHAR', uses, domain: { values: ['clerk', 'driver', 'rare', 'nobody'] } },
      place: { type: 'VARCHAR', uses, domain: { values: ['up', 'down'] } },
    },
    receivers: ['centre', 'east'],
    terms: { output: { minimum_rows: 5, minimum_organisations: 2, differencing } },
  });
}

let guarded: Collaboration;
let naked: Collaboration;
before(async () => {
  guarded = await open('guard');
  naked = await open('none');
});
after(async () => {
  await guarded?.close();
  await naked?.close();
});

const TOTAL = 'SELECT count(*) AS n FROM people';
const WITHOUT = "SELECT count(*) AS n FROM people WHERE job <> 'rare'";
const number = async (where: Collaboration, sql: string, receiver: string) =>
  Number((await where.ask(sql, { receivers: [receiver] })).result?.rows[0]?.[0]);

test('two totals single somebody out without the guard', async () => {
  assert.equal((await number(naked, TOTAL, 'centre')) - (await number(naked, WITHOUT, 'centre')), 1);
});

test('a provider refuses what would tell of a group that was never tested, and names the earlier answer', async () => {
  const first = await guarded.ask(TOTAL, { receivers: ['centre'] });
  assert.equal(Number(first.result?.rows[0]?.[0]), 72);
  await assert.rejects(guarded.ask(WITHOUT, { receivers: ['east'] }), (error: Error & { code?: string; remedy?: string }) => {
    assert.equal(error.code, 'release/differencing');
    assert.match(error.message, /Together with run [0-9a-f]{32} of .* would tell the count where job = rare/);
    assert.match(`${error.remedy}`, /Group by/);
    return true;
  });
});

test('compute parties refuse groups of which one that has rows is suppressed, since the total is known; the same answer again is fine', async () => {
  await assert.rejects(
    guarded.ask('SELECT job, count(*) AS n FROM people GROUP BY job', { receivers: ['centre'] }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'release/differencing');
      assert.doesNotMatch(error.message, /rare/);
      return true;
    },
  );
  const places = await guarded.ask('SELECT place, count(*) AS n FROM people GROUP BY place', { receivers: ['centre'] });
  assert.equal(places.result?.rows.length, 2);
  assert.equal(places.receipt.body.rules.differencing, 'guard');
  assert.equal(await number(guarded, TOTAL, 'centre'), 72);
});
