/** `sluis intersect …`: what two or more organisations have in common. */
import { type Command, Option } from 'commander';
import { asOption, examples, formatOptions, jsonOption, splitRecipes, stationOptions, wholeNumber } from './options.ts';

export function addIntersectCommands(program: Command): void {
  const command = asOption(stationOptions(formatOptions(program.command('intersect'))))
    .description('what organisations have in common: items, or only their number or sum; over files here, or between stations')
    .argument(
      '[names...]',
      'two or more files, compared with real stations on this machine; or the name of an intersection of the agreement',
    )
    .option('--on <columns>', 'the key: a column, several (a,b), or LEFT=RIGHT where two files call it differently')
    .option(
      '--recipe <names>',
      'bring the key into normal form: one recipe for each column, such as email@1 or phone@1,country=NL (sluis matching recipes)',
      recipes,
    )
    .option(
      '--terms <file>',
      'instead of --on: match by the keys, or by the likeness, of a matching in this file (docs/matching.md); nobody learns which',
    )
    .addOption(
      new Option('--missing <how>', 'with several columns: whether parts of a key that both lack are equal')
        .choices(['no-match', 'equal'])
        .default('no-match'),
    )
    .addOption(
      new Option('--mode <mode>', 'items: which match. All others tell nobody which (three compute parties are started)').choices([
        'items',
        'size',
        'sum',
        'flags',
        'union',
        'at-least',
      ]),
    )
    .option('--value <column>', 'with --mode sum: a column of the first file, or B.COLUMN of the second')
    .option('--threshold <t>', 'with --mode at-least: in how many of the files', wholeNumber)
    .option('--minimum <n>', 'fewer matches end as "below minimum"', wholeNumber, 0)
    .option('--ask <sql>', 'with --mode flags: what to ask over the rows of A that match, as the table "matches"')
    .addOption(new Option('--receiver <who>', 'with files and items: who learns them').choices(['A', 'B', 'both']).default('A'))
    .addOption(
      new Option('--threat-model <model>', 'with files: what the other side may do')
        .choices(['semi-honest', 'malicious'])
        .default('semi-honest'),
    )
    .addOption(new Option('--protocol <name>', 'with files and items').choices(['vole', 'ddh']).default('vole'))
    .option('--output <file>', 'write the items to this file, as CSV')
    .option('--receipt <file>', 'write the receipt to this file')
    .option('--explain', 'where nobody learns which match: say before it runs all that could be learned, and by whom')
    .option('--keep <dir>', 'with files: keep folders and agreement here')
    .option('--collaboration <name>', 'at a station: which, if there are several')
    .option('--no-wait', 'at a station: print the run and end')
    .action(async (names, options) => (await import('../commands/intersect.ts')).intersect(names, options));
  examples(command, [
    'sluis intersect ours.csv theirs.csv --on email',
    'sluis intersect ours.csv theirs.parquet --on client_id=id --minimum 100 --output both.csv',
    'sluis intersect ours.csv theirs.csv --on phone=tel --recipe digits@1',
    'sluis intersect ours.csv theirs.csv --on id --mode sum --value amount --format json',
    'sluis intersect ours.csv theirs.csv --terms persons.yaml --mode sum --value amount',
    'sluis intersect a.csv b.csv c.csv --on indicator --mode at-least --threshold 2',
    'sluis intersect customers --home /srv/sluis',
  ]);
  const sub = (name: string, description: string) => jsonOption(asOption(stationOptions(command.command(name)))).description(description);
  sub('list', 'intersections of the agreements in force, and the latest runs')
    .option('--collaboration <name>', 'only this one')
    .action(async (options) => (await import('../commands/intersect-station.ts')).listIntersections(options));
  sub('show', 'one run: its approvals, and what happened at this station')
    .argument('<run>', 'its id, or the beginning of it')
    .action(async (run, options) => (await import('../commands/intersect-station.ts')).showRun(run, options));
  sub('audit', "whether this station's rows are those that it committed to in a run")
    .argument('<run>', 'its id, or the beginning of it')
    .action(async (run, options) => (await import('../commands/intersect-station.ts')).auditIntersection(run, options));
  for (const [name, description] of [
    ['approve', "your organisation's yes to a run"],
    ['refuse', "your organisation's no: the run ends at both"],
    ['cancel', 'end a run that you asked for'],
    ['retry', 'try a run again that broke off, with the same lists'],
  ] as const)
    sub(name, description)
      .argument('<run>', 'its id, or the beginning of it')
      .option('--reason <text>', 'told to the other side')
      .action(async (run, options) => (await import('../commands/intersect-station.ts')).decideIntersection(name, run, options));
  asOption(stationOptions(formatOptions(command.command('result'))))
    .description('the result of a run, once it is there')
    .argument('<run>', 'its id, or the beginning of it')
    .option('--output <file>', 'write the items to this file, as CSV')
    .option('--receipt <file>', 'write the receipt to this file')
    .action(async (run, options) => (await import('../commands/intersect-station.ts')).resultOfIntersection(run, options));
}

const recipes = (value: string, before: readonly string[] = []): string[] => [...before, ...splitRecipes(value)];
