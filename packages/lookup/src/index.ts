export { type CountingWindow, windowAt } from './counting-window.ts';
export type { Found, UpdateReport } from './downloaded-database.ts';
export { type LookupDescriptor, privateLookup } from './descriptor.ts';
export { evaluateHere } from './evaluate.ts';
export { epochKeys, LONGEST_IDENTIFIER, type Normalise, plainIdentifier } from './function-outputs.ts';
export type { Entries } from './incoming.ts';
export { type LookupCache, MemoryCache } from './lookup-cache.ts';
export { type ClientOptions, type LookupAnswer, LookupClient } from './lookup-client.ts';
export { fetchTransport, LARGEST_ANSWER, type LookupTransport, PATHS, problemOf, unreachable } from './lookup-transport.ts';
export { type DeskOptions, type InForce, OwnerDesk } from './owner-desk.ts';
export {
  chunksOf,
  LARGEST_BATCH,
  precisionBits,
  type Publication,
  publicationHash,
  readPublication,
  signPublication,
} from './publication.ts';
export {
  DEFAULT_TERMS,
  type Epoch,
  type Evaluate,
  type NewVersion,
  type Published,
  publishVersion,
  type Terms,
} from './publish.ts';
export { questionBytes } from './question-form.ts';
export { type Allowance, type Charge, MemoryCounter, type QuestionCounter, type Verdict } from './question-counter.ts';
export { decodeRecords, encodeRecords, type Records } from './records.ts';
export { LONGEST_VALUE } from './value-box.ts';
