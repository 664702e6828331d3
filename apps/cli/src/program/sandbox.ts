/** `sluis demo` and `sluis try`. */
import type { Command } from 'commander';
import { collect, examples, formatOptions, wholeNumber } from './options.ts';

export function addSandboxCommands(program: Command): void {
  program
    .command('demo')
    .description('five organisations with sample data: a result, a suppression and a refusal')
    .option('--once', 'end after the three questions')
    .action(async (options) => (await import('../commands/demo.ts')).demo(options));
  examples(
    formatOptions(program.command('try'))
      .description('ask over your own files, one organisation each, with real stations on this machine')
      .argument('[dir]', 'folder with party_NAME.csv or party_NAME.parquet files')
      .requiredOption('--ask <sql>', 'the question')
      .option('--party <name=file>', 'an organisation and its file (repeat, instead of DIR)', collect)
      .option('--split-by <column>', 'one file alone: an organisation for each value of this column')
      .option('--table <name>', "the shared table's name", 'data')
      .option('--rules <file>', 'YAML with sections "tables" and "output" that override the drafted agreement')
      .option('--receiver <party>', 'this organisation gets the result, instead of a separate analyst')
      .option('--minimum-rows <n>', 'rows a cell needs', wholeNumber)
      .option('--minimum-organisations <n>', 'organisations a cell needs', wholeNumber)
      .option('--keep <dir>', 'keep folders, agreement and receipt here')
      .action(async (dir, options) => (await import('../commands/try.ts')).tryOut(dir, options)),
    [
      'sluis try hospitals --ask "SELECT sex, avg(age) AS age FROM data GROUP BY sex"',
      'sluis try --party north=n.csv --party south=s.csv --ask "SELECT count(*) AS n FROM data" --json',
      'sluis try all.csv --split-by region --ask "SELECT region, sum(wage) AS wage FROM data GROUP BY region"',
    ],
  );
}
