/** SecureNed: the terms that the five organisations of the sample would sign, and the questions of the demonstration. */
export const COLLABORATION = 'securened';
export const TITLE = 'SecureNed: shared insight into cyber incidents';
export const PURPOSE =
  'Learn which kinds of cyber incidents occur, how often and at what cost, without showing any single incident or organisation.';
export const LEGAL_BASIS = 'Contract between the participants; legitimate interest in network security (GDPR, recital 49).';

const list = (...values: string[]) => ({ values });
const groupable = (description: string, ...values: string[]) => ({
  type: 'VARCHAR',
  description,
  uses: ['group', 'filter'] as const,
  domain: list(...values),
});

/** Without `providers`, which the agreement adds. */
export const INCIDENTS_TABLE = {
  kind: 'union',
  description: 'Cyber incidents, one row each',
  violations: 'refuse',
  maximum_rows: 100_000,
  columns: {
    incident_id: { type: 'VARCHAR', description: 'The reporter’s own number; names one incident, so nothing may use it' },
    incident_date: {
      type: 'DATE',
      description: 'Day on which it began',
      uses: ['group', 'filter'],
      domain: { range: ['2024-01-01', '2025-12-31'] },
    },
    sector: groupable(
      'Sector of the unit that was hit',
      'Education',
      'Finance',
      'Healthcare',
      'Manufacturing',
      'Retail',
      'Transportation',
      'Utilities',
    ),
    actor: groupable('Who did it', 'External', 'Internal', 'Partner', 'Unknown'),
    action: groupable('What was done', 'Environmental', 'Error', 'Hacking', 'Malware', 'Misuse', 'Physical', 'Social'),
    asset: groupable('What was hit', 'Embedded', 'Kiosk', 'Media', 'Network', 'Person', 'Server', 'User device'),
    severity: groupable('How bad it was', 'critical', 'high', 'low', 'medium'),
    records_affected: { type: 'BIGINT', description: 'Records lost or shown', uses: ['aggregate'], nullable: true, bounds: [0, 2_000_000] },
    downtime_hours: { type: 'DECIMAL(6,1)', description: 'Hours of outage', uses: ['aggregate'], bounds: [0, 1500] },
    cost_eur: { type: 'DECIMAL(10,2)', description: 'Direct cost in euros', uses: ['aggregate'], bounds: [0, 5_000_000] },
    discovery_days: {
      type: 'INTEGER',
      description: 'Days until it was found',
      uses: ['aggregate', 'filter'],
      nullable: true,
      bounds: [0, 700],
    },
  },
} as const;

export const OUTPUT_RULES = { minimum_rows: 10, minimum_organisations: 3, dominance: { n: 1, k: 60 } } as const;

/** One that is answered, one with groups too rare or held by too few, and one that the agreement does not allow. */
export const QUESTIONS = {
  answered:
    'SELECT action, count(*) AS incidents, sum(downtime_hours) AS downtime_hours, avg(cost_eur) AS mean_cost_eur FROM incidents GROUP BY action ORDER BY incidents DESC',
  suppressed: 'SELECT asset, count(*) AS incidents, sum(records_affected) AS records FROM incidents GROUP BY asset ORDER BY incidents DESC',
  refused: "SELECT sum(cost_eur) AS cost_eur FROM incidents WHERE incident_id = 'DB-0007'",
} as const;
