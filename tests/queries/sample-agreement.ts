/** An agreement around one shared table, for planning without stations: keys and addresses are made up and never used. */
import { type Agreement, agreementSchema, type Table } from '@sluis/model';

export interface Terms {
  readonly table: string;
  readonly definition: Omit<Table, 'providers'>;
  /** Those with stations. */
  readonly parties: readonly string[];
  /** Those who deposit rows instead. */
  readonly depositors?: readonly string[];
  readonly output: Agreement['output'];
  readonly receivers: readonly string[];
}

export const OUTSIDER = 'centre';

export function sampleAgreement({ table, definition, parties, depositors, output, receivers }: Terms): Agreement {
  const names = [...parties, ...(depositors ?? []), OUTSIDER];
  while (names.length < 3) names.push(`extra-${names.length}`);
  const organisations = names.map((name, i) => ({
    name,
    title: '',
    station: `localhost:${9000 + i}`,
    identity: String(i).padStart(64, '0'),
    sealing: `${'A'.repeat(1624)}`,
    certificate: String(i).padStart(64, '1'),
  }));
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'generated',
    version: 1,
    purpose: 'Compare answers with the reference.',
    legal_basis: 'Made-up data.',
    valid: { from: '2026-01-01T00:00:00Z', until: '2036-01-01T00:00:00Z' },
    organisations,
    committee: names.slice(0, 3),
    tables: {
      [table]: { ...definition, providers: [...parties], ...(depositors === undefined ? {} : { deposits: { by: [...depositors] } }) },
    },
    output,
    receivers: [...receivers],
    askers: [OUTSIDER],
    approval: { ad_hoc: 'none' },
  });
}
