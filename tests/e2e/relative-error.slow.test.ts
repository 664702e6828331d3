/**
 * Relative errors at real stations: questions put one after the other by the command line, each charged by itself. Values lie
 * so far from where a step would stop or go on that noise decides otherwise with a probability below e^-20.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { CellValue, Receipt, RunList } from '@sluis/model';
import { askRelative, planRelative, type RelativeFollowing } from '@sluis/sdk';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { LAUNCHER, sluis } from '../harness/command-line.ts';

const PARTIES = ['alpha', 'beta', 'gamma'] as const;
/** Of each party; the declared kind "none" never occurs. */
const ROWS = { many: 3000, some: 300 };
const TOTAL = 3 * (ROWS.many + ROWS.some);
const uses = ['group', 'filter', 'aggregate'];
let together: Collaboration;

before(async () => {
  const csv = `kind,cost\n${Object.entries(ROWS)
    .flatMap(([kind, n]) => Array.from({ length: n }, (_, i) => `${kind},${i % 100}`))
    .join('\n')}\n`;
  together = await openCollaboration({
    parties: [...PARTIES.map((name) => ({ name, csv })), { name: 'centre' }],
    table: 'visits',
    columns: {
      kind: { type: 'VARCHAR', uses, domain: { values: ['many', 'some', 'none'] } },
      cost: { type: 'INTEGER', uses, bounds: [0, 99] },
    },
    terms: {
      tables: {
        visits: {
          providers: [...PARTIES],
          maximum_rows: 100_000,
          privacy_unit: { protects: 'row' },
          columns: {
            kind: { type: 'VARCHAR', uses, domain: { values: ['many', 'some', 'none'] } },
            cost: { type: 'INTEGER', uses, bounds: [0, 99] },
          },
        },
      },
      output: { noise: { required: true, budget: { epsilon: '100', per_analyst: { epsilon: '1' } } } },
    },
  });
});
after(() => together?.close());

interface Answer {
  readonly rows: readonly (readonly CellValue[])[];
  readonly receipts: readonly Receipt[];
  readonly error?: { readonly code: string };
  readonly relative: {
    readonly met: boolean;
    readonly ended: string;
    readonly unmet: readonly { readonly row: number; readonly column: string }[];
    readonly spent: string;
    readonly possible: number;
    readonly ceiling: { readonly epsilon: string };
    readonly steps: readonly { readonly run: string; readonly epsilon: string }[];
    readonly lost: readonly { readonly run: string }[];
  };
}

const home = (name = 'centre') => together.member(name).home;
const asking = (sql: string, as: string, ...more: string[]) => ['ask', sql, '--as', as, '--home', home(), '--json', ...more];
const relative = (select: string, within: number, epsilon = 1) =>
  `${select} WITH NOISE (epsilon = ${epsilon}) WITHIN ${within} PERCENT AT 95 PERCENT`;

/** What every station charged an analyst, run by run. */
async function charged(analyst: string): Promise<string[]> {
  const books = await Promise.all(
    [...PARTIES, 'centre'].map(async (name) => {
      const { runs }: RunList = await together.member(name).client.runs(1000);
      const own = runs.filter((r) => r.analyst === analyst && r.charged !== null);
      return own.map((r) => `${r.id} ${r.charged?.epsilon}`).sort();
    }),
  );
  for (const book of books) assert.deepEqual(book, books[0]);
  return books[0] ?? [];
}

/** Stations charged exactly what the receipts say, and the answer says so too. */
async function assertPaid({ receipts, relative: { steps, spent, lost } }: Answer, analyst: string): Promise<void> {
  const told = receipts.map(({ body }) => `${body.run} ${body.noise?.mechanism === 'none' ? 'exact' : body.noise?.epsilon}`);
  assert.deepEqual(
    told,
    steps.map((s) => `${s.run} ${s.epsilon}`),
  );
  assert.deepEqual(lost, []);
  assert.deepEqual(await charged(analyst), [...told].sort());
  const sum = steps.reduce((all, s) => all + Number(s.epsilon), 0);
  assert.equal(Number(spent).toFixed(9), sum.toFixed(9));
  for (const name of PARTIES) {
    const { tables } = await together.member(name).client.budget();
    const own = tables[0]?.analysts.find((a) => a.analyst === analyst);
    assert.equal(own?.use.spent, spent, name);
  }
}

async function ask(sql: string, as: string, code = 0, ...more: string[]): Promise<Answer> {
  const ended = await sluis(asking(sql, as, ...more));
  assert.equal(ended.code, code, ended.stdout + ended.stderr);
  return JSON.parse(ended.stdout) as Answer;
}

const within = (rows: Answer['rows'], truth: number, share: number, row = 0, column = 0): void => {
  const [value, low, high] = (rows[row] ?? []).slice(column, column + 3).map(Number) as [number, number, number];
  assert.ok(low <= value && value <= high, `${low} ${value} ${high}`);
  assert.ok(value <= (1 + share) * low && value >= (1 - share) * high, `${low} ${value} ${high} for ${share}`);
  // Off by three times as much as intervals allow: less likely than e^-12 for Laplace noise, in one of 60 values.
  assert.ok(Math.abs(value - truth) <= 3 * (high - low), `${value} for ${truth}`);
};

