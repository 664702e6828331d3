/**
 * Attacks on answers with noise, each beside a control: the same attack on the same question with its noise left out, which
 * succeeds. In each of 200 slots one person may have a row or not, which is the secret; a slot is a trial of its own.
 *
 * ε-differential privacy bounds how often such a secret is guessed right, whatever is done with the answers, by
 * e^ε/(1 + e^ε) where both cases are equally likely (Kairouz, Oh & Viswanath 2015). All questions of a test cost ε = 1 or less
 * together: 0.7311. Tests fail by chance with a probability below 1e-9 (Hoeffding), and would notice noise of two thirds of the
 * size, or noise for ε = 2 (0.88), with a probability above 0.99 for an attack that is optimal against it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { grant } from '@sluis/budget';
import type { CellValue, ResultTable } from '@sluis/model';
import { noised, noisyPlan, constant } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import { sampleAgreement } from '../queries/sample-agreement.ts';
import { writeParties } from '../queries/dry-pipeline.ts';
import { mulberry32 } from '../harness/seeded.ts';
import { NoisyPipeline, type PutQuestion } from './noisy-pipeline.ts';

const SLOTS = 200;
const OTHERS = 3;
const PARTIES = ['a', 'b', 'c'];
const BEST = Math.E / (1 + Math.E);
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const coins = mulberry32(seed);
const toss = (times: number): boolean[] => Array.from({ length: times }, () => coins() < 0.5);
/** Whether the person of each slot has a row. */
const secret = toss(SLOTS);
const folder = mkdtempSync(join(tmpdir(), 'sluis-attacks-'));
const uses: ('group' | 'filter' | 'aggregate')[] = ['group', 'filter', 'aggregate'];
const column = { description: '', nullable: false, uses };
const BUDGET = { epsilon: '1', delta: '0' };
const agreement = sampleAgreement({
  table: 'people',
  definition: {
    kind: 'union',
    description: '',
    violations: 'refuse',
    maximum_rows: 10_000,
    privacy_unit: { protects: 'row' },
    columns: {
      slot: { ...column, type: 'INTEGER', domain: { range: ['0', String(SLOTS - 1)] } },
      job: { ...column, type: 'VARCHAR', domain: { values: ['rare', 'usual'] } },
      sick: { ...column, type: 'BOOLEAN' },
    },
  },
  parties: PARTIES,
  output: {
    minimum_rows: 5,
    minimum_organisations: 2,
    noise: { required: true, mechanism: 'cheapest', generation: 'shares', budget: BUDGET },
  } as never,
  receivers: ['centre'],
});
let pipeline: NoisyPipeline;

