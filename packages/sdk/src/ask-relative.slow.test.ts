/** Sequences for a relative error that do not go well, over five stations in one process: what stands, and what was paid. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { StationError } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import { layoutOf, type RunResult } from '@sluis/model';
import { chargedAt, noisyTerms } from '../../flow/src/fixtures/noisy-visits.ts';
import { openStations, PROVIDERS, type TestStations } from '../../flow/src/fixtures/stations.ts';
import { askRelative } from './ask-relative.ts';
import { onlookersOf, planRelative, type RelativeQuestion } from './relative-question.ts';
import type { StationClient } from './station-client.ts';

const SQL = 'SELECT kind, count(*) AS n FROM visits GROUP BY kind WITH NOISE (epsilon = 1.6) WITHIN 0.1 PERCENT AT 95 PERCENT';
const PRICES = ['0.1', '0.2', '0.4', '0.9'];
const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };

interface Table {
  /** Rows of each kind at each provider; null: its engine fails. */
  rows: bigint | null;
}

/** A client of centre's station without HTTP: the same stations, asked directly. `swapped` may give another answer. */
function clientOf(all: TestStations, swapped: (id: string, result: RunResult) => RunResult = (_, result) => result): StationClient {
  const { runs, context } = all.station('centre');
  const summary = async (id: string) => {
    const record = (await runs.record(id)) ?? assert.fail();
    const [charge] = await context.budget.chargesOf([id]);
    const error = record.error === null ? null : JSON.parse(record.error);
    return { ...record, createdAt: new Date(record.createdAt).toISOString(), error, charged: charge ?? null };
  };
  const client = {
    agreements: async () => ({ agreements: [{ id: all.agreementId, collaboration: 'test', state: 'in-force' }] }),
    agreement: async () => ({ agreement: all.agreement }),
    status: async () => ({ organisation: 'centre' }),
    ask: async ({ sql, as }: { sql: string; as: string }) => {
      all.clock.advance(1000);
      return summary(await runs.ask({ agreement: all.agreementId, sql, template: null, analyst: as }));
    },
    events: async function* (id: string) {
      yield { state: (await all.ended('centre', id)).state, cursor: 0 };
    },
    run: summary,
    runs: async () => ({ runs: await Promise.all((await runs.records(1000)).map((r) => summary(r.id))) }),
    result: async (id: string) => {
      const saved = (await context.store.result(id)) ?? assert.fail();
      const receipt = JSON.parse(saved.receipt) as RunResult['receipt'];
      return swapped(id, { run: id, result: null, receipt } as unknown as RunResult);
    },
  };
  return client as unknown as StationClient;
}

async function opened(t: TestContext): Promise<{ all: TestStations; table: Table; question: RelativeQuestion }> {
  const all = await openStations(t, noisyTerms({ epsilon: '100' }));
  const table: Table = { rows: 200n };
  for (const name of PROVIDERS) {
    const { engine } = all.station(name).context;
    Object.assign(engine, {
      partials: async ({ plan }: Parameters<typeof engine.partials>[0]) => {
        const { rows } = table;
        if (rows === null) throw new StationError('engine/failed', { stage: 'contribution', message: 'It fails.', party: name });
        return {
          cells: plan.cellCount,
          columns: layoutOf(plan).map((column) =>
            new BigUint64Array(plan.cellCount * column.words).fill(column.kind === 'count' ? rows : column.kind === 'present' ? 1n : 0n),
          ),
        };
      },
    });
  }
  const question = await planRelative(clientOf(all), { sql: SQL, as: 'ana' }, engines.sql);
  assert.deepEqual(
    question.plan.steps.map((s) => s.prepared.plan.noise?.epsilon),
    PRICES,
  );
  return { all, table, question };
}

/** Stops the program's own part after so many answers. */
const diesAfter = (steps: number) => ({
  as: 'ana',
  onState: ({ taken }: { taken: readonly unknown[] }) => {
    if (taken.length === steps) throw new StationError('test/died', { stage: 'run', message: 'The program died.' });
  },
});

