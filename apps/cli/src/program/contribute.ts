/** `sluis contribute …` */
import { type Command, Option } from 'commander';
import { examples, jsonOption, stationOptions } from './options.ts';

function contributorOptions(command: Command): Command {
  return jsonOption(command)
    .option('--identity <file>', 'who you are (sluis contribute identity create); or --home for an organisation with a station')
    .option('--home <dir>', "your own station's folder: its keys identify you (or SLUIS_HOME)")
    .option('--station <url>', 'any station of the collaboration (default: your own, or the first compute party of --agreement)')
    .option('--agreement <file or id>', 'the agreement you mean to deposit under; a station that shows another one is not believed')
    .option('--certificate <file>', "the station's certificate, if you have no --agreement file")
    .option('--collaboration <name>', 'which collaboration, if there are several');
}

/** Options of the deposit itself. */
function depositOptions(command: Command): Command {
  return command
    .argument('[table]', 'shared table of the agreement')
    .option('--from <file>', 'CSV file with the columns of the table')
    .addOption(new Option('--replace', 'instead of what you deposited into this table before').conflicts('append'))
    .option('--append', 'beside what you deposited before (default)')
    .option('--drop-invalid', 'leave out rows that break the agreement, instead of refusing the file')
    .option('--again', 'deposit a file once more that was deposited before')
    .option('--anonymous [token]', 'as one of the members, without saying which; best with a token file got earlier')
    .option('--dry-run', 'only check the file')
    .action(async (table, options, command: Command) => {
      if (table === undefined) command.help({ error: true });
      await (await import('../commands/contribute.ts')).contributeRows(table, options);
    });
}

const EXAMPLES = [
  'sluis contribute incidents --from incidents.csv --identity me.json --agreement agreement.yaml',
  'sluis contribute incidents --from incidents.csv --home /srv/sluis --replace',
  'sluis contribute incidents --from incidents.csv --anonymous token.json --agreement agreement.yaml',
  'sluis contribute incidents --from incidents.csv --agreement agreement.yaml --identity me.json --dry-run',
  'sluis contribute list --identity me.json --agreement agreement.yaml',
  'sluis contribute withdraw 3f0c92aa --identity me.json --agreement agreement.yaml',
];

export function addContributeCommands(program: Command): void {
  const contribute = program.command('contribute');
  contributorOptions(depositOptions(contribute))
    .enablePositionalOptions()
    .description('check a file, split its rows into secret shares, and deposit them at the three compute parties')
    .usage(
      ['<table> --from <file> [options]', 'list | withdraw <deposit> | token <table> | issuer-key <collaboration> | identity create'].join(
        '\n       sluis contribute ',
      ),
    );
  examples(contribute, EXAMPLES);
  // The same in full, for tables that are called like a subcommand.
  contributorOptions(depositOptions(contribute.command('rows', { hidden: true }))).description('deposit rows into a table of any name');
  contributorOptions(contribute.command('list'))
    .description('what you have deposited, and what became of it')
    .option('--anonymous <token>', 'an anonymous deposit: the token file it was made with')
    .action(async (options) => (await import('../commands/contribute-list.ts')).contributeList(options));
  contributorOptions(contribute.command('withdraw'))
    .description('take a deposit out: its shares are deleted')
    .argument('<deposit>', 'its number, or the beginning of it')
    .option('--anonymous <token>', 'an anonymous deposit: the token file it was made with')
    .action(async (batch, options) => (await import('../commands/contribute-list.ts')).contributeWithdraw(batch, options));
  contributorOptions(contribute.command('token'))
    .description('get this round’s token for an anonymous deposit; the issuer learns that you asked')
    .argument('<table>', 'shared table of the agreement')
    .requiredOption('--out <file>', 'where to write it')
    .action(async (table, options) => (await import('../commands/contribute-token.ts')).contributeToken(table, options));
  jsonOption(stationOptions(contribute.command('issuer-key')))
    .description('the key of your station that goes into an agreement if it is to issue tokens')
    .argument('<collaboration>', 'name of the collaboration')
    .action(async (collaboration, options) => (await import('../commands/contribute-token.ts')).issuerKey(collaboration, options));
  const identity = contribute.command('identity').description('who you are when you deposit without a station');
  jsonOption(identity.command('create'))
    .description('make a key; its public half goes into the agreement')
    .requiredOption('--name <name>', 'your name in the agreement')
    .requiredOption('--out <file>', 'where to write it; never overwritten')
    .action(async (options) => (await import('../commands/contribute-identity.ts')).identityCreate(options));
}
