/** A file with the terms of one matching, as they stand under its name in an agreement: for trying terms before there is one. */
import { matchingSchema, type MatchingTerms } from './agreement-matching.ts';
import { matchingTermsProblems } from './agreement-matching-check.ts';
import { refuseProblems, schemaProblems } from './agreement-yaml.ts';
import { openYaml } from './yaml-source.ts';

/** Tables may be left out: then they are called a and b. */
const termsSchema = matchingSchema.extend({ tables: matchingSchema.shape.tables.default(['a', 'b']) });

/**
 * Reads and checks terms. Run by: whoever tries them.
 *
 * @param fileName - only for messages.
 * @throws InvalidError `agreement/invalid` listing every problem with its place.
 */
export function parseMatchingYaml(text: string, fileName: string): MatchingTerms {
  const source = openYaml(text, fileName, 'any_of:');
  const parsed = termsSchema.safeParse(source.value);
  if (!parsed.success) {
    refuseProblems(schemaProblems(parsed.error), source);
    throw new TypeError('unreachable: a failed parse has problems');
  }
  refuseProblems(matchingTermsProblems(parsed.data), source);
  return parsed.data;
}
