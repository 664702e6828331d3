/**
 * A report from what a page has been given beforehand: which collection, what is reported, and the two aggregators' keys. Small,
 * because it reads no agreement: whoever made the page has checked that, and is trusted like both aggregators together.
 */
import { fromBase64, type Random, systemRandom, toBase64, toHex } from '@sluis/base';
import { seal } from '@sluis/crypto';
import type { SplitReport, SplitReportKind } from '@sluis/model';
import { type CollectionPlace, collectionContext, reportInfo } from '@sluis/model/collection-binding';
import { prio3Of } from './report-kinds.ts';

/** Yes or no, a whole number (a sum's, or a bucket's), or several. */
export type SplitValue = boolean | number | readonly number[];

/** A collection in an agreement that is known to be right. */
export interface KnownCollection extends CollectionPlace {
  readonly reports: SplitReportKind;
  /** The aggregators' sealing keys, in their order, as the agreement has them. */
  readonly keys: readonly [string, string];
}

/**
 * What is to be sent to `POST /api/v1/collect/reports` of the first aggregator. Run by: the person's device. Learns: nobody the value,
 * unless both aggregators work together.
 *
 * @throws InvalidError `prio/value-out-of-range`, which does not say the value.
 */
export function sealedReport(
  { agreement, collection, reports, keys }: KnownCollection,
  value: SplitValue,
  random: Random = systemRandom,
): SplitReport {
  const at = { agreement, collection };
  const { nonce, publicShare, inputShares } = prio3Of(reports).shard(collectionContext(at), numbers(reports, value) as never, random);
  const box = (aggregator: 0 | 1): string => {
    const share = inputShares[aggregator] ?? new Uint8Array(0);
    return toBase64(seal(fromBase64(keys[aggregator]), share, reportInfo(at, nonce, publicShare, aggregator)));
  };
  return { ...at, nonce: toHex(nonce), public_share: toBase64(publicShare), boxes: [box(0), box(1)] };
}

/** As the arithmetic takes it; what is not of its kind is left as it is, and refused there. */
function numbers({ kind }: SplitReportKind, value: SplitValue): unknown {
  if (kind === 'prio3-sum') return Number.isSafeInteger(value) ? BigInt(value as number) : value;
  if (kind === 'prio3-sumvec') return Array.isArray(value) ? value.map((v) => (Number.isSafeInteger(v) ? BigInt(v) : v)) : value;
  return value;
}
