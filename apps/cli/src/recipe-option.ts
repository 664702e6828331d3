/** A recipe as the command line takes it: `email@1`, or with options `phone@1,country=NL`. */
import type { KeyPart } from '@sluis/matching';

/** Null for an option that no recipe has. Whether this recipe exists, and takes these options, is for the caller to find out. */
export function readRecipeOption(given: string): KeyPart | null {
  const [recipe = '', ...settings] = given.split(',');
  const options: { order?: 'ymd' | 'dmy' | 'mdy'; country?: string } = {};
  for (const setting of settings) {
    const [name, value] = setting.split('=');
    if (name === 'order' && (value === 'ymd' || value === 'dmy' || value === 'mdy')) options.order = value;
    else if (name === 'country' && value !== undefined) options.country = value;
    else return null;
  }
  return { recipe, ...options };
}
