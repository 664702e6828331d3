/** A recipe of the command line as a part of a key: `email@1`, or with options `phone@1,country=NL`. */
import type { KeyPart } from '@sluis/matching';
import { usage } from './holder-cards.ts';

/** Throws InvalidError `usage/pseudonyms`; whether recipe and options exist is for the key's reader to say. */
export function partOf(given: string): KeyPart {
  const [recipe = '', ...settings] = given.split(',');
  const options: { order?: 'ymd' | 'dmy' | 'mdy'; country?: string } = {};
  for (const setting of settings) {
    const [name, value] = setting.split('=');
    if (name === 'order' && (value === 'ymd' || value === 'dmy' || value === 'mdy')) options.order = value;
    else if (name === 'country' && value !== undefined) options.country = value;
    else throw usage('A recipe has an option that none takes.', 'Write for example phone@1,country=NL or date@1,order=dmy.');
  }
  return { recipe, ...options };
}
