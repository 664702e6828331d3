/** The language that people read: SLUIS_LANG, else the locale of the environment, else English. */
import { en, type Messages } from './en.ts';
import { nl } from './nl.ts';

export type { Messages } from './en.ts';

export function languageOf(environment: NodeJS.ProcessEnv): 'en' | 'nl' {
  const named = environment['SLUIS_LANG'] || environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || 'en';
  return /^nl(?:$|[^a-z])/i.test(named) ? 'nl' : 'en';
}

export function messagesOf(environment: NodeJS.ProcessEnv): Messages {
  return languageOf(environment) === 'nl' ? nl : en;
}

/** The catalogue of this process. */
export const text: Messages = messagesOf(process.env);
