/**
 * Collections: what people without an account may report. Either reports are split between two organisations, so that only sums of many
 * are ever seen; or people randomise their own report, so that whoever sees it learns little, and one organisation counts.
 */
import { z } from 'zod';
import { name } from './fields.ts';
import type { Agreement } from './agreement.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { localKindSchemas } from './agreement-local-reports.ts';

const instant = z
  .string()
  .refine(
    (t) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(t) && !Number.isNaN(Date.parse(t)),
    'an instant such as 2027-01-31T00:00:00Z is needed',
  );
const maximum = z
  .number()
  .int()
  .min(1)
  .max(2 ** 40);

/** What one report says, and what is summed. `prio3-…`: split, with proofs that keep anything else out. `local-…`: randomised. */
export const reportKindSchema = z.discriminatedUnion('kind', [
  /** Yes or no; the result is how many said yes. */
  z.strictObject({ kind: z.literal('prio3-count') }),
  /** A whole number from 0 to `maximum`; the result is their sum. */
  z.strictObject({ kind: z.literal('prio3-sum'), maximum }),
  /** The number of one of the buckets, from 0; the result is how many are in each. */
  z.strictObject({ kind: z.literal('prio3-histogram'), buckets: z.number().int().min(2).max(10_000) }),
  /** `length` whole numbers from 0 to `maximum`; the result is the sum at each place. */
  z.strictObject({ kind: z.literal('prio3-sumvec'), length: z.number().int().min(1).max(1000), maximum }),
  ...localKindSchemas,
]);
export type ReportKind = z.infer<typeof reportKindSchema>;
export type LocalReportKind = Extract<ReportKind, { kind: `local-${string}` }>;
export type SplitReportKind = Exclude<ReportKind, LocalReportKind>;

export const isLocal = (kind: ReportKind): kind is LocalReportKind => kind.kind.startsWith('local-');

export const collectionSchema = z.strictObject({
  description: z.string().max(500).default(''),
  reports: reportKindSchema,
  /**
   * Reports arrive at the first. Of split reports there are two, who check and add, and together can read every report. Local reports
   * are for one, who counts.
   */
  aggregators: z.tuple([name]).rest(name),
  /** No sum of fewer reports is released; each report is in one sum only. */
  minimum_reports: z.number().int().min(2).max(1_000_000).default(100),
  /** More are not taken. */
  maximum_reports: z.number().int().min(2).max(1_000_000).default(100_000),
  /** Reports are taken until then; else until the agreement ends. */
  until: instant.optional(),
});
export type Collection = z.infer<typeof collectionSchema>;

export function collectionProblems(agreement: Agreement): AgreementProblem[] {
  const known = agreement.organisations.map((o) => o.name);
  return Object.entries(agreement.collections ?? {}).flatMap(([key, c]) => {
    const path = ['collections', key];
    const [local, [first, second]] = [isLocal(c.reports), c.aggregators];
    const found: AgreementProblem[] = c.aggregators.flatMap((a, i) =>
      known.includes(a)
        ? []
        : [{ path: [...path, 'aggregators', i], what: `"${a}" is none of the organisations`, remedy: `use one of ${known.join(', ')}` }],
    );
    if (!local && agreement.output.noise?.required === true)
      found.push({
        path: [...path, 'reports'],
        what: 'sums of reports are exact, and "output.noise" requires noise',
        remedy: 'collect reports of a local kind, write "required: false" there, or collect under an agreement of its own',
      });
    if (c.aggregators.length !== (local ? 1 : 2))
      found.push({
        path: [...path, 'aggregators'],
        what: local ? 'local reports are for one organisation' : 'reports are split between two organisations',
        remedy: local ? 'name one: a second would see the same' : 'name two that will not pool what they hold',
      });
    if (!local && first === second)
      found.push({
        path: [...path, 'aggregators'],
        what: 'one organisation alone would see every report',
        remedy: 'name two that will not pool what they hold',
      });
    if (c.maximum_reports < c.minimum_reports)
      found.push({
        path: [...path, 'maximum_reports'],
        what: 'nothing could ever be released',
        remedy: 'make it at least minimum_reports',
      });
    return found;
  });
}
