/** What `sluis try` asks: SQL, or a template of a file. */
import { InvalidError } from '@sluis/base';
import { parseTemplatesYaml, type RulesFile } from '@sluis/model';
import { readInput } from '../connection.ts';

export interface TrialQuestion {
  readonly sql: string;
  /** Name and description if it is a template, and the output rules of its file. */
  readonly template: { readonly name: string; readonly description: string; readonly output: RulesFile } | null;
}

/** With `--template FILE`, `--ask` names a template of the file; it may be left out if there is one only. */
export function trialQuestion(ask: string | undefined, file: string | undefined): TrialQuestion {
  if (file === undefined) {
    if (ask === undefined) throw noQuestion('There is no question.', 'Give one: --ask "SELECT count(*) AS n FROM data".');
    return { sql: ask, template: null };
  }
  const { templates, output } = parseTemplatesYaml(readInput(file), file);
  const names = Object.keys(templates);
  const name = ask ?? (names.length === 1 ? names[0] : undefined);
  const found = name === undefined ? undefined : templates[name];
  if (name === undefined || found === undefined)
    throw noQuestion(
      name === undefined ? `${file} has ${names.length} templates.` : `${file} has no template "${name}".`,
      `Name one of them after --ask: ${names.join(', ')}.`,
    );
  return { sql: found.sql, template: { name, description: found.description, output } };
}

const noQuestion = (message: string, remedy: string): InvalidError =>
  new InvalidError('usage/no-question', { stage: 'usage', message, remedy });
