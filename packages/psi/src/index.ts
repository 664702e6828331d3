/** Two-party private set intersection. Start reading at intersect.ts. */
export { checkCommitment, commitToItems, type ItemsCommitment } from './commitment.ts';
export { intersectAsReceiver, intersectAsSender } from './intersect.ts';
export { falsePositiveBits, valueBytes } from './lengths.ts';
export { MessageLink, type MessageLinkOptions } from './message-link.ts';
export { type PackedItems, packItems } from './packed-items.ts';
export { repeatedItems } from './repeated-items.ts';
export { ddhIntersection, voleIntersection } from './techniques.ts';
export { checkTerms, type IntersectionTerms, LARGEST_SET } from './terms.ts';
