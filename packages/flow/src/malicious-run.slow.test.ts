/** Runs under both threat models with a compute party that lies about what it computes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMES, openStations, type TestStations } from './fixtures/stations.ts';

const states = async (all: TestStations, run: string) =>
  new Set(await Promise.all(NAMES.map(async (n) => (await all.ended(n, run)).state)));
const rows = async (all: TestStations, run: string) => {
  const saved = await all.station('centre').context.store.result(run);
  return saved?.result == null ? null : (JSON.parse(saved.result) as { rows: unknown }).rows;
};

/** The liar adds 1 to the first word of what it sends in a step, and to its own copy: the released sum would be off by one. */
function lieIn(all: TestStations, liar: string, step: RegExp): () => number {
  let told = 0;
  all.network.bend = (from, name, payload) => {
    if (from !== liar || !step.test(name) || payload.length < 8) return;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    view.setBigUint64(0, BigInt.asUintN(64, view.getBigUint64(0, true) + 1n), true);
    told += 1;
  };
  return () => told;
}

test('a run is released under the malicious threat model, with the same result', async (t) => {
  const all = await openStations(t, { threat_model: 'malicious' });
  const run = await all.ask();
  assert.deepEqual(await states(all, run), new Set(['released']));
  assert.deepEqual(await rows(all, run), [[40], [40], [40]]);
});

test('without it, a compute party changes a released result, and nobody notices', async (t) => {
  const all = await openStations(t);
  const told = lieIn(all, 'alpha', / refresh$/);
  const run = await all.ask();
  assert.deepEqual(await states(all, run), new Set(['released']));
  assert.ok(told() > 0);
  assert.notDeepEqual(await rows(all, run), [[40], [40], [40]]);
});

for (const liar of ['alpha', 'beta', 'gamma'])
  for (const step of [/ refresh$/, / and$/, / triples$/])
    test(`${liar} lies in "${step.source.trim()}": nothing is released`, async (t) => {
      const all = await openStations(t, { threat_model: 'malicious' });
      const told = lieIn(all, liar, step);
      const run = await all.ask();
      assert.deepEqual(await states(all, run), new Set(['failed']));
      assert.ok(told() > 0, 'the lie was told');
      assert.equal(await rows(all, run), null);
    });
