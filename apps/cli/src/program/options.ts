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

const IDENTITY = "your station's folder (or SLUIS_HOME): its keys identify you; the station need not run";

/** A station's folder whose keys identify whoever runs the command. */
export const identityOption = (command: Command, what: string = IDENTITY): Command => command.option('--home <dir>', what);

/** Where a command listens itself. */
export const listenOption = (command: Command, without: string = 'the address in your station.json'): Command =>
  command.option('--listen <host:port>', `where to listen (default: ${without})`);

export const waitOption = (command: Command): Command => command.option('--wait <seconds>', 'give up after this', wholeNumber, 600);

/** How much each of those who may ask can ask for. */
export const limitOption = (command: Command, what: string, byDefault: number): Command =>
  command.option('--limit <n>', what, wholeNumber, byDefault);

export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `a,b,c` as a list. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Recipes with commas between, each with its options behind it: `email@1,phone@1,country=NL` are two. */
export function splitRecipes(value: string): string[] {
  const recipes: string[] = [];
  for (const piece of value.split(',').map((p) => p.trim())) {
    const last = recipes.at(-1);
    if (last !== undefined && piece.includes('=')) recipes[recipes.length - 1] = `${last},${piece}`;
    else if (piece !== '') recipes.push(piece);
  }
  return recipes;
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(value);
}

export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((l) => `  ${l}`).join('\n')}`);
}
