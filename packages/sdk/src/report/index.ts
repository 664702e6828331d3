/** Reporting to a collection without an account, in Node and in browsers alike: no module of Node is imported. */
export * from './make-report.ts';
export { prio3Of } from './report-kinds.ts';
export { type KnownCollection, type ReportValue, sealedReport } from './sealed-report.ts';
