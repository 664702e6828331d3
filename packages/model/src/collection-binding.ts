/** What binds a report to its collection. Apart from the schemas, so that a page that reports stays small. */
import { fromHex, lengthPrefixed, utf8 } from '@sluis/base';

/** Where a collection is: one version of an agreement (its id), and its name there. */
export interface CollectionPlace {
  readonly agreement: string;
  readonly collection: string;
}

export const place = ({ agreement, collection }: CollectionPlace): Uint8Array[] => [fromHex(agreement), utf8(collection)];

/** The application context of every report: no report of one collection passes in another, or under another version. */
export const collectionContext = (at: CollectionPlace): Uint8Array => lengthPrefixed(utf8('sluis/collection/1'), ...place(at));

/** What a box with an input share is sealed for. */
export const reportInfo = (at: CollectionPlace, nonce: Uint8Array, publicShare: Uint8Array, aggregator: 0 | 1): Uint8Array =>
  lengthPrefixed(utf8('sluis/collection-report/1'), ...place(at), nonce, publicShare, Uint8Array.of(aggregator));
