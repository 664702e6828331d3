/** How sentences of an explanation are put together. */
import type { ExplainTopic } from '@sluis/model';

export interface Sentence {
  readonly about: ExplainTopic;
  readonly text: string;
}

export const say = (about: ExplainTopic, ...texts: readonly string[]): Sentence[] => texts.map((text) => ({ about, text }));

export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export const several = (n: number, one: string, many = `${one}s`): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);
