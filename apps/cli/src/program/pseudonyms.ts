/** `sluis pseudonyms hold`, `make`, `rotate`, `remap`, `finish`, `reshare`, `show`. */
import { type Command, Option } from 'commander';
import { collect, examples, identityOption, jsonOption, limitOption, list, listenOption, waitOption, wholeNumber } from './options.ts';

export function addPseudonymsCommands(program: Command): void {
  const pseudonyms = program
    .command('pseudonyms')
    .description('the same record gets the same pseudonym at every organisation; nobody has the key, several hold shares of it');
  for (const add of [addHold, addMake, addRotate, addRemap, addFinish, addReshare, addShow]) add(pseudonyms);
}

/** Of whoever holds a share: with whom, and where it is kept. */
const holderOptions = (command: Command): Command =>
  folderOption(
    listenOption(identityOption(jsonOption(command))).requiredOption(
      '--with <card>',
      "another holder's card, or CARD=HOST:PORT where it holds elsewhere; once for each",
      collect,
    ),
  );

const folderOption = (command: Command): Command =>
  command.requiredOption('--folder <dir>', 'where your share is kept, encrypted; back it up');

/** What all holders of a key must say alike. */
const termsOptions = (command: Command): Command =>
  command
    .requiredOption('--threshold <t>', 'how many holders are needed, and are enough; at least 2', wholeNumber)
    .requiredOption('--purpose <text>', 'what the pseudonyms are for, in the same words at every holder');

/** Of whoever has a file: whom to ask, and where the new file goes. */
const fileOptions = (command: Command, without: string): Command =>
  identityOption(jsonOption(command))
    .argument('<file>', 'your rows: .csv, .parquet or .json')
    .requiredOption('--holder <card>', "a holder's card, or CARD=HOST:PORT where it holds elsewhere; once for each", collect)
    .requiredOption('--output <file>', 'the new file; only you may read it')
    .option('--key <id>', 'what "sluis pseudonyms hold" printed: no other key is used')
    .addOption(
      new Option('--rejected <what>', `rows ${without}: leave them out, leave their pseudonym empty, or write nothing`)
        .choices(['leave-out', 'empty', 'refuse'])
        .default('leave-out'),
    );

function addHold(pseudonyms: Command): void {
  examples(
    termsOptions(
      waitOption(holderOptions(limitOption(pseudonyms.command('hold'), 'records for which each of them may ask in a day (UTC)', 10_000))),
    )
      .description(
        'hold a share of the key: make it with the others if there is none yet, then help those whom you allow, until you end it',
      )
      .option('--allow <card>', 'card of a station that may ask for pseudonyms; once for each', collect)
      .action(async (options) => (await import('../commands/pseudonyms-hold.ts')).pseudonymsHold(options)),
    [
      'sluis pseudonyms hold --home /srv/sluis --with clinic.card.json --with lab.card.json --threshold 2 \\',
      '  --purpose "cohort study 2027" --folder /srv/sluis/pseudonyms --allow registry.card.json --limit 50000',
    ],
  );
}

function addMake(pseudonyms: Command): void {
  examples(
    fileOptions(pseudonyms.command('make'), 'whose key is missing or wrong')
      .description('write a file anew as CSV, with a pseudonym instead of the columns that say who it is; holders see no record')
      .requiredOption('--on <columns>', 'the columns that identify a record, with commas between', list)
      .requiredOption(
        '--recipe <recipe>',
        'how a column is brought into normal form (sluis matching recipes), such as phone@1,country=NL; one for each column, or one for all',
        collect,
      )
      .option('--column <name>', 'what the column of pseudonyms is called', 'pseudonym')
      .action(async (file, options) => (await import('../commands/pseudonyms-make.ts')).pseudonymsMake(file, options)),
    [
      'sluis pseudonyms make patients.csv --on bsn --recipe bsn@1 --holder hospital.card.json --holder clinic.card.json \\',
      '  --holder lab.card.json --home /srv/sluis --output patients-pseudonymised.csv',
    ],
  );
}

function addRotate(pseudonyms: Command): void {
  examples(
    waitOption(holderOptions(pseudonyms.command('rotate')))
      .description(
        'make the next key with all other holders, who run this at the same time, instead of "hold"; then all hold again, and files can be mapped',
      )
      .action(async (options) => (await import('../commands/pseudonyms-rotate.ts')).pseudonymsRotate(options)),
    ['sluis pseudonyms rotate --home /srv/sluis --with clinic.card.json --with lab.card.json --folder /srv/sluis/pseudonyms'],
  );
}

function addRemap(pseudonyms: Command): void {
  examples(
    fileOptions(pseudonyms.command('remap'), 'without a usable pseudonym')
      .description(
        "write a file anew as CSV, with the next key's pseudonyms instead of the old ones; no record is needed, holders see none",
      )
      .option('--column <name>', 'the column of pseudonyms', 'pseudonym')
      .requiredOption('--from <id>', 'the key with which the file was made, as "sluis pseudonyms make" printed it')
      .action(async (file, options) => (await import('../commands/pseudonyms-remap.ts')).pseudonymsRemap(file, options)),
    [
      'sluis pseudonyms remap patients-2027.csv --from 5f0c… --holder hospital.card.json --holder clinic.card.json \\',
      '  --holder lab.card.json --home /srv/sluis --output patients-2028.csv',
    ],
  );
}

function addFinish(pseudonyms: Command): void {
  examples(
    waitOption(holderOptions(pseudonyms.command('finish')))
      .description(
        'end a rotation: delete your share of the old key and what maps its pseudonyms. The others hold or finish meanwhile; one after the other',
      )
      .option('--yes', 'delete; without this it only says what would be lost')
      .option('--alone', 'without asking whether all others have the next key in force: only if one of them will never come back')
      .action(async (options) => (await import('../commands/pseudonyms-finish.ts')).pseudonymsFinish(options)),
    ['sluis pseudonyms finish --home /srv/sluis --with clinic.card.json --with lab.card.json --folder /srv/sluis/pseudonyms --yes'],
  );
}

function addReshare(pseudonyms: Command): void {
  examples(
    termsOptions(waitOption(holderOptions(pseudonyms.command('reshare'))))
      .description(
        'share the same key anew among those who hold it from now on, who all run this at the same time, instead of "hold": after a share was lost, when a holder comes or goes, or for another threshold',
      )
      .requiredOption(
        '--key <id>',
        'the key, as "sluis pseudonyms show" prints it where there is a share; so many need one as its threshold',
      )
      .action(async (options) => (await import('../commands/pseudonyms-reshare.ts')).pseudonymsReshare(options)),
    [
      'sluis pseudonyms reshare --home /srv/sluis --with clinic.card.json --with newcomer.card.json --threshold 2 \\',
      '  --purpose "cohort study 2027" --folder /srv/sluis/pseudonyms --key 5f0c…',
    ],
  );
}

function addShow(pseudonyms: Command): void {
  examples(
    folderOption(identityOption(jsonOption(pseudonyms.command('show'))))
      .description('which keys your folder has had, which is in force, and what of them is kept; also while "hold" runs')
      .action(async (options) => (await import('../commands/pseudonyms-show.ts')).pseudonymsShow(options)),
    ['sluis pseudonyms show --home /srv/sluis --folder /srv/sluis/pseudonyms'],
  );
}
