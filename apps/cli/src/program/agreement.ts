/** `sluis agreement …` */
import type { Command } from 'commander';
import { collect, examples, jsonOption, list, stationOptions } from './options.ts';

export function addAgreementCommands(program: Command): void {
  const agreement = program.command('agreement').description('draft, check, sign, read and compare agreements');
  examples(
    agreement
      .command('draft')
      .description('propose an agreement from station cards and sample files, to be edited by people')
      .requiredOption('--collaboration <name>', 'what the collaboration is called')
      .requiredOption('--card <file>', 'card of an organisation (repeat; see sluis station card)', collect)
      .requiredOption('--table <name>', 'name of the shared table')
      .requiredOption(
        '--from-csv <file>',
        'sample file to propose columns, domains and bounds from (repeat; CSV, Parquet or JSON)',
        collect,
      )
      .option('--committee <a,b,c>', 'the three compute parties (default: the first three cards)', list)
      .option('--receivers <names>', 'who gets results (default: the first card)', list)
      .option('--askers <names>', 'whose analysts may ask (default: the receivers)', list)
      .option('--providers <names>', 'who has rows of the table (default: all cards)', list)
      .option('--purpose <text>', 'what for')
      .option('--legal-basis <text>', 'on what legal basis')
      .option('--output <file>', 'write it to a file instead of stdout')
      .action(async (options) => (await import('../commands/agreement-draft.ts')).agreementDraft(options)),
    [
      'sluis agreement draft --collaboration SecureNed --card a.json --card b.json --card c.json --table incidents --from-csv sample.csv --output agreement.yaml',
    ],
  );
  jsonOption(agreement.command('check'))
    .description('check an agreement file; every problem is named with file and line')
    .argument('<file>')
    .action(async (file, options) => (await import('../commands/agreement-files.ts')).agreementCheck(file, options));
  examples(
    jsonOption(stationOptions(agreement.command('sign')))
      .description('sign with your station, and offer the signature to the stations that the agreement names')
      .argument('<agreement>', 'a file, or the id of an agreement that your station knows')
      .action(async (which, options) => (await import('../commands/agreement-sign.ts')).agreementSign(which, options)),
    ['sluis agreement sign agreement.yaml --home /srv/sluis', 'sluis agreement sign 3f0c92aa --home /srv/sluis'],
  );
  jsonOption(stationOptions(agreement.command('show')))
    .description('print an agreement as YAML, and who has signed')
    .argument('[agreement]', 'id or collaboration (default: the one in force)')
    .action(async (which, options) => (await import('../commands/agreement-show.ts')).agreementShow(which, options));
  jsonOption(stationOptions(agreement.command('list')))
    .description('agreements that this station knows, all versions')
    .action(async (options) => (await import('../commands/agreement-show.ts')).agreementList(options));
  jsonOption(stationOptions(agreement.command('diff')))
    .description('what changes between two versions, in plain words')
    .argument('<before>', 'a file, or the id of an agreement that your station knows')
    .argument('<after>', 'a file or an id')
    .action(async (before, after, options) => (await import('../commands/agreement-files.ts')).agreementDiff(before, after, options));
}
