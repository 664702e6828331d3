export { aggregateValues, secretKeyText } from './aggregate-values.ts';
export { allowList } from './catalogue.ts';
export { columnValues } from './domains.ts';
export { planHash } from './hash.ts';
export * from './ports.ts';
export { type Asking, prepare } from './prepare.ts';
export * from './prepared.ts';
export { providerStatement } from './provider-statement.ts';
export { groupOf, suppressedGroups } from './suppressed-groups.ts';
