/** Privacy budgets at real stations: what people see of them, and kill -9 around a charge. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { BudgetView, PriceAnswer, RunList } from '@sluis/model';
import { sluis } from '../harness/command-line.ts';
import type { FragileCollaboration, Name } from '../simulation/fragile-collaboration.ts';
import { NOISY, NOISY_SQL, openNoisy, strikeNoisy, visitsOf } from '../simulation/noisy-collaboration.ts';
import type { Plant } from '../simulation/planted-faults.ts';

let together: FragileCollaboration;

before(async () => {
  together = await openNoisy({ epsilon: '1', per_analyst: { epsilon: '0.5' } });
});
afterEach(() => together.heal());
after(() => together?.close());

const json = <T>(text: string) => JSON.parse(text) as T;
const at = (name: string, ...args: string[]) => sluis([...args, '--home', together.station(name).home]);

const SAMPLE: readonly (Plant & { victim: Name })[] = [
  { victim: 'alpha', moment: 'before', entry: 'budget.charged', act: 'die' },
  { victim: 'beta', moment: 'after', entry: 'budget.charged', act: 'die' },
  { victim: 'gamma', moment: 'after', entry: 'noise.added', act: 'die' },
];
for (const { victim, ...plant } of SAMPLE) {
  test(`kill -9 of ${victim} ${plant.moment} ${plant.entry} loses one charge at most, and no release is unpaid`, () =>
    strikeNoisy(together, victim, plant));
}

test('owner and analyst see what is spent, by whom, and what became of it', async () => {
  const shown = await at('alpha', 'budget', 'show', '--json');
  assert.equal(shown.code, 0, shown.stderr);
  const { organisation, tables } = json<BudgetView>(shown.stdout);
  assert.equal(organisation, 'alpha');
  const [visits] = tables;
  assert.equal(visits?.charges, 6);
  assert.deepEqual(visits?.use, { delta: '0', spent: '0.06', limit: '1', left: '0.94' });
  assert.deepEqual(
    visits?.analysts.map(({ organisation, analyst, use }) => [organisation, analyst, use.spent, use.left]),
    [['centre', 'ana', '0.06', '0.44']],
  );
  assert.deepEqual(
    visits?.purposes.map((p) => p.purpose),
    [NOISY],
  );
  // Each kill's run, and the question after it.
  assert.deepEqual(
    visits?.last.map((c) => c.state),
    ['released', 'failed', 'released', 'failed', 'released', 'failed'],
  );
  const words = await at('alpha', 'budget', 'show');
  assert.match(words.stdout, /visits, protecting each row\n {2}ε = 0\.06 of 1 is spent, at δ = 0; ε = 0\.94 is left/);
  assert.match(words.stdout, /A run that failed stays charged/);
  const runs = json<RunList>((await at('alpha', 'runs', '--json')).stdout).runs;
  assert.deepEqual(new Set(runs.map((r) => r.charged?.epsilon)), new Set(['0.01']));
  const failed = runs.find((r) => r.state === 'failed')?.id ?? '';
  assert.match((await at('alpha', 'runs', failed)).stdout, /Charged: ε = 0\.01, δ = 0 on visits\. Nothing was released for it here/);
});

test('questions are priced together before they run, and the one that goes beyond is refused with 3', async () => {
  const sql = (epsilon: string) => NOISY_SQL.replace(/epsilon = [\d.]+/, `epsilon = ${epsilon}`);
  const priced = await at('centre', 'budget', 'price', sql('0.2'), sql('0.3'), '--template', NOISY, '--as', 'bob', '--json');
  assert.equal(priced.code, 0, priced.stderr);
  const { questions, tables } = json<PriceAnswer>(priced.stdout);
  assert.deepEqual(
    questions.map((q) => [q.epsilon, q.purpose]),
    [
      ['0.2', 'ad-hoc'],
      ['0.3', 'ad-hoc'],
      ['0.01', NOISY],
    ],
  );
  assert.deepEqual([tables[0]?.alone, tables[0]?.together, tables[0]?.refused?.question], [['0.2', '0.3', '0.01'], '0.51', 2]);
  const words = await at('centre', 'budget', 'price', sql('0.2'), '--as', 'bob');
  assert.match(words.stdout, /ε = 0\.2, δ = 0 by itself.*afterwards ε = 0\.26.*can be paid now\. Nothing was charged/s);
  const explained = await at('centre', 'explain', sql('0.6'), '--as', 'bob');
  assert.match(explained.stdout, /costs ε = 0\.6.*Spent before ε = 0\.06, afterwards ε = 0\.66.*can't be paid/s);
  const dutch = await sluis(['budget', 'price', sql('0.6'), '--as', 'bob', '--home', together.station('centre').home], {
    env: { SLUIS_LANG: 'nl' },
  });
  assert.match(dutch.stdout, /Vraag 1 kan na de vorige niet worden betaald/);
  const refused = await at('centre', 'ask', sql('0.6'), '--as', 'bob', '--json');
  assert.equal(refused.code, 3);
  const { error } = json<{ error: { code: string; remedy: string } }>(refused.stdout);
  assert.equal(error.code, 'budget/exhausted');
  assert.notEqual(error.remedy, '');
  assert.equal((await visitsOf(together.station('alpha'))).charges, 6, 'nothing of this was charged');
});

test('an answer says what its noise means, and its receipt what it cost', async () => {
  const folder = together.station('centre').home;
  const asked = await at('centre', 'ask', '--template', NOISY, '--as', 'ana', '--receipt', `${folder}/noisy.json`);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stdout, /kind +n +n_low +n_high/);
  const verified = await sluis(['verify', `${folder}/noisy.json`]);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /Differentially private: ε = 0\.01, δ = 0 for each row/);
  const exact = await at('centre', 'ask', '--template', 'visits-by-kind', '--receipt', `${folder}/exact.json`);
  assert.equal(exact.code, 0, exact.stderr);
  assert.match((await sluis(['verify', `${folder}/exact.json`])).stdout, /Not differentially private: exact values/);
});
