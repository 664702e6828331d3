/** A shared table made for generated questions: every type, NULLs, ties, a rare group and one large value. */
import type { Table } from '@sluis/model';

export const TABLE = 'orders';
export const PARTIES = ['amber', 'birch', 'cedar', 'delta'] as const;
const REGIONS = ['north', 'south', 'east', 'west', 'Île'];
const KINDS = ['Alpha One', 'beta', 'gamma_3', 'delta-4'];
const NOTES = ['  padded ', 'ab-12', 'cd-7', 'Étude', 'x', 'yy%'];

export const orders: Omit<Table, 'providers'> = {
  kind: 'union',
  description: 'Made-up orders',
  violations: 'refuse',
  maximum_rows: 10_000,
  columns: {
    region: {
      type: 'VARCHAR',
      description: '',
      nullable: true,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { values: REGIONS },
    },
    kind: {
      type: 'VARCHAR',
      description: '',
      nullable: false,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { values: KINDS },
    },
    note: { type: 'VARCHAR', description: '', nullable: true, uses: ['group', 'filter', 'aggregate', 'reveal'], domain: { values: NOTES } },
    flag: {
      type: 'BOOLEAN',
      description: '',
      nullable: true,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { values: ['false', 'true'] },
    },
    amount: {
      type: 'INTEGER',
      description: '',
      nullable: true,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { range: ['-20', '60'] },
      bounds: ['-20', '60'],
    },
    units: {
      type: 'BIGINT',
      description: '',
      nullable: false,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { range: ['0', '9'] },
      bounds: ['0', '9'],
    },
    price: { type: 'DECIMAL(9,2)', description: '', nullable: true, uses: ['filter', 'aggregate', 'reveal'], bounds: ['0', '10000'] },
    ratio: { type: 'DOUBLE', description: '', nullable: true, uses: ['filter', 'aggregate', 'reveal'], bounds: ['-2', '8'], scale: 6 },
    day: {
      type: 'DATE',
      description: '',
      nullable: true,
      uses: ['group', 'filter', 'aggregate', 'reveal'],
      domain: { range: ['2024-01-20', '2024-03-10'] },
    },
    moment: {
      type: 'TIMESTAMP',
      description: '',
      nullable: false,
      uses: ['filter', 'aggregate', 'reveal'],
      domain: { range: ['2024-01-20 00:00:00', '2024-03-10 23:59:59'] },
    },
  },
};

/** Mulberry32; test data only. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** CSV text per party. The last party has few rows; `Île` is rare. */
export function orderFiles(seed: number): { party: string; csv: string }[] {
  return PARTIES.map((party, p) => {
    const draw = uniform(seed * 97 + p);
    const rows = Array.from({ length: p === 3 ? 12 : 90 + 30 * p }, () => row(draw));
    return { party, csv: `${[Object.keys(orders.columns).join(','), ...rows].join('\n')}\n` };
  });
}

function row(draw: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(draw() * values.length)] as T;
  const or = (value: string, missing: number): string => (draw() < missing ? '' : value);
  const minute = Math.floor(draw() * 51 * 1440);
  const at = new Date(Date.UTC(2024, 0, 20) + minute * 60_000).toISOString();
  const region = draw() < 0.01 ? 'Île' : pick(REGIONS.slice(0, 4));
  const price = draw() < 0.02 ? 9000 + draw() * 900 : draw() * draw() * 300;
  return [
    or(region, 0.04),
    pick(KINDS),
    or(`"${pick(NOTES)}"`, 0.1),
    or(pick(['false', 'true']), 0.1),
    or(String(Math.floor(draw() * 81) - 20), 0.08),
    String(Math.floor(draw() * draw() * 10)),
    or(price.toFixed(2), 0.1),
    or((draw() * 10 - 2).toFixed(6), 0.1),
    or(at.slice(0, 10), 0.05),
    at.slice(0, 19).replace('T', ' '),
  ].join(',');
}
