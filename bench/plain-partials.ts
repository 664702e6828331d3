/** The peer of the pushdown benchmark: one plain DuckDB process that runs a statement when told to, over standard input. */
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:', { threads: process.argv[2] ?? '2' });
const connection = await instance.connect();
console.log('ready');
for await (const sql of createInterface({ input: process.stdin })) {
  const started = process.hrtime.bigint();
  const reader = await connection.runAndReadAll(sql);
  console.log(
    JSON.stringify({ rows: reader.currentRowCount, ms: Number(process.hrtime.bigint() - started) / 1e6, cpu: process.cpuUsage() }),
  );
}
