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
  collaboration: 'SecureNed',
  table: 'incidents',
  /** Three of the five compute; who receives is not among them. */
  committee: ['harbour-works', 'delta-bank', 'polder-energy'],
  receiver: 'rijn-university',
  analyst: 'anna',
  template: 'by-action',
  questions: {
    result:
      'SELECT action, count(*) AS incidents, round(avg(downtime_hours), 1) AS mean_downtime_hours, sum(cost_eur) AS total_cost_eur ' +
      'FROM incidents GROUP BY action ORDER BY incidents DESC',
    suppressed: 'SELECT sector, action, count(*) AS incidents FROM incidents GROUP BY sector, action ORDER BY sector, incidents DESC',
    refused: 'SELECT sector, max(cost_eur) AS worst FROM incidents GROUP BY sector',
    own: "SELECT date_trunc('month', incident_date) AS month, count(*) AS n FROM incidents GROUP BY month",
  },
} as const;

/** The generated organisations, from the repository's `examples/`. */
export async function sampleParties(): Promise<SampleParty[]> {
  const { sampleIncidents, toCsv } = (await import(
    new URL('incidents.ts', SAMPLES).href
  )) as typeof import('../../../../examples/incidents.ts');
  return sampleIncidents(SEED).map(({ organisation, rows }) => ({
    name: organisation,
    title: titleOf(organisation),
    rows: rows.length,
    csv: toCsv(rows),
  }));
}

export async function demoAgreement(cards: readonly Card[], providers: readonly string[], now: number): Promise<Agreement> {
  const { incidentsTable } = (await import(new URL('securened.ts', SAMPLES).href)) as typeof import('../../../../examples/securened.ts');
  return agreementSchema.parse({
    sluis: 1,
    collaboration: DEMO.collaboration,
    version: 1,
    title: 'Cyber incidents together',
    purpose: 'Learn from each other which incidents occur and what they cost, without showing whose they are.',
    legal_basis: 'Sample data: there is none to need.',
    valid: { from: new Date(now - DAY_MS).toISOString(), until: new Date(now + 30 * DAY_MS).toISOString() },
    organisations: cards,
    committee: DEMO.committee,
    tables: { [DEMO.table]: { ...incidentsTable, providers } },
    output: { minimum_rows: 10, minimum_organisations: 3 },
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

const titleOf = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
