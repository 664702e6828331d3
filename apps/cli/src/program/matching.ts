/** `sluis matching check`, `sluis matching measure`, `sluis matching recipes`. */
import { type Command, InvalidArgumentError } from 'commander';
import { examples, jsonOption, list, wholeNumber } from './options.ts';

export function addMatchingCommands(program: Command): void {
  const matching = program
    .command('matching')
    .description('how records are matched: check your own keys before a run, measure terms on a labelled sample');
  examples(
    jsonOption(matching.command('check'))
      .description(
        'how many rows of a file have a valid key, which do not and why, and which have the key of another row; nothing leaves this machine',
      )
      .argument('<file>', 'your rows: .csv, .parquet or .json')
      .requiredOption('--agreement <file>', 'the agreement')
      .requiredOption('--matching <name>', 'which of its matchings')
      .requiredOption('--table <name>', 'the shared table that the file is for')
      .option('--rows <n>', 'show so many row numbers for each reason', wholeNumber, 0)
      .action(async (file, options) => (await import('../commands/matching-check.ts')).matchingCheck(file, options)),
    ['sluis matching check patients.csv --agreement agreement.yaml --matching persons --table patients --rows 20'],
  );
  examples(
    jsonOption(matching.command('measure'))
      .description(
        'how well keys, likeness and block keys find true pairs in two files of which you know who every row is about: precision and recall; nothing leaves this machine',
      )
      .argument('<left>', 'rows of one side: .csv, .parquet or .json')
      .argument('<right>', 'rows of the other side')
      .requiredOption('--truth <column>', 'column with the same text in both files for the same person; left=right where names differ')
      .option('--agreement <file>', 'the agreement')
      .option('--matching <name>', 'which of its matchings')
      .option('--terms <file>', 'instead of an agreement: YAML with the terms of one matching alone')
      .option('--table-a <name>', "the shared table that the first file is for (otherwise the matching's first)")
      .option('--table-b <name>', "the shared table that the second file is for (otherwise the matching's second)")
      .option(
        '--thresholds <percents>',
        'thresholds of likeness to try, such as 60,65,70 (otherwise some around the declared one)',
        percents,
      )
      .option('--examples <n>', 'name so many wrongly linked and so many missed pairs by their rows: for your own eyes', wholeNumber, 0)
      .action(async (left, right, options) => (await import('../commands/matching-measure.ts')).matchingMeasure(left, right, options)),
    [
      'sluis matching measure a.csv b.csv --truth person --agreement agreement.yaml --matching persons --table-a patients --table-b insured',
      'sluis matching measure a.csv b.csv --truth person=client --terms terms.yaml --thresholds 65,70,75,80 --examples 10',
    ],
  );
  examples(
    jsonOption(matching.command('recipes'))
      .description('the recipes by which values are brought into normal form; with --of, what they make of a value')
      .option('--of <value>', 'a made-up value, such as "06-12 34 56 78"')
      .action(async (options) => (await import('../commands/matching-recipes.ts')).matchingRecipes(options)),
    ['sluis matching recipes', 'sluis matching recipes --of "O\'Brien"'],
  );
}

function percents(value: string): number[] {
  const found = list(value).map(wholeNumber);
  if (found.length === 0 || found.some((p) => p < 1 || p > 100)) throw new InvalidArgumentError('Whole numbers from 1 to 100 are needed.');
  return found;
}
