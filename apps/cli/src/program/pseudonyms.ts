/** `sluis pseudonyms hold`, `sluis pseudonyms make`. */
import { type Command, Option } from 'commander';
import { collect, examples, jsonOption, list, wholeNumber } from './options.ts';

export function addPseudonymsCommands(program: Command): void {
  const pseudonyms = program
    .command('pseudonyms')
    .description('the same record gets the same pseudonym at every organisation; nobody has the key, several hold shares of it');
  addHold(pseudonyms);
  addMake(pseudonyms);
}

function addHold(pseudonyms: Command): void {
  examples(
    jsonOption(pseudonyms.command('hold'))
      .description(
        'hold a share of the key: make it with the others if there is none yet, then help those whom you allow, until you end it',
      )
      .option('--home <dir>', "your station's folder (or SLUIS_HOME): its keys identify you; the station need not run")
      .requiredOption('--with <card>', "another holder's card, or CARD=HOST:PORT where it holds elsewhere; once for each", collect, [])
      .requiredOption('--threshold <t>', 'how many holders are needed, and are enough; at least 2', wholeNumber)
      .requiredOption('--purpose <text>', 'what the pseudonyms are for, in the same words at every holder')
      .requiredOption('--folder <dir>', 'where your share is kept, encrypted; back it up')
      .option('--allow <card>', 'card of a station that may ask for pseudonyms; once for each', collect, [])
      .option('--limit <n>', 'records for which each of them may ask in a day (UTC)', wholeNumber, 10_000)
      .option('--listen <host:port>', 'where to listen (default: the address in your station.json)')
      .option('--wait <seconds>', 'give up making the key after this', wholeNumber, 600)
      .action(async (options) => (await import('../commands/pseudonyms-hold.ts')).pseudonymsHold(options)),
    [
      'sluis pseudonyms hold --home /srv/sluis --with clinic.card.json --with lab.card.json --threshold 2 \\',
      '  --purpose "cohort study 2027" --folder /srv/sluis/pseudonyms --allow registry.card.json --limit 50000',
    ],
  );
}

function addMake(pseudonyms: Command): void {
  examples(
    jsonOption(pseudonyms.command('make'))
      .description('write a file anew as CSV, with a pseudonym instead of the columns that say who it is; holders see no record')
      .argument('<file>', 'your rows: .csv, .parquet or .json')
      .requiredOption('--on <columns>', 'the columns that identify a record, with commas between', list)
      .requiredOption(
        '--recipe <recipe>',
        'how a column is brought into normal form (sluis matching recipes), such as phone@1,country=NL; one for each column, or one for all',
        collect,
        [],
      )
      .requiredOption('--holder <card>', "a holder's card, or CARD=HOST:PORT where it holds elsewhere; once for each", collect, [])
      .option('--home <dir>', "your station's folder (or SLUIS_HOME): its keys identify you; the station need not run")
      .requiredOption('--output <file>', 'the new file; only you may read it')
      .option('--column <name>', 'what the column of pseudonyms is called', 'pseudonym')
      .addOption(
        new Option('--rejected <what>', 'rows whose key is missing or wrong: leave them out, leave their pseudonym empty, or write nothing')
          .choices(['leave-out', 'empty', 'refuse'])
          .default('leave-out'),
      )
      .option('--key <id>', 'what "sluis pseudonyms hold" printed: no other key is used')
      .action(async (file, options) => (await import('../commands/pseudonyms-make.ts')).pseudonymsMake(file, options)),
    [
      'sluis pseudonyms make patients.csv --on bsn --recipe bsn@1 --holder hospital.card.json --holder clinic.card.json \\',
      '  --holder lab.card.json --home /srv/sluis --output patients-pseudonymised.csv',
    ],
  );
}
