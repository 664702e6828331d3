import { test } from 'node:test';
import { askRowStations } from './standing-row-questions.ts';

const COUNT = Number(process.env['SLUIS_ROW_STATION_QUESTIONS'] ?? 3);
const SEED = Number(process.env['SLUIS_SEED'] ?? 50_001);

/** Each threat model and each arrangement once; the long form takes all four together. */
for (const [deposited, threat] of [
  [false, 'semi-honest'],
  [true, 'malicious'],
] as const)
  test(
    `${3 * COUNT} generated questions on rows ${deposited ? 'deposited' : 'at stations'} are answered as DuckDB does, ${threat}`,
    {
      timeout: 3_000_000,
    },
    (t) => askRowStations(t, { deposited, threat, count: COUNT, seed: SEED }),
  );
