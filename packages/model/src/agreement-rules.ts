/** The rules file of `sluis try --rules`: parts of an agreement's `tables` and `output` that override a draft's. */
import { z } from 'zod';
import { type Agreement, agreementSchema, columnSchema, dominanceSchema, outputSchema, tableSchema } from './agreement.ts';
import { agreementProblems } from './agreement-check.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { refuseProblems, schemaProblems } from './agreement-yaml.ts';
import { openYaml, type SourceDocument } from './yaml-source.ts';

const column = columnSchema.shape;
const table = tableSchema.shape;
const output = outputSchema.shape;

/** Defaults are taken off: what the file leaves out stays as drafted. Null takes an optional rule away. */
export const rulesSchema = z.strictObject({
  tables: z
    .record(
      z.string(),
      z.strictObject({
        violations: table.violations.removeDefault().optional(),
        maximum_rows: table.maximum_rows.removeDefault().optional(),
        providers: table.providers.optional(),
        deposits: table.deposits.nullable(),
        description: table.description.removeDefault().optional(),
        unique: table.unique.nullable(),
        maximum_join_rows: table.maximum_join_rows.nullable(),
        privacy_unit: table.privacy_unit.nullable(),
        columns: z
          .record(
            z.string(),
            z.strictObject({
              type: column.type.optional(),
              description: column.description.removeDefault().optional(),
              uses: column.uses.removeDefault().optional(),
              nullable: column.nullable.removeDefault().optional(),
              domain: column.domain.nullable(),
              bounds: column.bounds.nullable(),
              scale: column.scale.nullable(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  output: z
    .strictObject({
      minimum_rows: output.minimum_rows.removeDefault().optional(),
      minimum_organisations: output.minimum_organisations.removeDefault().optional(),
      dominance: dominanceSchema.nullable().optional(),
      rounding: output.rounding.nullable(),
      totals: output.totals.nullable(),
      differencing: output.differencing.nullable(),
      checking: output.checking.nullable(),
      noise: output.noise.nullable(),
    })
    .optional(),
});
export type Rules = z.infer<typeof rulesSchema>;

/** A parsed rules file that can still say where its parts stand. */
export interface RulesFile {
  readonly rules: Rules;
  readonly source: SourceDocument;
}

/** Throws InvalidError `agreement/invalid` listing every problem with `file:line:column`. */
export function parseRulesYaml(text: string, fileName: string): RulesFile {
  const source = openYaml(text, fileName, 'output:');
  const parsed = rulesSchema.safeParse(source.value);
  if (!parsed.success) {
    refuseProblems(schemaProblems(parsed.error), source);
    throw new TypeError('unreachable: a failed parse has problems');
  }
  return { rules: parsed.data, source };
}

/** Overrides member by member; null takes the member away. */
function override(base: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** Name in the draft that SQL takes for the same. */
const sameName = (names: readonly string[], name: string) => names.find((n) => n.toLowerCase() === name.toLowerCase());

function overrideTables(agreement: Agreement, rules: Rules, problems: AgreementProblem[]): Record<string, unknown> {
  const tables: Record<string, unknown> = { ...agreement.tables };
  for (const [name, { columns, ...rest }] of Object.entries(rules.tables ?? {})) {
    const found = sameName(Object.keys(agreement.tables), name);
    const drafted = found === undefined ? undefined : agreement.tables[found];
    if (found === undefined || drafted === undefined) {
      problems.push({
        path: ['tables', name],
        what: `there is no table "${name}"`,
        remedy: `use ${Object.keys(agreement.tables).join(', ')}`,
      });
      continue;
    }
    const merged: Record<string, unknown> = { ...drafted.columns };
    for (const [columnName, change] of Object.entries(columns ?? {})) {
      const at = sameName(Object.keys(drafted.columns), columnName);
      if (at === undefined) {
        problems.push({
          path: ['tables', name, 'columns', columnName],
          what: `table ${found} has no column "${columnName}"`,
          remedy: `use ${Object.keys(drafted.columns).join(', ')}`,
        });
      } else merged[at] = override(drafted.columns[at] ?? {}, change);
    }
    tables[found] = { ...override(drafted, rest), columns: merged };
  }
  return tables;
}

/** The agreement with the rules put over it; the whole is checked again. Throws InvalidError `agreement/invalid`. */
export function applyRules(agreement: Agreement, { rules, source }: RulesFile): Agreement {
  const problems: AgreementProblem[] = [];
  const merged = {
    ...agreement,
    tables: overrideTables(agreement, rules, problems),
    output: override(agreement.output, rules.output ?? {}),
  };
  refuseProblems(problems, source);
  const parsed = agreementSchema.safeParse(merged);
  if (!parsed.success) {
    refuseProblems(schemaProblems(parsed.error), source);
    throw new TypeError('unreachable: a failed parse has problems');
  }
  refuseProblems(agreementProblems(parsed.data), source);
  return parsed.data;
}
