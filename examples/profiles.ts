/** The five organisations of the sample: how many incidents they report, and of what kind. */
type Weights = readonly (readonly [value: string, weight: number])[];

export interface OrganisationProfile {
  readonly organisation: string;
  readonly title: string;
  readonly prefix: string;
  readonly rows: number;
  /** Size of its losses against the others'. */
  readonly scale: number;
  readonly discoveryDays: number;
  readonly sectors: Weights;
  readonly actions: Weights;
  readonly assets: Weights;
}

export const PROFILES: readonly OrganisationProfile[] = [
  {
    organisation: 'harbour-works',
    title: 'Harbour Works',
    prefix: 'HW',
    rows: 412,
    scale: 1.3,
    discoveryDays: 12,
    sectors: [
      ['Transportation', 78],
      ['Manufacturing', 12],
      ['Utilities', 10],
    ],
    actions: [
      ['Hacking', 28],
      ['Malware', 24],
      ['Social', 16],
      ['Error', 14],
      ['Misuse', 7],
      ['Physical', 7],
      ['Environmental', 4],
    ],
    assets: [
      ['Server', 42],
      ['User device', 27],
      ['Network', 14],
      ['Person', 12],
      ['Media', 4],
      ['Embedded', 1],
    ],
  },
  {
    organisation: 'north-hospital',
    title: 'North Hospital',
    prefix: 'NH',
    rows: 187,
    scale: 0.8,
    discoveryDays: 21,
    sectors: [
      ['Healthcare', 88],
      ['Education', 12],
    ],
    actions: [
      ['Error', 30],
      ['Misuse', 20],
      ['Hacking', 16],
      ['Malware', 12],
      ['Social', 10],
      ['Physical', 9],
      ['Environmental', 3],
    ],
    assets: [
      ['Server', 34],
      ['User device', 26],
      ['Media', 22],
      ['Person', 13],
      ['Network', 5],
    ],
  },
  {
    organisation: 'delta-bank',
    title: 'Delta Bank',
    prefix: 'DB',
    rows: 264,
    scale: 1.6,
    discoveryDays: 6,
    sectors: [
      ['Finance', 90],
      ['Retail', 10],
    ],
    actions: [
      ['Hacking', 32],
      ['Social', 28],
      ['Malware', 12],
      ['Misuse', 11],
      ['Error', 10],
      ['Physical', 6],
      ['Environmental', 1],
    ],
    assets: [
      ['Server', 40],
      ['Person', 24],
      ['User device', 20],
      ['Kiosk', 9],
      ['Network', 5],
      ['Media', 2],
    ],
  },
  {
    organisation: 'polder-energy',
    title: 'Polder Energy',
    prefix: 'PE',
    rows: 96,
    scale: 1.1,
    discoveryDays: 30,
    sectors: [
      ['Utilities', 92],
      ['Manufacturing', 8],
    ],
    actions: [
      ['Hacking', 26],
      ['Malware', 22],
      ['Error', 18],
      ['Social', 12],
      ['Environmental', 10],
      ['Misuse', 7],
      ['Physical', 5],
    ],
    assets: [
      ['Server', 42],
      ['Network', 23],
      ['User device', 20],
      ['Person', 9],
      ['Embedded', 4],
      ['Media', 2],
    ],
  },
  {
    organisation: 'rijn-university',
    title: 'Rijn University',
    prefix: 'RU',
    rows: 140,
    scale: 0.5,
    discoveryDays: 45,
    sectors: [
      ['Education', 86],
      ['Healthcare', 14],
    ],
    actions: [
      ['Social', 28],
      ['Hacking', 24],
      ['Error', 16],
      ['Malware', 15],
      ['Misuse', 9],
      ['Physical', 6],
      ['Environmental', 2],
    ],
    assets: [
      ['Server', 37],
      ['User device', 33],
      ['Person', 17],
      ['Network', 8],
      ['Media', 5],
    ],
  },
];
