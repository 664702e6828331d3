/** `sluis dataset …` */
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import type { ConnectRequest, DatasetReport } from '@sluis/model';
import type { StationClient } from '@sluis/sdk';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { renderGrid } from '../output/grid.ts';
import { painted, print, printJson } from '../output/streams.ts';

export interface DatasetOptions extends ConnectionOptions {
  readonly file?: string;
  readonly sql?: string;
  readonly postgres?: string;
  readonly collaboration?: string;
  readonly json?: boolean;
}

export async function datasetConnect(table: string, options: DatasetOptions): Promise<void> {
  const view = await withStation(options, (client) => client.connect(sourceOf(table, options)));
  if (options.json === true) return printJson(view);
  print(`Connected ${view.collaboration}.${view.table}: ${view.report.rows} rows.`);
  print(reportText(view.report));
}

export async function datasetCheck(table: string, options: DatasetOptions): Promise<void> {
  const report = await withStation(options, (client) => client.checkDataset(sourceOf(table, options)));
  if (options.json === true) return printJson(report);
  print(`${report.rows} rows.\n${reportText(report)}`);
}

export async function datasetList(options: DatasetOptions): Promise<void> {
  const answer = await withStation(options, (client) => client.datasets());
  if (options.json === true) return printJson(answer);
  if (answer.datasets.length === 0) return print('Nothing is connected.');
  const rows = answer.datasets.map((d) => [
    d.collaboration,
    d.table,
    String(d.report.rows),
    d.connectedAt.slice(0, 16).replace('T', ' '),
    d.sql,
  ]);
  print(renderGrid(['collaboration', 'table', 'rows', 'connected (UTC)', 'source'], rows, painted.out));
}

export async function datasetRemove(table: string, options: DatasetOptions): Promise<void> {
  const removed = await withStation(options, async (client) => client.removeDataset(await collaborationOf(client, table, options), table));
  if (options.json === true) return printJson({ removed });
  print(removed ? `Removed ${table}; the data itself was not touched.` : `${table} was not connected.`);
}

function sourceOf(table: string, options: DatasetOptions): ConnectRequest {
  if ((options.file === undefined) === (options.sql === undefined)) {
    throw new InvalidError('usage/no-source', {
      stage: 'usage',
      message: options.file === undefined ? 'No source is given.' : 'Both --file and --sql are given.',
      remedy: 'Give either --file FILE or --sql "SELECT …".',
    });
  }
  return {
    table,
    folder: process.cwd(),
    ...(options.collaboration === undefined ? {} : { collaboration: options.collaboration }),
    ...(options.file === undefined ? {} : { file: resolve(options.file) }),
    ...(options.sql === undefined ? {} : { sql: options.sql }),
    ...(options.postgres === undefined ? {} : { postgres: resolve(options.postgres) }),
  };
}

async function collaborationOf(client: StationClient, table: string, options: DatasetOptions): Promise<string> {
  if (options.collaboration !== undefined) return options.collaboration;
  const names = (await client.datasets()).datasets.filter((d) => d.table === table).map((d) => d.collaboration);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new InvalidError('dataset/which', {
    stage: 'usage',
    message:
      names.length === 0 ? `No table "${table}" is connected.` : `"${table}" is connected in several collaborations: ${names.join(', ')}.`,
    remedy: names.length === 0 ? 'See: sluis dataset list' : 'Say which with --collaboration NAME.',
  });
}

function reportText(report: DatasetReport): string {
  if (report.violations.length === 0) return 'Every value is within types, domains and bounds.';
  const rows = report.violations.map((v) => [
    v.column,
    v.kind,
    String(v.count),
    v.rows.slice(0, 8).join(', ') + (v.count > 8 ? ', …' : ''),
  ]);
  return renderGrid(['column', 'what', 'values', 'rows'], rows, painted.out);
}