test('what a first, cheap answer tells exactly enough costs a sixteenth of the ceiling', async () => {
  const answer = await ask(relative('SELECT count(*) AS n, sum(cost) AS cost FROM visits', 10), 'first');
  assert.deepEqual([answer.relative.met, answer.relative.ended, answer.relative.spent], [true, 'met', '0.0625']);
  within(answer.rows, TOTAL, 0.1);
  within(answer.rows, TOTAL * 49.5, 0.1, 0, 3);
  await assertPaid(answer, 'first');
});

test('a smaller value takes several answers, whose receipts verify one by one and whose mean is more exact than each', async () => {
  const file = join(home(), 'several.json');
  const sql = relative("SELECT count(*) AS n FROM visits WHERE kind = 'some'", 3);
  const answer = await ask(sql, 'several', 0, '--receipt', file);
  assert.deepEqual([answer.relative.met, answer.relative.steps.length, answer.relative.possible], [true, 3, 4]);
  within(answer.rows, 3 * ROWS.some, 0.03);
  await assertPaid(answer, 'several');
  for (const [i, { run }] of answer.relative.steps.entries()) {
    const verified = await sluis(['verify', join(home(), `several-${i + 1}.json`), '--json']);
    assert.equal(verified.code, 0, verified.stderr);
    const { rows, receipt } = JSON.parse(verified.stdout) as { rows: Answer['rows']; receipt: Receipt['body'] };
    assert.equal(receipt.run, run);
    const widths = [rows, answer.rows].map((r) => Number(r[0]?.[2]) - Number(r[0]?.[1]));
    // The last one alone, at 95 %, against the mean, whose interval holds at each of four steps.
    assert.ok((widths[1] ?? 0) < 1.4 * (widths[0] ?? 0), `${widths}`);
  }
});

test('a value near 0 is never known exactly enough: it ends at the ceiling, and says which one it is', async () => {
  const sql = relative('SELECT kind, count(*) AS n FROM visits GROUP BY kind ORDER BY kind', 10);
  const answer = await ask(sql, 'zero');
  const { met, ended, unmet, spent, steps } = answer.relative;
  assert.deepEqual([met, ended, spent, steps.map((s) => s.epsilon)], [false, 'ceiling', '1', ['0.0625', '0.125', '0.25', '0.5625']]);
  assert.deepEqual(unmet, [{ row: 1, column: 'n' }]);
  within(answer.rows, 3 * ROWS.many, 0.1, 0, 1);
  within(answer.rows, 3 * ROWS.some, 0.1, 2, 1);
  await assertPaid(answer, 'zero');
  const words = await sluis(['ask', sql, '--as', 'zero', '--home', home(), '--continue']);
  assert.equal(words.code, 0, words.stderr);
  assert.match(
    words.stderr,
    /Step 4 was answered before.*1 value may be further off than 10 %.*n of none.*4 questions: ε = 1 of at most 1 is spent/s,
  );
  assert.equal((await charged('zero')).length, 4, 'shown again, and not paid again');
});

test('what HAVING leaves out, by the combined values, need not be exact', async () => {
  const answer = await ask(
    relative('SELECT kind, count(*) AS n FROM visits GROUP BY kind HAVING n > 300 ORDER BY n DESC LIMIT 5', 20),
    'having',
  );
  assert.deepEqual([answer.relative.met, answer.relative.steps.length, answer.rows.map(([kind]) => kind)], [true, 1, ['many', 'some']]);
});

test('where the budget ends in the middle, what was answered stands, and the failure is told beside it', async () => {
  const sql = relative('SELECT kind, count(*) AS n FROM visits GROUP BY kind ORDER BY kind', 1, 4);
  const answer = await ask(sql, 'poor', 3);
  assert.deepEqual([answer.error?.code, answer.relative.ended, answer.relative.met], ['budget/exhausted', 'broken-off', false]);
  assert.deepEqual([answer.relative.spent, answer.relative.ceiling.epsilon, answer.rows.length], ['0.75', '4', 3]);
  await assertPaid(answer, 'poor');
  const again = await sluis(['ask', sql, '--as', 'poor', '--home', home(), '--continue'], { env: { SLUIS_LANG: 'nl' } });
  assert.equal(again.code, 3);
  assert.match(again.stderr, /Stap 2 was al beantwoord.*budget\/exhausted.*Ga verder met dezelfde vraag en --continue/s);
  assert.equal((await charged('poor')).length, 2);
});

/** The asking program, killed with everything it started once it says this for the second time. */
function killedAt(args: readonly string[], said: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let stderr = '';
    let killed = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (killed || (stderr.match(said) ?? []).length < 2) return;
      killed = true;
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    });
    child.once('error', reject);
    child.once('close', () => (killed ? resolve() : reject(new Error(`it ended before: ${stderr}`))));
  });
}

