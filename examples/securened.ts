/** SecureNed, the flagship case as a demonstration: its shared table, in the agreement's own form (see docs/operators.md). */
import { ACTIONS, ACTORS, ASSETS, PROFILES, SEVERITIES } from './incidents.ts';

export const incidentsTable = {
  kind: 'union',
  description: 'Cyber incidents in the vocabulary of VERIS, one row each.',
  violations: 'refuse',
  maximum_rows: 1_000_000,
  columns: {
    incident_id: { type: 'VARCHAR', description: "The organisation's own number. No use is granted.", uses: [] },
    incident_date: { type: 'DATE', uses: ['group', 'filter'], domain: { range: ['2024-01-01', '2025-12-31'] } },
    sector: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...new Set(PROFILES.map((p) => p.sector))].sort() } },
    actor: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...ACTORS] } },
    action: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...ACTIONS] } },
    asset: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...ASSETS] } },
    severity: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: [...SEVERITIES] } },
    records_affected: { type: 'BIGINT', nullable: true, uses: ['aggregate'], bounds: ['0', '2000000'] },
    downtime_hours: { type: 'DECIMAL(8,2)', uses: ['aggregate'], bounds: ['0', '2000'] },
    cost_eur: { type: 'DECIMAL(12,2)', uses: ['aggregate'], bounds: ['0', '5000000'] },
    discovery_days: { type: 'INTEGER', nullable: true, uses: ['aggregate', 'filter'], bounds: ['0', '900'] },
  },
} as const;
