/** The set-up of `sluis try`: what was found in the files, and the agreement drafted from it. */
import { inspectFiles, type Inspection } from '@sluis/engine';
import { type Agreement, applyRules, checkAgreement, parseRulesYaml, type RulesFile } from '@sluis/model';
import type { SqlEngine } from '@sluis/planner';
import { readInput } from '../connection.ts';
import { type AskedTables, type Renaming, withTablesRenamed } from './asked-tables.ts';
import { type Cast, castOf, type Provider, type Roles, splitParties } from './cast.ts';
import { draftSandbox, type SandboxRoles, type SandboxTable, type SandboxTerms } from './draft.ts';
import { ownerTables } from './owner-tables.ts';
import { type PartyFile, usage } from './parties.ts';
import { withPrivacyUnit } from './privacy-unit.ts';

export interface TrialOptions extends Roles {
  readonly table?: string;
  readonly splitBy?: string;
  readonly rules?: string;
  readonly minimumRows?: number;
  readonly minimumOrganisations?: number;
  readonly threatModel?: Agreement['threat_model'];
  /** Column whose equal values are one unit for noise; the row if absent. */
  readonly privacyUnit?: string;
}

export interface Trial {
  readonly cast: Cast;
  readonly tables: readonly SandboxTable[];
  /** The question as the stations get it. */
  readonly sql: string;
  readonly renamings: readonly Renaming[];
}

/** Looks at all files. Throws InvalidError `usage/parties`, or what reading them throws. */
export async function inspectTrial(
  files: readonly PartyFile[],
  asked: AskedTables,
  sql: string,
  options: TrialOptions,
  engine: SqlEngine,
): Promise<Trial> {
  if (asked.joined) return inspectOwners(files, asked, sql, options, engine);
  const [only] = asked.tables;
  const name = options.table ?? (only !== undefined && /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(only.name) ? only.name : 'data');
  const { columns, files: found, maximumRows } = await inspect(files.map((f) => f.file));
  requireSameColumns(files, found);
  const providers =
    options.splitBy === undefined
      ? files.map((f): Provider => ({ name: f.name, datasets: [{ table: name, source: { file: f.file } }] }))
      : splitParties(files, columns, options.splitBy, name);
  const cast = castOf(providers, options);
  const table: SandboxTable = { name, kind: 'union', providers: cast.providers.map((p) => p.name), columns, maximumRows };
  return { cast, tables: [table], sql, renamings: [] };
}

/** Each file is a table of its own, with types of its own. */
async function inspectOwners(
  files: readonly PartyFile[],
  asked: AskedTables,
  sql: string,
  options: TrialOptions,
  engine: SqlEngine,
): Promise<Trial> {
  if (options.splitBy !== undefined) throw usage('--split-by makes one table of many organisations, which is not joined.', 'Leave it out.');
  const { tables: owned, renamings } = ownerTables(asked.tables, files);
  const names = [...new Set(files.map((f) => f.name))];
  const datasets = (owner: string) => owned.filter((t) => t.owner === owner).map(({ name, file }) => ({ table: name, source: { file } }));
  const cast = castOf(
    names.map((name) => ({ name, datasets: datasets(name) })),
    options,
  );
  const tables: SandboxTable[] = [];
  for (const { name, owner, file } of owned) {
    const { columns, maximumRows } = await inspect([file]);
    tables.push({ name, kind: 'owner', providers: [owner], file, columns, maximumRows });
  }
  return { cast, tables, sql: await withTablesRenamed(sql, renamings, engine), renamings };
}

/** Said before stations start, and with the other thing that may be meant: tables to be joined. */
function requireSameColumns(files: readonly PartyFile[], found: Inspection['files']): void {
  const all = [...new Set(found.flatMap((f) => f.columns))];
  const without = found.map(({ columns }) => all.filter((c) => !columns.includes(c)));
  const at = without.findIndex((missing) => missing.length > 0);
  if (at === -1) return;
  const owners = [files[at], files[at === 0 ? 1 : 0]].map((f) => `${f?.name}.data`);
  throw usage(
    `The files have different columns: that of ${files[at]?.name} lacks ${without[at]?.join(', ')}.`,
    `Give all files the same columns. If they are different tables, join them: FROM ${owners[0]} a JOIN ${owners[1]} b ON a.key = b.key.`,
  );
}

async function inspect(files: readonly string[]): Promise<Pick<SandboxTable, 'columns' | 'maximumRows'> & Pick<Inspection, 'files'>> {
  const { columns, files: counted } = await inspectFiles(files);
  return { columns, files: counted, maximumRows: Math.max(...counted.map((f) => f.rows)) };
}

/** What an agreement is drafted with, beside the files. */
export interface DraftTerms extends TrialOptions, SandboxTerms {
  /** Output rules of a templates file. */
  readonly templateOutput?: RulesFile;
}

export interface DraftedTrial {
  readonly agreement: Agreement;
  /** Columns that could not be taken over, in sentences. */
  readonly leftOut: readonly string[];
}

/** The agreement, with `--rules` and then the explicit options put over what drafting chose. Checked as any agreement is. */
export function draftTrial(
  { cast, tables }: Pick<Trial, 'cast' | 'tables'>,
  cards: SandboxRoles['cards'],
  options: DraftTerms,
): DraftedTrial {
  const protectedTables = withPrivacyUnit(tables, options.privacyUnit);
  const { agreement: first, remarks } = draftSandbox({ cards, ...cast }, protectedTables, options, Date.now());
  const drafted = options.templateOutput === undefined ? first : applyRules(first, options.templateOutput);
  const ruled = options.rules === undefined ? drafted : applyRules(drafted, parseRulesYaml(readInput(options.rules), options.rules));
  const agreement: Agreement = {
    ...ruled,
    output: {
      ...ruled.output,
      ...(options.minimumRows === undefined ? {} : { minimum_rows: options.minimumRows }),
      ...(options.minimumOrganisations === undefined ? {} : { minimum_organisations: options.minimumOrganisations }),
    },
  };
  checkAgreement(agreement);
  return { agreement, leftOut: remarks.filter((r) => r.startsWith('Column "')) };
}
