/** A small valid agreement for tests of this package. */
import { toBase64, toHex } from '@sluis/base';
import { type Agreement, agreementSchema, type Card } from './agreement.ts';

export function card(name: string, seed: number): Card {
  return {
    name,
    title: '',
    station: `${name}.example:${4000 + seed}`,
    identity: toHex(new Uint8Array(32).fill(seed)),
    sealing: toBase64(new Uint8Array(1216).fill(seed)),
    certificate: toHex(new Uint8Array(32).fill(seed + 100)),
  };
}

export function sampleAgreement(change: Record<string, unknown> = {}): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'secure-ned',
    version: 1,
    purpose: 'Count incidents.',
    legal_basis: 'Article 5.',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: [card('north', 1), card('south', 2), card('west', 3), card('centre', 4)],
    committee: ['north', 'south', 'west'],
    tables: {
      incidents: {
        providers: ['north', 'south', 'west'],
        columns: {
          sector: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['Energy', 'Finance', '0123'] } },
          severity: { type: 'INTEGER', uses: ['group'], domain: { range: [1, 5] } },
          cost: { type: 'DECIMAL(12,2)', uses: ['aggregate'], bounds: [0, '1000000.50'], nullable: true },
          day: { type: 'DATE', uses: ['filter'], domain: { range: ['2024-01-01', '2026-12-31'] } },
        },
      },
    },
    receivers: ['centre'],
    askers: ['centre'],
    templates: { counts: { sql: 'SELECT sector, count(*) FROM incidents GROUP BY sector' } },
    ...change,
  });
}