test('after kill -9 of the asking program its runs go on, are taken up, and nothing is paid twice', async () => {
  const sql = relative('SELECT kind, count(*) AS n FROM visits GROUP BY kind ORDER BY kind', 10);
  await killedAt(asking(sql, 'killed'), /put the question as run/g);
  const answer = await ask(sql, 'killed', 0, '--continue');
  assert.deepEqual([answer.relative.ended, answer.relative.spent, answer.relative.steps.length], ['ceiling', '1', 4]);
  await assertPaid(answer, 'killed');
});

test('a step that is cancelled leaves the steps before it; what it was charged counts against the ceiling', async () => {
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const { client } = together.member('centre');
  const sql = relative('SELECT kind, count(*) AS n FROM visits GROUP BY kind ORDER BY kind', 10);
  const question = await planRelative(client, { sql, as: 'interrupted' }, engines.sql);
  const controller = new AbortController();
  let runs = 0;
  const following: RelativeFollowing = {
    as: 'interrupted',
    signal: controller.signal,
    onRun: () => {
      if (++runs === 2) controller.abort();
    },
  };
  const broken = await askRelative(client, question, engines, following);
  assert.deepEqual(
    [broken.ended, broken.error?.code, broken.taken.length, broken.table?.rows.length],
    ['broken-off', 'run/cancelled', 1, 3],
  );
  const whole = await askRelative(client, question, engines, { as: 'interrupted', goOn: true });
  assert.equal(whole.taken[0]?.answer.run, broken.taken[0]?.answer.run);
  // Whether the cancelled run was charged is up to chance; if it was, the ceiling has no room for the last step.
  const book = (await client.runs(1000)).runs.filter((r) => r.analyst === 'interrupted' && r.charged !== null).map((r) => r.id);
  assert.deepEqual([...whole.taken.map((t) => t.answer.run), ...whole.lost.map((l) => l.run)].sort(), book.sort());
  assert.equal(whole.taken.length, whole.lost.length === 0 ? 4 : 3);
  assert.equal(whole.ended, 'ceiling');
});

test('explain shows every step, the least and the greatest cost, and from which size on each is enough', async () => {
  const sql = relative('SELECT count(*) AS n, avg(cost) AS mean FROM visits', 10);
  const shown = await sluis(['explain', sql, '--as', 'first', '--home', home(), '--json']);
  assert.equal(shown.code, 0, shown.stderr);
  const document = JSON.parse(shown.stdout) as {
    relative: {
      least: string;
      greatest: string;
      onlookers: string[];
      steps: { margins: { column: string; margin: string; from: string }[] }[];
    };
    budget: { together: string; refused: { question: number } | null }[];
  };
  assert.deepEqual([document.relative.least, document.relative.greatest], ['0.0625', '1']);
  assert.ok(document.relative.onlookers.length > 0 && !document.relative.onlookers.includes('centre'));
  for (const { margins } of document.relative.steps) {
    assert.deepEqual(
      margins.map((m) => m.column),
      ['n'],
    );
    assert.equal(Number(margins[0]?.from), Number(margins[0]?.margin) * 11);
  }
  // This analyst has spent a sixteenth of its budget already: the last step could not be paid.
  assert.deepEqual([document.budget[0]?.together, document.budget[0]?.refused?.question], ['1', 3]);
  const words = await sluis(['explain', sql, '--home', home()]);
  assert.match(
    words.stdout,
    /which cost at most ε = 1 together.*4 +0\.5625 +1 +n: \d+ +n: \d+.*nothing is paid back.*Who takes part and does not receive the answer/s,
  );
});

test('options and questions that make no sequence are refused before anything is asked', async () => {
  const sql = relative('SELECT count(*) AS n FROM visits', 10);
  const codeOf = async (...args: string[]): Promise<[number | null, string]> => {
    const { code, stdout } = await sluis([...args, '--as', 'refused', '--home', home(), '--json']);
    return [code, (JSON.parse(stdout) as { error: { code: string } }).error.code];
  };
  assert.deepEqual(await codeOf('ask', sql, '--no-wait'), [2, 'usage/relative']);
  assert.deepEqual(await codeOf('ask', sql, '--each-receiver'), [2, 'usage/relative']);
  assert.deepEqual(await codeOf('ask', 'SELECT count(*) AS n FROM visits WITH NOISE (epsilon = 0.1)', '--continue'), [2, 'usage/continue']);
  assert.deepEqual(await codeOf('ask', 'SELECT count(*) AS n FROM visits WITHIN 10 PERCENT AT 95 PERCENT'), [3, 'plan/no-ceiling']);
  assert.deepEqual(await codeOf('budget', 'price', sql), [3, 'plan/relative-error']);
  assert.deepEqual(await charged('refused'), []);
  // A station that is asked the clause itself refuses it.
  await assert.rejects(together.member('centre').client.ask({ sql, as: 'refused' }), { code: 'plan/relative-error' });
});
