/**
 * Malicious questions are refused or suppressed. Each has a control: the same question under an agreement whose defence
 * is off, which succeeds in singling somebody out; so the test shows that the defence, and nothing else, stops it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RunResult } from '@sluis/model';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

/** Salary rows; id 7 at "north" is the victim, and "rare" is a job only she has. */
const VICTIM = 91_234;
function rows(party: string): string {
  const lines = Array.from({ length: 12 }, (_, i) => {
    const id = party === 'north' ? i : party === 'east' ? 100 + i : 200 + i;
    const job = id === 7 ? 'rare' : i % 2 === 0 ? 'clerk' : 'driver';
    return `${id},${job},${id === 7 ? VICTIM : 30_000 + id}`;
  });
  return `id,job,salary\n${lines.join('\n')}\n`;
}

const columns = (guarded: boolean) => ({
  id: { type: 'BIGINT', uses: guarded ? [] : ['filter', 'group', 'aggregate'], bounds: ['0', '300'], domain: { range: [0, 300] } },
  job: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['clerk', 'driver', 'rare'] } },
  salary: { type: 'BIGINT', uses: guarded ? ['aggregate'] : ['aggregate', 'filter', 'reveal'], bounds: ['0', '100000'] },
});

async function open(guarded: boolean): Promise<Collaboration> {
  return openCollaboration({
    parties: [...['north', 'east', 'west'].map((name) => ({ name, csv: rows(name) })), { name: 'centre' }],
    table: 'people',
    columns: columns(guarded),
    // "east" is a provider too: it knows its own rows.
    receivers: ['centre', 'east'],
    terms: { output: guarded ? { minimum_rows: 5, minimum_organisations: 3 } : { minimum_rows: 1, minimum_organisations: 1 } },
  });
}

let guarded: Collaboration;
let naked: Collaboration;
before(async () => {
  guarded = await open(true);
  naked = await open(false);
});
after(async () => {
  await guarded?.close();
  await naked?.close();
});

/** Only the centre, which has no rows, receives. */
const askCentre = (where: Collaboration, sql: string) => where.ask(sql, { receivers: ['centre'] });
const values = (result: RunResult) => (result.result?.rows ?? []).flat().map(Number);
const refusedBy = (code: RegExp) => (error: Error & { code?: string }) => {
  assert.match(error.code ?? '', code);
  return true;
};

async function attack(sql: string, defended: (run: () => Promise<RunResult>) => Promise<void>): Promise<void> {
  await defended(() => askCentre(guarded, sql));
  const control = await askCentre(naked, sql);
  assert.ok(
    values(control).some((v) => v === VICTIM || Math.abs(v) === 1),
    'the control singles the victim out when the defence is off',
  );
}

test('SUM(CASE WHEN id = 7 …) is refused: it needs the use "filter"', () =>
  attack('SELECT sum(CASE WHEN id = 7 THEN salary ELSE 0 END) AS s FROM people', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  }));

test('a product with a predicate is refused as the filter that it is', () =>
  attack('SELECT sum(salary * CAST(id = 7 AS INTEGER)) AS s FROM people', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  }));

test('FILTER and WHERE on an identifier are refused', async () => {
  await attack('SELECT sum(salary) FILTER (WHERE id = 7) AS s FROM people', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  });
  await attack('SELECT sum(salary) AS s FROM people WHERE id = 7', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  });
});

test('MIN and MAX, which show one row, are refused without "reveal"', () =>
  attack('SELECT max(salary) AS s FROM people', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  }));

test('a group of one is suppressed', () =>
  attack("SELECT job, sum(salary) AS s FROM people WHERE job = 'rare' GROUP BY job", async (run) => {
    const answer = await run();
    assert.deepEqual(answer.result?.rows, []);
    assert.ok(answer.result?.suppressed.some((g) => g.group['job'] === 'rare' && g.cells.includes('s')));
  }));

test('group domains chosen to isolate somebody are refused', () =>
  attack('SELECT CASE WHEN id = 7 THEN 1 ELSE 0 END AS g, sum(salary) AS s FROM people GROUP BY g ORDER BY g DESC', async (run) => {
    await assert.rejects(run, refusedBy(/^plan\/column-use-missing$/));
  }));

test('a total minus its parts in one question gives nothing: the total over a suppressed cell is suppressed', () =>
  attack('SELECT job, sum(salary) AS s FROM people GROUP BY ROLLUP (job)', async (run) => {
    const { result } = await run();
    const shown = new Map((result?.rows ?? []).map((r) => [r[0], r[1]]));
    assert.ok(!shown.has('rare'));
    assert.ok(!shown.has(null), 'the total is not shown');
    assert.ok(shown.has('clerk') && shown.has('driver'), 'the parts that pass are shown');
  }));

test('a receiver who contributed can not subtract its own rows', async () => {
  // Three organisations have clerks, so three pass; without the receiver "east" only two do.
  const sql = "SELECT job, count(*) AS n FROM people WHERE job = 'clerk' GROUP BY job";
  const answer = await guarded.ask(sql);
  assert.deepEqual(answer.result?.rows, [], 'suppressed: the rule holds again after removing the receiver');
  const control = await askCentre(guarded, sql);
  assert.equal(control.result?.rows.length, 1, 'the control, without that receiver, is released');
});

test('failing expressions are no oracle: they give NULL, and the answer tells nothing about one row', async () => {
  for (const sql of [
    'SELECT sum(salary // (salary - 91234)) AS s FROM people',
    "SELECT sum(CAST('x' AS INTEGER)) AS s FROM people",
    'SELECT sum(salary / (salary - 91234)) AS s FROM people',
  ]) {
    const outcome = await askCentre(guarded, sql).then(
      () => 'answered',
      (error: { code?: string }) => error.code ?? 'failed',
    );
    assert.ok(outcome === 'answered' || /^plan\//.test(outcome), `${sql}: ${outcome} is decided without the data`);
  }
  await assert.rejects(guarded.ask("SELECT sum(CASE WHEN id = 7 THEN error('x') ELSE 0 END) AS s FROM people"), refusedBy(/^plan\//));
});

test('functions that read, wait, are random or tell the time are refused by name', async () => {
  for (const call of ["length(read_text('/etc/passwd'))", 'random()', 'now()', "getenv('HOME')", "error('x')", "nextval('s')"]) {
    await assert.rejects(guarded.ask(`SELECT count(*) FILTER (WHERE ${call} IS NOT NULL) AS n FROM people`), refusedBy(/^plan\//), call);
  }
});
