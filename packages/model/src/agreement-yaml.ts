/** Reading an agreement that people wrote in YAML: every problem at once, each with file, line and column. */
import { InvalidError } from '@sluis/base';
import type { z } from 'zod';
import { type Agreement, agreementSchema } from './agreement.ts';
import { agreementProblems } from './agreement-check.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { openYaml, type SourceDocument } from './yaml-source.ts';

/** Zod's issues as problems with something to do about them. */
export function schemaProblems(error: z.ZodError): AgreementProblem[] {
  return error.issues.flatMap((issue): AgreementProblem[] => {
    const path = issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key],
        what: `"${key}" is not known here`,
        remedy: 'check its spelling, or take it out',
      }));
    }
    if (issue.code === 'invalid_type' && /received undefined/.test(issue.message)) {
      return [{ path, what: `"${path.at(-1) ?? 'the document'}" is missing`, remedy: 'add it' }];
    }
    if (issue.code === 'invalid_key')
      return [{ path, what: `"${path.at(-1)}" is not a valid name`, remedy: 'start with a letter; use letters, digits and "_" only' }];
    if (issue.code === 'invalid_union')
      return [{ path, what: 'this has none of the forms possible here', remedy: 'compare with the form in docs/agreement.md' }];
    return [{ path, what: issue.message, remedy: 'correct it' }];
  });
}

/** Throws InvalidError `agreement/invalid`, one line `file:line:column: what — what to do` per problem. */
export function refuseProblems(problems: readonly AgreementProblem[], source: SourceDocument): void {
  if (problems.length === 0) return;
  throw new InvalidError('agreement/invalid', {
    stage: 'agreement',
    message: problems.map((p) => `${source.locate(p.path)}: ${p.what} — ${p.remedy}`).join('\n'),
    remedy: `Mend ${problems.length === 1 ? 'this place' : 'these places'} and try again.`,
  });
}

/** Fills in what people may leave out: the scale of a DOUBLE column that is aggregated. */
function withDefaults(agreement: Agreement): Agreement {
  for (const table of Object.values(agreement.tables)) {
    for (const column of Object.values(table.columns)) {
      if (column.type === 'DOUBLE' && column.uses.includes('aggregate') && column.scale === undefined) column.scale = 6;
    }
  }
  return agreement;
}

/**
 * Reads and checks an agreement. Run by: whoever drafts or proposes one.
 *
 * @param fileName - only for messages.
 * @throws InvalidError `agreement/invalid` listing every problem with its place.
 */
export function parseAgreementYaml(text: string, fileName: string): Agreement {
  const source = openYaml(text, fileName);
  const parsed = agreementSchema.safeParse(source.value);
  if (!parsed.success) {
    refuseProblems(schemaProblems(parsed.error), source);
    throw new TypeError('unreachable: a failed parse has problems');
  }
  const agreement = withDefaults(parsed.data);
  refuseProblems(agreementProblems(agreement), source);
  return agreement;
}
