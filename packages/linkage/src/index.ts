export { checkTerms, type FilterField, type Likeness, type LinkageTerms } from './terms.ts';
export { type EncodedRecords, encodeRecords, type LinkageColumns } from './encode.ts';
export { type ClearLinks, type Link, linkInTheClear } from './in-the-clear.ts';
export type { SampleSide } from './labelled-sample.ts';
export {
  type ExamplePair,
  type Measured,
  type MeasuredLikeness,
  type MeasuredTerms,
  type Measurement,
  measureMatching,
  type Proportion,
} from './measure.ts';
export { flagsCost, linkCost, type LinkageShape } from './cost.ts';
export {
  BLOCK_BITS,
  columnsToShare,
  linkedFlags,
  linkedPairs,
  linkedRecords,
  linkOnSecrets,
  type SecretLinks,
  type SecretRecords,
  secretRecords,
} from './on-secrets.ts';
