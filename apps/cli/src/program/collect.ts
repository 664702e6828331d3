/** `sluis collect report`, `sluis collect list`, `sluis collect results`. */
import type { Command } from 'commander';
import { asOption, examples, jsonOption, stationOptions } from './options.ts';

export function addCollectCommands(program: Command): void {
  const collect = program
    .command('collect')
    .description('collections: reports of people without an account, split so that only sums are seen, or randomised');
  examples(
    jsonOption(collect.command('report'))
      .description('report one value: on this machine it is split between two aggregators, so that neither learns it, or randomised')
      .argument('<collection>', 'name in the agreement')
      .argument('<value>', "yes or no, a number (the number of a bucket, from 0), several numbers: 1,2,3, or one of the agreement's values")
      .requiredOption('--agreement <file>', 'the agreement you mean to report under: it says where to, and which keys')
      .action(async (collection, value, options) => (await import('../commands/collect-report.ts')).report(collection, value, options)),
    [
      'sluis collect report ages 3 --agreement agreement.yaml',
      'sluis collect report marks 7,8,10 --agreement agreement.yaml',
      'sluis collect report browsers firefox --agreement agreement.yaml',
    ],
  );
  const common = (command: Command) =>
    jsonOption(stationOptions(command)).option('--collaboration <name>', 'which collaboration, if there are several');
  examples(
    common(collect.command('list'))
      .description('what is collected, and how many reports an aggregator has')
      .action(async (options) => (await import('../commands/collect-results.ts')).listCollections(options)),
    ['sluis collect list --home /srv/sluis'],
  );
  examples(
    asOption(common(collect.command('results')))
      .description('the sums or estimates of a collection, at a receiver of results')
      .argument('<collection>', 'name in the agreement')
      .option('--release', 'first make one more sum, of all reports that are in none yet')
      .action(async (collection, options) => (await import('../commands/collect-results.ts')).showResults(collection, options)),
    ['sluis collect results ages --release --home /srv/sluis', 'sluis collect results ages --home /srv/sluis --json'],
  );
}
