/** `sluis matching check`, `sluis matching recipes`. */
import type { Command } from 'commander';
import { examples, jsonOption, wholeNumber } from './options.ts';

export function addMatchingCommands(program: Command): void {
  const matching = program.command('matching').description('how records are matched: check your own keys before a run');
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
    jsonOption(matching.command('recipes'))
      .description('the recipes by which values are brought into normal form; with --of, what they make of a value')
      .option('--of <value>', 'a made-up value, such as "06-12 34 56 78"')
      .action(async (options) => (await import('../commands/matching-recipes.ts')).matchingRecipes(options)),
    ['sluis matching recipes', 'sluis matching recipes --of "O\'Brien"'],
  );
}
