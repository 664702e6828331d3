/** `sluis demo` and `sluis try`. */
import { type Command, Option } from 'commander';
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
      .argument('[dir]', 'folder with party_NAME.csv or .parquet files; party_NAME.TABLE.csv if tables are joined')
      .option('--ask <sql>', 'the question; or the name of a template, with --template')
      .option('--template <file>', 'YAML with "templates" (and "output"), as in examples/templates; --ask names one of them')
      .option('--party <name=file>', 'an organisation and its file (repeat, instead of DIR); NAME.TABLE=FILE if tables are joined', collect)
      .option('--split-by <column>', 'one file alone: an organisation for each value of this column')
      .option('--table <name>', "the shared table's name (default: as the question calls it)")
      .option('--rules <file>', 'YAML with sections "tables" and "output" that override the drafted agreement')
      .option('--receiver <party>', 'this organisation gets the result, instead of a separate analyst')
      .option('--each-receiver', 'ask once for every organisation, each of which gets a result of its own (my_rank, auctions)')
      .option('--minimum-rows <n>', 'rows a cell needs', wholeNumber)
      .option('--minimum-organisations <n>', 'organisations a cell needs', wholeNumber)
      .addOption(
        new Option('--threat-model <model>', 'what one compute party may do').choices(['semi-honest', 'malicious']).default('semi-honest'),
      )
      .option('--privacy-unit <column>', 'with noise, rows with the same value in this column are one unit (default: each row)')
      .option('--keep <dir>', 'keep folders, agreement and receipt here')
      .action(async (dir, options) => (await import('../commands/try.ts')).tryOut(dir, options)),
    [
      'sluis try hospitals --ask "SELECT sex, avg(age) AS age FROM data GROUP BY sex"',
      'sluis try --party north=n.csv --party south=s.csv --ask "SELECT count(*) AS n FROM data" --json',
      'sluis try DIR --ask "SELECT p.ward, count(*) AS n FROM hospital.patients p JOIN insurer.claims c ON p.id = c.id GROUP BY p.ward"',
      'sluis try hospitals --ask "SELECT my_rank(cost) AS rank FROM data" --each-receiver',
      'sluis try hospitals --ask "SELECT sex, count(*) AS n FROM data GROUP BY sex WITH NOISE (epsilon = 1)" --privacy-unit patient',
      'sluis try all.csv --split-by region --ask "SELECT region, sum(wage) AS wage FROM data GROUP BY region"',
    ],
  );
}
