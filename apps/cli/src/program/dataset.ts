/** `sluis dataset …` */
import type { Command } from 'commander';
import { examples, jsonOption, stationOptions } from './options.ts';

export function addDatasetCommands(program: Command): void {
  const dataset = program.command('dataset').description("bind shared tables to your own organisation's data");
  const source = (command: Command) =>
    jsonOption(stationOptions(command))
      .argument('<table>', 'shared table of the agreement')
      .option('--file <file>', 'a CSV, Parquet or JSON file with the columns of the shared table')
      .option('--sql <select>', "SQL over local files, in the station's own engine")
      .option('--postgres <file>', 'file with a PostgreSQL connection URL; --sql then runs there')
      .option('--collaboration <name>', 'which collaboration, if there are several');
  examples(
    source(dataset.command('connect'))
      .description('check every row against the agreement and bind the table; the report is for you only')
      .action(async (table, options) => (await import('../commands/dataset.ts')).datasetConnect(table, options)),
    [
      'sluis dataset connect incidents --file incidents.csv --home /srv/sluis',
      `sluis dataset connect incidents --sql "SELECT sector, cost AS cost_eur FROM 'export/*.parquet'"`,
      'sluis dataset connect incidents --postgres db.url --sql "SELECT sector, cost_eur FROM incident"',
    ],
  );
  source(dataset.command('check'))
    .description('check rows as connect does, without binding them')
    .action(async (table, options) => (await import('../commands/dataset.ts')).datasetCheck(table, options));
  jsonOption(stationOptions(dataset.command('list')))
    .description('what is connected')
    .action(async (options) => (await import('../commands/dataset.ts')).datasetList(options));
  jsonOption(stationOptions(dataset.command('remove')))
    .description('unbind a table; the data stays where it is')
    .argument('<table>')
    .option('--collaboration <name>', 'which collaboration, if there are several')
    .action(async (table, options) => (await import('../commands/dataset.ts')).datasetRemove(table, options));
}
