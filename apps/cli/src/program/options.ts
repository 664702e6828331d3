/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';

/** How to reach a station. */
export function stationOptions(command: Command): Command {
  return command
    .option('--home <dir>', "the station's folder (or SLUIS_HOME)")
    .option('--station <url>', "the station's address, if it runs elsewhere (or SLUIS_STATION)")
    .option('--certificate <file>', "the station's certificate, without its folder (or SLUIS_CERTIFICATE)")
    .option('--token-file <file>', "the station's token, without its folder (or SLUIS_TOKEN)");
}

export function formatOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how the answer is printed').choices(['table', 'json', 'csv']).default('table'))
    .option('--json', 'the same as --format json');
}

export const asOption = (command: Command): Command => command.option('--as <name>', 'who you are, in the single-user mode');

export const jsonOption = (command: Command): Command => command.option('--json', 'print one JSON document');

export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `a,b,c` as a list. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(value);
}

export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((l) => `  ${l}`).join('\n')}`);
}
