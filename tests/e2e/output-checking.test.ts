/** Output checking in real stations: nothing is opened before a checker's yes; a no and silence end the run. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

const rows = (party: string): string =>
  `job\n${Array.from({ length: 24 }, (_, i) => (party === 'north' && i === 7 ? 'rare' : i % 2 === 0 ? 'clerk' : 'driver')).join('\n')}\n`;

async function open(when: 'always' | 'ask', seconds: number): Promise<Collaboration> {
  return openCollaboration({
    parties: [...['north', 'east', 'west'].map((name) => ({ name, csv: rows(name) })), { name: 'centre' }],
    table: 'people',
    columns: { job: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['clerk', 'driver', 'rare'] } } },
    receivers: ['centre'],
    terms: {
      output: { minimum_rows: 5, minimum_organisations: 3, checking: { by: ['west'], when } },
      approval: { ad_hoc: 'none' },
      limits: { run_seconds: seconds, questions_per_day: null },
    },
  });
}

const BY_JOB = 'SELECT job, count(*) AS n FROM people GROUP BY job';
const TOTAL = 'SELECT count(*) AS n FROM people';

let always: Collaboration;
let some: Collaboration;
before(async () => {
  always = await open('always', 600);
  some = await open('ask', 40);
});
after(async () => {
  await always?.close();
  await some?.close();
});

/** The release that waits at the checker's station. */
async function waiting(where: Collaboration) {
  const { client } = where.member('west');
  for (;;) {
    const { checks } = await client.checks();
    const [first] = checks;
    if (first !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a release waits for the checker, who sees which groups would be shown, and goes on after a yes', async () => {
  const asked = always.ask(BY_JOB);
  const check = await waiting(always);
  assert.deepEqual(
    [check.outputs, check.notShown, check.askedBy],
    [[{ name: 'n', cells: 3, shown: 2 }], [{ group: { job: 'rare' }, cells: ['n'] }], 'centre/ana'],
  );
  assert.ok(check.score >= 30 && check.reasons.some((r) => /Some groups are shown/.test(r.text)));
  assert.doesNotMatch(JSON.stringify(check), /\b(36|35)\b/);
  const { client } = always.member('centre');
  assert.equal((await client.run(check.run)).state, 'running');
  await assert.rejects(client.result(check.run));
  await always.member('west').client.check(check.run, { verdict: 'pass', as: 'Chris' });
  const { result, receipt } = await asked;
  assert.deepEqual(result?.rows, [
    ['clerk', 36],
    ['driver', 35],
  ]);
  assert.equal(receipt.body.rules.checking, 'always');
});

test('a no ends the run for everybody, with the reason', async () => {
  const asked = always.ask(TOTAL);
  asked.catch(() => undefined);
  const check = await waiting(always);
  await always.member('west').client.check(check.run, { verdict: 'refuse', as: 'Chris', reason: 'not this month' });
  await assert.rejects(asked, (error: Error & { code?: string; exitCode?: number }) => {
    assert.equal(error.code, 'release/checker-refused');
    assert.match(error.message, /Chris of west.*not this month/);
    assert.equal(error.exitCode, 3);
    return true;
  });
  await assert.rejects(always.member('west').client.check(check.run, { verdict: 'pass' }));
  assert.deepEqual((await always.member('west').client.checks()).checks, []);
});

test('only the checker’s organisation is asked', async () => {
  assert.deepEqual((await always.member('east').client.checks()).checks, []);
});

test('where the agreement says "ask", a harmless answer passes by itself, and silence about another refuses', async () => {
  const free = await some.ask(TOTAL);
  assert.deepEqual(free.result?.rows, [[72]]);
  await assert.rejects(some.ask(BY_JOB), (error: Error & { code?: string; exitCode?: number }) => {
    assert.equal(error.code, 'release/not-checked');
    assert.equal(error.exitCode, 3);
    return true;
  });
});
