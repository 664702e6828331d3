/** Noisy questions over five stations in one process: both ways of making noise, both mechanisms, both threat models. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noisyTerms } from './fixtures/noisy-visits.ts';
import { NAMES, openStations } from './fixtures/stations.ts';

const SQL = 'SELECT kind, count(*) AS n FROM visits GROUP BY kind WITH NOISE';

for (const threat of ['semi-honest', 'malicious'])
  for (const generation of ['shares', 'bits'])
    for (const mechanism of ['laplace', 'gaussian'])
      test(`a question with ${mechanism} noise from ${generation} is released, ${threat}`, async (t) => {
        const terms = noisyTerms({ epsilon: '10', delta: '0.001' });
        const all = await openStations(t, { ...terms, threat_model: threat, output: { noise: { ...terms.output.noise, generation } } });
        const run = await all.station('centre').runs.ask({
          agreement: all.agreementId,
          sql: `${SQL} (epsilon = 1, delta = 1e-6, mechanism = ${mechanism})`,
          template: null,
          analyst: 'ana',
        });
        for (const name of NAMES) {
          const { state, error } = await all.ended(name, run);
          assert.equal(state, 'released', `${name}: ${error}`);
        }
        const saved = await all.station('centre').context.store.result(run);
        const { rows } = JSON.parse(saved?.result ?? assert.fail()) as { rows: string[][] };
        assert.equal(rows.length, 3, 'every declared group is shown');
        // 40 each; a deviation of at most 7, of which 30 are beyond 2^-60.
        for (const row of rows)
          assert.ok(
            row.some((value) => Math.abs(Number(value) - 40) < 210),
            String(row),
          );
      });
