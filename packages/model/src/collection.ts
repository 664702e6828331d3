/** Reports to collections on the wire: what a person's device sends, and what binds each part of it to its purpose. */
import { fromHex, lengthPrefixed, uint64be, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { z } from 'zod';
import { hex16, hex32, instant } from './fields.ts';
import { NAME, signedAgreementSchema } from './agreement.ts';
import { type CollectionPlace, place } from './collection-binding.ts';

export { type CollectionPlace, collectionContext, reportInfo } from './collection-binding.ts';

/** Base64 of at most some hundred kilobytes: a histogram of 10,000 buckets is the largest report. */
const base64 = z
  .string()
  .max(1_400_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** Where a collection is: one version of an agreement, and its name there. */
export const collectionPlaceSchema = z.strictObject({ agreement: hex32, collection: z.string().regex(NAME) });

/** One person's report, split. No name, no signature: nothing in it says who sent it. */
export const splitReportSchema = z.strictObject({
  ...collectionPlaceSchema.shape,
  nonce: hex16,
  public_share: base64,
  /** The input share for each aggregator, sealed to it. */
  boxes: z.tuple([base64, base64]),
});
export type SplitReport = z.infer<typeof splitReportSchema>;

/** One person's report, randomised on their device: not sealed, because it reveals at most its ε to whoever sees it. */
export const localReportSchema = z.strictObject({
  ...collectionPlaceSchema.shape,
  nonce: hex16,
  /** So that client and collector which choose differently do not misread each other. */
  mechanism: z.string().max(40),
  /** One bit for each of a thousand values is the longest. */
  report: base64.max(200),
});
export type LocalReport = z.infer<typeof localReportSchema>;

export const collectionReportSchema = z.union([splitReportSchema, localReportSchema]);
export type CollectionReport = z.infer<typeof collectionReportSchema>;

/** What a station tells anybody about a collection: the agreement itself, to be checked by its id and signatures. */
export const collectionOfferSchema = z.strictObject({ id: hex32, signed: signedAgreementSchema });
export type CollectionOffer = z.infer<typeof collectionOfferSchema>;

/** A sum that was released: to each receiver, one sealed aggregate share from either aggregator; or the one collector's sealed estimates. */
export const collectionReleaseSchema = z.strictObject({
  ...collectionPlaceSchema.shape,
  release: hex16,
  reports: z.number().int().min(1),
  /** Hash of the nonces of all reports in it, in order: both aggregators added the same ones. */
  digest: hex32,
  at: instant,
  boxes: z.array(base64).min(1).max(2),
});
export type CollectionRelease = z.infer<typeof collectionReleaseSchema>;

export const collectionStatusSchema = z.strictObject({
  ...collectionPlaceSchema.shape,
  collaboration: z.string().regex(NAME),
  description: z.string(),
  kind: z.string(),
  aggregators: z.array(z.string()).min(1),
  minimum_reports: z.number().int(),
  until: z.string(),
  /** Reports at this station; null where it is no aggregator. */
  reports: z
    .strictObject({ waiting: z.number().int(), valid: z.number().int(), invalid: z.number().int(), released: z.number().int() })
    .nullable(),
});
export type CollectionStatus = z.infer<typeof collectionStatusSchema>;

/** What many local reports say together. */
export const localEstimatesSchema = z.strictObject({
  mechanism: z.string(),
  /** Of each report. */
  epsilon: z.string(),
  /** Of the intervals, about. */
  level: z.number(),
  /** By how much one lying client can shift an estimate, at most. */
  influence: z.number().positive(),
  estimates: z
    .array(
      z.strictObject({
        /** A value of the agreement's whose people are counted, or "mean". */
        of: z.string(),
        /** Unbiased: may be negative, or more than all reports. */
        estimate: z.number(),
        standard_error: z.number().min(0),
        low: z.number(),
        high: z.number(),
      }),
    )
    .min(1),
});
export type LocalEstimates = z.infer<typeof localEstimatesSchema>;

const resultShape = { release: hex16, reports: z.number().int().min(1), at: instant };
/** A result as a receiver reads it; sums as decimal text. */
export const collectionSumsSchema = z.strictObject({ ...resultShape, sums: z.array(z.string().regex(/^\d+$/)).min(1) });
export type CollectionSums = z.infer<typeof collectionSumsSchema>;
export const collectionEstimatesSchema = z.strictObject({ ...resultShape, local: localEstimatesSchema });
export type CollectionEstimates = z.infer<typeof collectionEstimatesSchema>;
export const collectionResultSchema = z.union([collectionSumsSchema, collectionEstimatesSchema]);
export type CollectionResult = z.infer<typeof collectionResultSchema>;

export const collectionListSchema = z.strictObject({ collections: z.array(collectionStatusSchema) });
export const collectionResultsSchema = z.strictObject({ results: z.array(collectionResultSchema) });

/** What a station's own copy of the verification key is sealed for. */
export const verifyKeyInfo = (at: CollectionPlace): Uint8Array => lengthPrefixed(utf8('sluis/collection-key/1'), ...place(at));

/** What a box with an aggregate share is sealed for: only shares of the same sum open together. */
export const releaseInfo = (
  { release, reports, digest, ...at }: CollectionPlace & Pick<CollectionRelease, 'release' | 'reports' | 'digest'>,
  receiver: string,
  aggregator: 0 | 1,
): Uint8Array =>
  lengthPrefixed(
    utf8('sluis/collection-release/1'),
    ...place(at),
    fromHex(release),
    uint64be(reports),
    fromHex(digest),
    utf8(receiver),
    Uint8Array.of(aggregator),
  );

/** Of the reports in one sum. */
export const reportsDigest = (nonces: readonly string[]): Uint8Array =>
  taggedHash('sluis/collection-reports/1', ...[...nonces].sort().map(fromHex));
