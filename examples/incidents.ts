/**
 * Sample data: cyber incidents of five organisations in the vocabulary of VERIS, made from a seed. Two columns are
 * skewed as real ones are (a few incidents cost most), and two kinds of asset are too rare or too concentrated to show.
 */
import { drawer, type Drawer } from './drawer.ts';
import { type OrganisationProfile, PROFILES } from './profiles.ts';

export interface SampleIncident {
  readonly incident_id: string;
  readonly incident_date: string;
  readonly sector: string;
  readonly actor: string;
  readonly action: string;
  readonly asset: string;
  readonly severity: string;
  readonly records_affected: number | null;
  /** One decimal. */
  readonly downtime_hours: string;
  /** Two decimals. */
  readonly cost_eur: string;
  readonly discovery_days: number | null;
}

export interface SampleOrganisation {
  readonly organisation: string;
  readonly title: string;
  readonly rows: readonly SampleIncident[];
}

const COLUMNS = [
  'incident_id',
  'incident_date',
  'sector',
  'actor',
  'action',
  'asset',
  'severity',
  'records_affected',
  'downtime_hours',
  'cost_eur',
  'discovery_days',
] as const satisfies readonly (keyof SampleIncident)[];

const ACTORS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  Hacking: [
    ['External', 92],
    ['Internal', 3],
    ['Partner', 3],
    ['Unknown', 2],
  ],
  Malware: [
    ['External', 94],
    ['Internal', 1],
    ['Partner', 2],
    ['Unknown', 3],
  ],
  Social: [
    ['External', 97],
    ['Internal', 1],
    ['Partner', 1],
    ['Unknown', 1],
  ],
  Misuse: [
    ['Internal', 90],
    ['Partner', 8],
    ['External', 2],
  ],
  Error: [
    ['Internal', 88],
    ['Partner', 10],
    ['Unknown', 2],
  ],
  Physical: [
    ['External', 70],
    ['Internal', 15],
    ['Unknown', 15],
  ],
  Environmental: [['Unknown', 100]],
};

/** Typical size of an incident by its kind: euros, hours and records at the median. */
const MEDIANS: Readonly<Record<string, readonly [cost: number, hours: number, records: number]>> = {
  Hacking: [18_000, 9, 900],
  Malware: [24_000, 22, 350],
  Social: [9_000, 3, 120],
  Misuse: [6_000, 1, 240],
  Error: [2_500, 2, 160],
  Physical: [3_500, 4, 80],
  Environmental: [15_000, 30, 20],
};

const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 731;
const DAY_MS = 86_400_000;

/** The same seed gives the same rows, on every machine. */
export function sampleIncidents(seed: number): SampleOrganisation[] {
  return PROFILES.map((profile, at) => {
    const draw = drawer(seed * 31 + at);
    const rows = Array.from({ length: profile.rows }, (_, i) => incident(profile, draw, i));
    return { organisation: profile.organisation, title: profile.title, rows };
  });
}

function incident(profile: OrganisationProfile, draw: Drawer, index: number): SampleIncident {
  const action = draw.weighted(profile.actions);
  const [cost, hours, records] = MEDIANS[action] ?? [5_000, 2, 100];
  const scale = profile.scale * draw.skewed(1, 0.35);
  const costEur = Math.min(5_000_000, draw.skewed(cost * scale, 0.9));
  const downtime = draw.chance(0.25) ? 0 : Math.min(1_500, draw.skewed(hours * scale, 0.9));
  return {
    incident_id: `${profile.prefix}-${String(index + 1).padStart(4, '0')}`,
    incident_date: new Date(FIRST_DAY + draw.whole(DAYS) * DAY_MS).toISOString().slice(0, 10),
    sector: draw.weighted(profile.sectors),
    actor: draw.weighted(ACTORS[action] ?? [['Unknown', 1]]),
    action,
    asset: draw.weighted(profile.assets),
    severity: severityOf(costEur, downtime),
    records_affected: draw.chance(0.3) ? null : Math.min(2_000_000, Math.floor(draw.skewed(records * scale, 1.4))),
    downtime_hours: downtime.toFixed(1),
    cost_eur: costEur.toFixed(2),
    discovery_days: draw.chance(0.15) ? null : Math.min(700, Math.floor(draw.skewed(profile.discoveryDays, 1))),
  };
}

function severityOf(costEur: number, downtimeHours: number): string {
  if (costEur > 100_000 || downtimeHours > 100) return 'critical';
  if (costEur > 25_000 || downtimeHours > 24) return 'high';
  return costEur > 5_000 || downtimeHours > 4 ? 'medium' : 'low';
}

/** RFC 4180 text with a header line; what is not known is an empty field. */
export function toCsv(rows: readonly SampleIncident[]): string {
  const lines = rows.map((row) => COLUMNS.map((c) => field(row[c])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
