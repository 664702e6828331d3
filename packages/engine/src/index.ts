export { type BindRequest, type BoundDataset, bindDataset } from './bind-dataset.ts';
export type { CheckReport, Violation } from './row-check.ts';
export { createSqlEngine } from './sql-engine.ts';
export { createFinaliser } from './finaliser.ts';
export { createProviderEngine, type ProviderEngineOptions } from './provider-engine.ts';
export { type InspectOptions, type Inspection, inspectFiles } from './inspect-files.ts';
export { type FileJoin, inspectJoins, type JoinFile, type JoinInspection } from './inspect-joins.ts';
export { deleteOldSnapshots } from './old-snapshots.ts';
export { noColumn, readColumns, readTable, requireColumns, type TextColumn, type TextTable } from './read-columns.ts';
