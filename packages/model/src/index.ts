export * from './agreement.ts';
export * from './agreement-check.ts';
export { depositIdentity, givers, rowsEach } from './agreement-deposits.ts';
export { type AgreementProblem, columnProblems, MAXIMUM_DOMAIN } from './agreement-columns.ts';
export * from './agreement-diff.ts';
export * from './agreement-draft.ts';
export * from './agreement-id.ts';
export * from './agreement-literals.ts';
export * from './agreement-rules.ts';
export * from './agreement-serialise.ts';
export * from './agreement-signatures.ts';
export * from './agreement-templates.ts';
export * from './agreement-warnings.ts';
export { parseAgreementYaml } from './agreement-yaml.ts';
export * as fields from './fields.ts';
export * from './proposal.ts';
export * from './among-widths.ts';
export * from './api.ts';
export * from './budget-api.ts';
export * from './neutral.ts';
export * from './plan.ts';
export * from './plan-layout.ts';
export * from './plan-noise.ts';
export * from './privacy-event.ts';
export * from './agreement-noise.ts';
export * from './agreement-matching.ts';
export { parseMatchingYaml } from './agreement-matching-terms.ts';
export * from './agreement-release.ts';
export * from './plan-rounding.ts';
export * from './footprint.ts';
export * from './release-risk.ts';
export * from './grouping-sets.ts';
export * from './ports.ts';
export * from './receipt.ts';
export * from './result.ts';
export * from './station-home.ts';
export * from './plan-matching.ts';
export * from './plan-rows.ts';
export * from './row-encoding.ts';
export * from './deposit.ts';
export * from './deposit-acceptance.ts';
export * from './collection.ts';
export * from './agreement-intersections.ts';
export { intersectionProblems, intersectionWarnings } from './agreement-intersections-check.ts';
export * from './intersection.ts';
export {
  type Collection,
  collectionSchema,
  isLocal,
  type LocalReportKind,
  type ReportKind,
  reportKindSchema,
  type SplitReportKind,
} from './agreement-collections.ts';
export type { PairLink } from './pair-link.ts';
