/** Output rules and receivers under which generated questions are asked. */
import type { Agreement } from '@sluis/model';
import type { Rules } from '../reference/query.ts';
import { PARTIES } from './generated-table.ts';
import { OUTSIDER } from './sample-agreement.ts';

export interface Setting {
  readonly output: Agreement['output'];
  readonly receivers: readonly string[];
}

/** Questions take them in turn. */
export const SETTINGS: readonly Setting[] = [
  { output: { minimum_rows: 5, minimum_organisations: 2 }, receivers: [OUTSIDER] },
  { output: { minimum_rows: 8, minimum_organisations: 3 }, receivers: ['amber', OUTSIDER] },
  { output: { minimum_rows: 3, minimum_organisations: 2, dominance: { n: 2, k: 45 } }, receivers: [OUTSIDER] },
  { output: { minimum_rows: 1, minimum_organisations: 1, dominance: { p: 12 } }, receivers: ['cedar'] },
];

/** The same as the reference takes it. */
export function rulesOf({ output, receivers }: Setting): Rules {
  const { n, k, p } = output.dominance ?? {};
  return {
    minimumRows: output.minimum_rows,
    minimumOrganisations: output.minimum_organisations,
    dominance: n === undefined || k === undefined ? null : { n, k },
    pPercent: p ?? null,
    receivers: receivers.filter((r) => (PARTIES as readonly string[]).includes(r)),
  };
}

/** Whether a question is refused only because its sums have several terms or wide bounds, which the dominance rule can't be checked on. */
export const hidesDominance = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^plan\/(unsupported|no-bounds)$/.test(String(error.code)) &&
  /dominance rule/i.test(error.message);
