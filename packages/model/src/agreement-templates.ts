/** The templates file of `sluis try --template`: questions by name, and the output rules they were written for. */
import { z } from 'zod';
import { type Agreement, agreementSchema } from './agreement.ts';
import { type RulesFile, rulesSchema } from './agreement-rules.ts';
import { refuseProblems, schemaProblems } from './agreement-yaml.ts';
import { openYaml } from './yaml-source.ts';

/** Other parts of an agreement may stand there, too; they are not looked at. */
const templatesSchema = z.object({
  templates: agreementSchema.shape.templates.removeDefault(),
  output: rulesSchema.shape.output,
});

export interface TemplatesFile {
  readonly templates: Agreement['templates'];
  readonly output: RulesFile;
}

/** Throws InvalidError `agreement/invalid` listing every problem with `file:line:column`. */
export function parseTemplatesYaml(text: string, fileName: string): TemplatesFile {
  const source = openYaml(text, fileName, 'templates:');
  const parsed = templatesSchema.safeParse(source.value);
  if (!parsed.success) {
    refuseProblems(schemaProblems(parsed.error), source);
    throw new TypeError('unreachable: a failed parse has problems');
  }
  const { templates, output } = parsed.data;
  return { templates, output: { rules: output === undefined ? {} : { output }, source } };
}
