/** Reporting to a collection without an account, in Node and in browsers alike: no module of Node is imported. */
export { reportKinds } from './all-kinds.ts';
export { localArithmetic } from './local-arithmetic.ts';
export { type KnownLocalCollection, localReport } from './local-report.ts';
export * from './make-report.ts';
export { prio3Of } from './report-kinds.ts';
export { type KnownCollection, sealedReport, type SplitValue } from './sealed-report.ts';
