/** Sample data: made-up cyber incidents of five made-up organisations, in the vocabulary of VERIS. Deterministic. */
import { SeededRandom } from './seeded-random.ts';

export interface Incident {
  readonly incident_id: string;
  readonly incident_date: string;
  readonly sector: string;
  readonly actor: string;
  readonly action: string;
  readonly asset: string;
  readonly severity: string;
  readonly records_affected: number | null;
  readonly downtime_hours: string;
  readonly cost_eur: string;
  readonly discovery_days: number | null;
}

interface Profile {
  readonly name: string;
  readonly title: string;
  readonly sector: string;
  readonly incidents: number;
  /** How this organisation's incidents differ from the average. */
  readonly actions: Readonly<Record<Action, number>>;
  readonly costMedian: number;
}

type Action = 'Hacking' | 'Malware' | 'Social' | 'Misuse' | 'Error' | 'Physical' | 'Environmental';
export const ACTIONS: readonly Action[] = ['Environmental', 'Error', 'Hacking', 'Malware', 'Misuse', 'Physical', 'Social'];
export const ACTORS = ['External', 'Internal', 'Partner', 'Unknown'] as const;
export const ASSETS = ['Media', 'Network', 'Person', 'Server', 'User device'] as const;
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

/** Environmental incidents are so rare that their cell is suppressed under the usual minimum of five rows. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'harbour-works',
    title: 'Harbour Works',
    sector: 'Transport',
    incidents: 412,
    costMedian: 18_000,
    actions: { Hacking: 38, Malware: 30, Social: 12, Misuse: 6, Error: 10, Physical: 4, Environmental: 0 },
  },
  {
    name: 'north-hospital',
    title: 'North Hospital',
    sector: 'Healthcare',
    incidents: 187,
    costMedian: 9_500,
    actions: { Hacking: 16, Malware: 24, Social: 14, Misuse: 12, Error: 26, Physical: 8, Environmental: 0 },
  },
  {
    name: 'delta-bank',
    title: 'Delta Bank',
    sector: 'Finance',
    incidents: 264,
    costMedian: 26_000,
    actions: { Hacking: 34, Malware: 14, Social: 30, Misuse: 10, Error: 10, Physical: 2, Environmental: 0 },
  },
  {
    name: 'polder-energy',
    title: 'Polder Energy',
    sector: 'Energy',
    incidents: 96,
    costMedian: 31_000,
    actions: { Hacking: 40, Malware: 26, Social: 10, Misuse: 6, Error: 12, Physical: 5, Environmental: 1.5 },
  },
  {
    name: 'rijn-university',
    title: 'Rijn University',
    sector: 'Education',
    incidents: 140,
    costMedian: 4_200,
    actions: { Hacking: 28, Malware: 26, Social: 24, Misuse: 6, Error: 14, Physical: 4, Environmental: 0 },
  },
];

const ACTOR_OF: Readonly<Record<Action, Readonly<Record<(typeof ACTORS)[number], number>>>> = {
  Hacking: { External: 88, Internal: 4, Partner: 3, Unknown: 5 },
  Malware: { External: 92, Internal: 2, Partner: 1, Unknown: 5 },
  Social: { External: 90, Internal: 4, Partner: 2, Unknown: 4 },
  Misuse: { External: 4, Internal: 82, Partner: 12, Unknown: 2 },
  Error: { External: 2, Internal: 86, Partner: 10, Unknown: 2 },
  Physical: { External: 62, Internal: 26, Partner: 4, Unknown: 8 },
  Environmental: { External: 0, Internal: 0, Partner: 0, Unknown: 1 },
};
const ASSET_OF: Readonly<Record<Action, Readonly<Record<(typeof ASSETS)[number], number>>>> = {
  Hacking: { Server: 66, 'User device': 14, Network: 18, Person: 1, Media: 1 },
  Malware: { Server: 44, 'User device': 50, Network: 5, Person: 0, Media: 1 },
  Social: { Server: 6, 'User device': 16, Network: 0, Person: 78, Media: 0 },
  Misuse: { Server: 60, 'User device': 22, Network: 2, Person: 4, Media: 12 },
  Error: { Server: 44, 'User device': 14, Network: 6, Person: 4, Media: 32 },
  Physical: { Server: 8, 'User device': 62, Network: 4, Person: 0, Media: 26 },
  Environmental: { Server: 70, 'User device': 0, Network: 30, Person: 0, Media: 0 },
};

export interface OrganisationSample {
  readonly organisation: string;
  readonly title: string;
  readonly rows: readonly Incident[];
}

/** The same incidents for the same seed. */
export function sampleIncidents(seed: number): OrganisationSample[] {
  return PROFILES.map((profile, i) => {
    const random = new SeededRandom(seed * 1000 + i);
    const rows = Array.from({ length: profile.incidents }, (_, n) => incident(profile, n, random));
    return { organisation: profile.name, title: profile.title, rows };
  });
}

function incident(profile: Profile, n: number, random: SeededRandom): Incident {
  const action = random.pick(profile.actions);
  const severity = random.pick({ low: 46, medium: 34, high: 16, critical: 4 });
  const weight = { low: 0.3, medium: 1, high: 4, critical: 14 }[severity];
  const breach = random.next() < 0.55;
  const day = Math.floor(random.next() * 730);
  return {
    incident_id: `${profile.name}-${String(n + 1).padStart(4, '0')}`,
    incident_date: new Date(Date.UTC(2024, 0, 1) + day * 86_400_000).toISOString().slice(0, 10),
    sector: profile.sector,
    actor: random.pick(ACTOR_OF[action]),
    action,
    asset: random.pick(ASSET_OF[action]),
    severity,
    records_affected: breach ? Math.round(random.skewed(60 * weight, 1.6, 1, 2_000_000)) : null,
    downtime_hours: random.skewed(3 * weight, 1.1, 0, 2000).toFixed(2),
    cost_eur: random.skewed(profile.costMedian * weight, 0.9, 50, 5_000_000).toFixed(2),
    discovery_days: random.next() < 0.8 ? Math.round(random.skewed(12 * Math.sqrt(weight), 1.2, 0, 900)) : null,
  };
}

/** RFC 4180; nothing for a missing value. */
export function toCsv(rows: readonly Incident[]): string {
  const names = Object.keys(rows[0] ?? {}) as (keyof Incident)[];
  const cell = (value: string | number | null) => {
    const text = value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\n')}\n`;
}
