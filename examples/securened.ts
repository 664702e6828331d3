/** SecureNed, the flagship case as a demonstration: its shared table and rules. */
import { ACTIONS, ACTORS, ASSETS, PROFILES, SEVERITIES } from './incidents.ts';

export const COLLABORATION = 'securened';
export const TITLE = 'SecureNed (demonstration)';
export const PURPOSE =
  'Let the national centre see how many incidents of which kind occur, and what they cost, without any organisation showing its own.';
export const LEGAL_BASIS = 'Demonstration with made-up data; a real agreement names its legal basis here.';

/** In the agreement's own form (see docs/operators.md). */
export const INCIDENTS_TABLE = {
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

export const OUTPUT_RULES = { minimum_rows: 5, minimum_organisations: 3, dominance: { n: 1, k: 70 } } as const;

/** One question that is answered, one with a suppressed group, one that is refused. */
export const QUESTIONS = {
  answered:
    "SELECT action, COUNT(*) AS incidents, ROUND(AVG(downtime_hours), 1) AS mean_downtime, SUM(cost_eur) AS total_cost FROM incidents WHERE action <> 'Environmental' GROUP BY action ORDER BY incidents DESC",
  suppressed: 'SELECT action, actor, COUNT(*) AS incidents FROM incidents GROUP BY action, actor ORDER BY action, actor',
  refused: "SELECT SUM(CASE WHEN incident_id = 'delta-bank-0007' THEN cost_eur END) AS cost FROM incidents",
} as const;
