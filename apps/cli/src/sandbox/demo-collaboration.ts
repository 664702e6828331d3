/** The collaboration of `sluis demo`: sample incidents of five organisations and the agreement that they sign. */
import { join } from 'node:path';
import { type Agreement, agreementSchema, type Card } from '@sluis/model';
import { writePrivate } from '../files.ts';

const SAMPLES = new URL('../../../../examples/', import.meta.url);
const SEED = 2026;
const DAY_MS = 86_400_000;

export interface SampleParty {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly csv: string;
}

export const DEMO = {
  collaboration: 'securened',
  table: 'incidents',
  /** Three of the five compute; who receives is not among them. */
  committee: ['harbour-works', 'delta-bank', 'polder-energy'],
  receiver: 'rijn-university',
  analyst: 'anna',
  template: 'by-action',
  questions: {
    result:
      'SELECT action, count(*) AS incidents, round(avg(downtime_hours), 1) AS mean_downtime_hours, sum(cost_eur) AS total_cost_eur ' +
      "FROM incidents WHERE action <> 'Environmental' GROUP BY action ORDER BY incidents DESC",
    suppressed: 'SELECT action, actor, count(*) AS incidents FROM incidents GROUP BY action, actor ORDER BY action, actor',
    /** One named incident: filtering on its number is a use that nobody granted. */
    refused: "SELECT sum(CASE WHEN incident_id = 'delta-bank-0007' THEN cost_eur END) AS cost FROM incidents",
    own: 'SELECT severity, count(*) AS incidents, avg(cost_eur) AS mean_cost_eur FROM incidents GROUP BY severity',
  },
} as const;

/** The generated organisations, from the repository's `examples/`. */
export async function sampleParties(): Promise<SampleParty[]> {
  const { sampleIncidents, toCsv } = (await import(
    new URL('incidents.ts', SAMPLES).href
  )) as typeof import('../../../../examples/incidents.ts');
  return sampleIncidents(SEED).map(({ organisation, title, rows }) => ({ name: organisation, title, rows: rows.length, csv: toCsv(rows) }));
}

export async function demoAgreement(cards: readonly Card[], providers: readonly string[], now: number): Promise<Agreement> {
  const { incidentsTable } = (await import(new URL('securened.ts', SAMPLES).href)) as typeof import('../../../../examples/securened.ts');
  return agreementSchema.parse({
    sluis: 1,
    collaboration: DEMO.collaboration,
    version: 1,
    title: 'SecureNed (demonstration)',
    purpose: 'Learn together how many incidents of which kind occur and what they cost, without any organisation showing its own.',
    legal_basis: 'Demonstration with made-up data; a real agreement names its legal basis here.',
    valid: { from: new Date(now - DAY_MS).toISOString(), until: new Date(now + 30 * DAY_MS).toISOString() },
    organisations: cards,
    committee: DEMO.committee,
    tables: { [DEMO.table]: { ...incidentsTable, providers } },
    output: { minimum_rows: 5, minimum_organisations: 3, dominance: { n: 1, k: 70 } },
    receivers: [DEMO.receiver],
    askers: [DEMO.receiver],
    templates: { [DEMO.template]: { description: 'Incidents, downtime and cost per kind of action', sql: DEMO.questions.result } },
  });
}

export function writeSample(home: string, party: SampleParty): string {
  const path = join(home, 'incidents.csv');
  writePrivate(path, party.csv);
  return path;
}
