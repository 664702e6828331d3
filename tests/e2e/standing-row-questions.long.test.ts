import { test } from 'node:test';
import { askRowStations } from './standing-row-questions.ts';

const COUNT = Number(process.env['SLUIS_ROW_STATION_QUESTIONS'] ?? 60);
const SEED = Number(process.env['SLUIS_SEED'] ?? 60_001);

for (const threat of ['semi-honest', 'malicious'] as const)
  for (const deposited of [false, true])
    test(
      `${3 * COUNT} generated questions on rows ${deposited ? 'deposited' : 'at stations'} are answered as DuckDB does, ${threat}`,
      {
        timeout: 7_200_000,
      },
      (t) => askRowStations(t, { deposited, threat, count: COUNT, seed: SEED }),
    );