before(async () => {
  const rows = PARTIES.map((_, p) =>
    secret.flatMap((there, slot) => [
      ...Array.from({ length: OTHERS }, (_, i) => (i % PARTIES.length === p ? [`${slot},usual,${slot % 2 === 0}`] : [])).flat(),
      ...(there && slot % PARTIES.length === p ? [`${slot},rare,true`] : []),
    ]),
  );
  const csv = (p: number) => `slot,job,sick\n${rows[p]?.join('\n')}\n`;
  const files = writeParties(
    folder,
    PARTIES.map((party, p) => ({ party, csv: csv(p) })),
  );
  pipeline = await NoisyPipeline.open(agreement, 'people', files);
});
after(() => {
  pipeline?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Ask = (question: PutQuestion) => Promise<ResultTable>;
const withNoise: Ask = (q) => q.ask();
const withoutNoise: Ask = (q) => q.askWithoutNoise();

/** Values of column `name` per slot; 0 for slots that have no row in the answer. */
function perSlot({ columns, rows }: ResultTable, name: string): number[] {
  const [slot, at] = [columns.findIndex((c) => c.name === 'slot'), columns.findIndex((c) => c.name === name)];
  const found = new Map(rows.map((row) => [Number(row[slot]), Number(row[at] as CellValue)]));
  return Array.from({ length: SLOTS }, (_, s) => found.get(s) ?? 0);
}

const right = (guesses: readonly boolean[]): number => guesses.filter((g, i) => g === secret[i]).length;

/** Share of right guesses over so many rounds of an attack. */
async function success(rounds: number, attack: () => Promise<boolean[]>): Promise<number> {
  let hits = 0;
  for (let i = 0; i < rounds; i++) hits += right(await attack());
  return hits / (rounds * SLOTS);
}

/** P(more than `slack` above the bound) < 1e-9 for so many trials. */
const slack = (trials: number): number => Math.sqrt(Math.log(1e9) / (2 * trials));

async function failsButForControl(rounds: number, attack: (ask: Ask) => Promise<boolean[]>): Promise<void> {
  const found = await success(rounds, () => attack(withNoise));
  const most = BEST + slack(rounds * SLOTS);
  assert.ok(found <= most, `seed ${seed}: ${found} of the guesses were right; at most ${most} may be`);
  assert.equal(await success(1, () => attack(withoutNoise)), 1, 'without noise the attack succeeds always');
}

const charge = (q: PutQuestion) => ({
  table: 'people',
  unit: { kind: 'row' } as const,
  analyst: 'x',
  purpose: 'ad-hoc',
  events: q.prepared.plan.noise?.events ?? [],
});

/** Asks until the budget refuses; at least `least` times. */
function affordableTimes(question: PutQuestion, least: number): number {
  const past: ReturnType<typeof charge>[] = [];
  for (;;) {
    try {
      grant(past, [charge(question)], { ...BUDGET });
    } catch (thrown) {
      assert.equal((thrown as { code?: string }).code, 'budget/exhausted');
      assert.ok(past.length >= least, `only ${past.length} questions fit`);
      return past.length;
    }
    past.push(charge(question));
    assert.ok(past.length < 1000, 'a budget ends');
  }
}

test('averaging the same question again and again stops at the budget, before it tells anything', async () => {
  const question = await pipeline.put("SELECT slot, count(*) AS n FROM people WHERE job = 'rare' GROUP BY slot WITH NOISE (epsilon = 0.1)");
  const times = affordableTimes(question, 10);
  await failsButForControl(6, async (ask) => {
    const sums = Array.from({ length: SLOTS }, () => 0);
    for (let i = 0; i < times; i++) for (const [s, n] of perSlot(await ask(question), 'n').entries()) sums[s] = (sums[s] ?? 0) + n;
    return sums.map((sum) => sum / times > 0.5);
  });
});

test('the difference of two totals that differ in one person does not tell whether it is there', async () => {
  const all = await pipeline.put('SELECT slot, count(*) AS n FROM people GROUP BY slot WITH NOISE (epsilon = 0.5)');
  const others = await pipeline.put("SELECT slot, count(*) AS n FROM people WHERE job <> 'rare' GROUP BY slot WITH NOISE (epsilon = 0.5)");
  grant([charge(all)], [charge(others)], { ...BUDGET });
  await failsButForControl(25, async (ask) => {
    const [more, fewer] = [perSlot(await ask(all), 'n'), perSlot(await ask(others), 'n')];
    return more.map((n, s) => n - (fewer[s] ?? 0) > 0.5);
  });
});

test('a tracker with HAVING at the boundary sees noisy counts only', async () => {
  const question = await pipeline.put(
    `SELECT slot, count(*) AS n FROM people GROUP BY slot HAVING count(*) > ${OTHERS} ORDER BY n DESC WITH NOISE (epsilon = 1)`,
  );
  await failsButForControl(25, async (ask) => perSlot(await ask(question), 'n').map((n) => n > 0));
});

test('the boundary of a filter, moved over one person, does not tell whether it is there', async () => {
  const below = await pipeline.put(
    "SELECT slot, count(*) FILTER (WHERE job = 'rare' AND sick) AS r, count(*) FILTER (WHERE job = 'rare' AND NOT sick) AS h FROM people GROUP BY slot WITH NOISE (epsilon = 1)",
  );
  await failsButForControl(25, async (ask) => {
    const answer = await ask(below);
    const [r, h] = [perSlot(answer, 'r'), perSlot(answer, 'h')];
    return r.map((n, s) => n + (h[s] ?? 0) > 0.5);
  });
});

test('a group without rows is shown like any other', async () => {
  const question = await pipeline.put("SELECT slot, count(*) AS n FROM people WHERE job = 'rare' GROUP BY slot WITH NOISE (epsilon = 1)");
  const { rows, suppressed } = await question.ask();
  assert.equal(rows.length, SLOTS);
  assert.deepEqual(suppressed, []);
  await failsButForControl(25, async (ask) => perSlot(await ask(question), 'n').map((n) => n > 0.5));
});

/**
 * Dinur & Nissim 2003: least squares over 4·n random subset sums finds nearly all of n bits if they are exact. The subsets are
 * of slots, the bit is whether its person has a row. Sixteen subsets in a question, eight questions, ε = 1/8 each.
 */
test('a column is not rebuilt from many random subset sums', async () => {
  const [n, m, columns] = [32, 128, 16];
  const members = Array.from({ length: m }, () => toss(n).flatMap((chosen, i) => (chosen ? [i] : [])));
  const questions: PutQuestion[] = [];
  for (let j = 0; j < m; j += columns) {
    const sums = members.slice(j, j + columns).map((list, k) => `count(*) FILTER (WHERE slot IN (-1, ${list.join(', ')})) AS s${k}`);
    questions.push(await pipeline.put(`SELECT ${sums.join(', ')} FROM people WHERE job = 'rare' WITH NOISE (epsilon = 0.125)`));
  }
  grant(
    [],
    questions.map((q) => charge(q)),
    { ...BUDGET },
  );
  const rebuilt = async (ask: Ask): Promise<number> => {
    const sums: number[] = [];
    for (const q of questions) {
      const { columns: named, rows } = await ask(q);
      for (let k = 0; k < columns; k++) sums.push(Number(rows[0]?.[named.findIndex((c) => c.name === `s${k}`)]));
    }
    const bits = leastSquares(members, sums, n).map((x) => x > 0.5);
    return bits.filter((bit, i) => bit === secret[i]).length;
  };
  assert.equal(await rebuilt(withoutNoise), n, 'without noise the whole column is found');
  const rounds = 15;
  let hits = 0;
  for (let i = 0; i < rounds; i++) hits += await rebuilt(withNoise);
  const most = BEST + slack(rounds * n);
  assert.ok(hits / (rounds * n) <= most, `seed ${seed}: ${hits / (rounds * n)} of the bits were right; at most ${most} may be`);
});

/** Solves the normal equations by Gauss–Jordan elimination with pivots. */
function leastSquares(members: readonly (readonly number[])[], sums: readonly number[], n: number): number[] {
  const rows = Array.from({ length: n }, () => new Float64Array(n + 1));
  members.forEach((list, j) => {
    for (const a of list) {
      const row = rows[a] ?? assert.fail();
      for (const b of list) row[b] = (row[b] ?? 0) + 1;
      row[n] = (row[n] ?? 0) + (sums[j] ?? 0);
    }
  });
  for (let i = 0; i < n; i++) {
    const pivot = rows.slice(i).reduce((best, row, k) => (Math.abs(row[i] ?? 0) > Math.abs(rows[best]?.[i] ?? 0) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot] ?? assert.fail(), rows[i] ?? assert.fail()];
    const own = rows[i] ?? assert.fail();
    const at = own[i] ?? 0;
    for (let k = 0; k <= n; k++) own[k] = (own[k] ?? 0) / at;
    for (const row of rows) {
      const factor = row[i] ?? 0;
      if (row !== own) for (let k = 0; k <= n; k++) row[k] = (row[k] ?? 0) - factor * (own[k] ?? 0);
    }
  }
  return rows.map((row) => row[n] ?? 0);
}

test('up to opening, as much is sent in as many rounds whether groups are shown or not', async () => {
  const plan = noisyPlan({ cells: 50, threshold: 30 });
  const seen = async (rows: bigint, of = plan) => {
    const { rounds, bytes, passes } = await noised(
      of,
      constant(of, (kind) => (kind === 'count' ? rows : 0n)),
    );
    return { rounds, bytes, shown: passes[0]?.reduce((a, b) => a + b, 0) ?? 0 };
  };
  const [none, all, fewer] = [await seen(0n), await seen(900n), await seen(0n, noisyPlan({ cells: 25, threshold: 30 }))];
  assert.equal(all.shown, 50);
  assert.ok(none.shown < 50);
  assert.deepEqual([none.rounds, none.bytes], [all.rounds, all.bytes]);
  assert.ok(fewer.bytes < all.bytes, 'the measure sees a difference where there is one');
});