test('a step that fails after it was charged is lost: its price counts, and no more is asked than the ceiling allows', async (t) => {
  const { all, table, question } = await opened(t);
  const client = clientOf(all);
  const failing = await askRelative(client, question, engines, {
    as: 'ana',
    onStep: (step) => {
      table.rows = step === 1 ? null : 200n;
    },
  });
  assert.deepEqual([failing.ended, failing.taken.length, failing.lost.map((l) => l.step)], ['broken-off', 1, [1]]);
  assert.deepEqual(failing.table?.rows.length, 3);
  table.rows = 200n;
  const whole = await askRelative(client, question, engines, { as: 'ana', goOn: true });
  // 0.1 + 0.2 + 0.2 + 0.4 leave 0.7 of 1.6, which the last step's 0.9 does not fit in.
  assert.deepEqual(
    [whole.ended, whole.met, whole.taken.map((s) => s.step), whole.lost.map((l) => l.step)],
    ['ceiling', false, [0, 1, 2], [1]],
  );
  assert.equal(whole.taken[0]?.answer.run, failing.taken[0]?.answer.run);
  assert.deepEqual(await chargedAt(all, 'centre'), ['0.1', '0.2', '0.2', '0.4']);
});

test('what a program that died had asked is taken up, and another analyst’s is not', async (t) => {
  const { all, question } = await opened(t);
  const client = clientOf(all);
  const died = await askRelative(client, question, engines, diesAfter(2));
  assert.deepEqual([died.ended, died.error?.code, died.lost], ['broken-off', 'test/died', []]);
  const whole = await askRelative(client, question, engines, { as: 'ana', goOn: true });
  assert.deepEqual([whole.ended, whole.taken.length], ['ceiling', 4]);
  assert.deepEqual(await chargedAt(all, 'centre'), PRICES);
  const shown = await askRelative(client, question, engines, { as: 'ana', goOn: true });
  assert.deepEqual(shown.table, whole.table);
  const other = await planRelative(client, { sql: SQL, as: 'bob' }, engines.sql);
  const own = await askRelative(client, other, engines, { ...diesAfter(1), as: 'bob', goOn: true });
  assert.notEqual(own.taken[0]?.answer.run, whole.taken[0]?.answer.run);
  assert.deepEqual(await chargedAt(all, 'centre'), [...PRICES, '0.1']);
});

test('who takes part in every step and does not receive the answer is named, and nobody else', async (t) => {
  const { question } = await opened(t);
  const { receivers, committee, providers } = question.plan.steps[0]?.prepared.plan ?? assert.fail();
  const onlookers = onlookersOf(question);
  assert.ok(onlookers.length > 0 && new Set(onlookers).size === onlookers.length);
  for (const name of [...committee, ...providers]) assert.equal(onlookers.includes(name), !receivers.includes(name), name);
  for (const name of onlookers) assert.ok([...committee, ...providers].includes(name), name);
});

test('data that are changed between two steps are noticed; the answer before stands', async (t) => {
  const { all, table, question } = await opened(t);
  const changed = await askRelative(clientOf(all), question, engines, {
    as: 'ana',
    onStep: (step) => {
      // 800 rows of each kind, then 2,000: noise of the first step is 250 off with a probability below e^-20.
      table.rows = step === 0 ? 200n : 500n;
    },
  });
  assert.deepEqual([changed.ended, changed.error?.code, changed.taken.length], ['broken-off', 'plan/answers-differ', 1]);
  assert.deepEqual(
    changed.lost.map((l) => l.step),
    [1],
    'it was paid for all the same',
  );
  for (const [, n] of changed.table?.rows ?? []) assert.ok(Math.abs(Number(n) - 800) < 250);
});

test('a station that gives one answer for two, or another one’s, is found out', async (t) => {
  const { all, question } = await opened(t);
  let first: RunResult | null = null;
  const twice = clientOf(all, (id, result) => {
    first ??= result;
    return id === first.run ? result : { ...first, run: id };
  });
  const replayed = await askRelative(twice, question, engines, { as: 'ana' });
  assert.deepEqual([replayed.error?.code, replayed.taken.length], ['plan/other-question', 1]);
  const forged = clientOf(all, (_, result) => {
    const { body } = result.receipt;
    return { ...result, receipt: { ...result.receipt, body: { ...body, finished: '2026-03-01T12:34:56.000Z' } } };
  });
  await assert.rejects(askRelative(forged, question, engines, { as: 'ana' }), { code: 'receipt/bad-signature' });
});
