/** `sluis bilateral …`: one question between two organisations, without a third. */
import { type Command, Option } from 'commander';
import { examples, identityOption, jsonOption, listenOption, waitOption, wholeNumber } from './options.ts';

function shared(command: Command): Command {
  return identityOption(jsonOption(command))
    .requiredOption('--peer <file>', "the other side's card (sluis station card)")
    .addOption(
      new Option('--question <name>', 'above: is the asker’s number above the holder’s? gap: by how much (0 if it is not)')
        .choices(['above', 'equal', 'larger', 'smaller', 'gap'])
        .default('above'),
    )
    .requiredOption('--value-from <file>', 'your numbers, one a line ("-" reads standard input); never an argument, which others could see')
    .addOption(new Option('--learns <who>', 'who learns the answer').choices(['asker', 'holder', 'both']).default('both'))
    .option('--decimals <n>', 'decimals that numbers may have; the same on both sides', wholeNumber, 0)
    .option('--label <text>', 'what the numbers are, such as "exposure to Acme in EUR"; the same words on both sides', '')
    .option('--width <bits>', 'bits of a number with its sign, at most 64; the same on both sides', wholeNumber, 64);
}

export function addBilateralCommands(program: Command): void {
  const bilateral = program
    .command('bilateral')
    .description('compare a number with one other organisation’s; nobody else is needed, neither sees the other’s (garbled circuits)');
  examples(
    waitOption(listenOption(shared(bilateral.command('answer'))))
      .description('wait for the other side’s question and take part in it, once')
      .action(async (options) => (await import('../commands/bilateral-answer.ts')).bilateralAnswer(options)),
    ['sluis bilateral answer --home /srv/sluis --peer insurer.card.json --question above --value-from exposure.txt'],
  );
  examples(
    shared(bilateral.command('ask'))
      .description('put the question to the other side, which is waiting with "sluis bilateral answer"')
      .option('--at <host:port>', 'where the other side waits (default: the address in its card)')
      .action(async (options) => (await import('../commands/bilateral-ask.ts')).bilateralAsk(options)),
    ['echo 250000 | sluis bilateral ask --home /srv/sluis --peer bank.card.json --question above --value-from -'],
  );
}
