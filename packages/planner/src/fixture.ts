/** An agreement and an engine for the planner's tests. */
import { agreementSchema, type Agreement } from '@sluis/model';

const all = ['group', 'filter', 'aggregate', 'reveal'];
const organisation = (name: string): unknown => ({
  name,
  station: 'localhost:4400',
  identity: '0'.repeat(64),
  sealing: `${'A'.repeat(1621)}AA=`,
  certificate: '1'.repeat(64),
});

/** Table `incidents` over three providers; `changes` replaces parts of the document. */
export function sampleAgreement(
  changes: { readonly columns?: Record<string, unknown>; readonly output?: unknown; readonly receivers?: readonly string[] } = {},
): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'securened',
    version: 1,
    purpose: 'test',
    legal_basis: 'test',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: ['harbour', 'bank', 'hospital', 'centre'].map(organisation),
    committee: ['harbour', 'bank', 'centre'],
    tables: {
      incidents: {
        providers: ['harbour', 'bank', 'hospital'],
        maximum_rows: 1_000_000,
        columns: {
          id: { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 1_000_000] },
          sector: { type: 'VARCHAR', uses: all, domain: { values: ['Finance', 'Energy', 'Health'] } },
          region: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['north', 'south'] } },
          severity: { type: 'INTEGER', uses: all, domain: { range: [1, 5] } },
          cost: { type: 'DECIMAL(12,2)', uses: all, nullable: true, bounds: ['0', '1000000'] },
          hours: { type: 'DOUBLE', uses: all, nullable: true, bounds: ['0', '10000'], scale: 3 },
          score: { type: 'DOUBLE', uses: all },
          records: { type: 'BIGINT', uses: all, bounds: [0, 1_000_000_000] },
          happened: { type: 'DATE', uses: all, domain: { range: ['2024-01-01', '2025-12-31'] } },
          seen: { type: 'TIMESTAMP', uses: all, nullable: true },
          paid: { type: 'BOOLEAN', uses: all },
          note: { type: 'VARCHAR', uses: all, nullable: true },
          ...changes.columns,
        },
      },
    },
    ...(changes.output === undefined ? {} : { output: changes.output }),
    receivers: changes.receivers ?? ['centre'],
    askers: ['centre'],
  });
}
