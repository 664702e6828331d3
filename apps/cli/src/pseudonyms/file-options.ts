/** What commands that write a file's pseudonyms have in common. */
import { resolve } from 'node:path';
import { usage } from './holder-cards.ts';

/** Fewer records than this take no time worth showing. */
export const SHOWN_FROM = 4000;

/** A key's id as an option gives it, null without. Throws InvalidError `usage/pseudonyms`. */
export function keyOption(option: string, given: string | undefined): string | null {
  if (given === undefined) return null;
  if (/^[0-9a-f]{64}$/.test(given)) return given;
  throw usage(`${option} is not 64 hexadecimal digits.`, 'Give it as "sluis pseudonyms hold" printed it.');
}

/** Throws InvalidError `usage/pseudonyms` where the new file would replace the old. */
export function requireOther(file: string, output: string): void {
  if (resolve(file) === resolve(output)) throw usage('--output is the file itself.', 'Give another name: the file is not replaced.');
}
