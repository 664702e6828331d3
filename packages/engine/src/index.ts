export { createSqlEngine } from './sql-engine.ts';
