/** Which tables a question names, before there is an agreement that could have them. */
import { noiseClauseText, splitNoiseClause, type SqlEngine } from '@sluis/planner';

export interface AskedTable {
  /** What stands before the table's name; null if nothing does. */
  readonly owner: string | null;
  readonly name: string;
}

type Node = Record<string, unknown>;

export interface AskedTables {
  readonly tables: readonly AskedTable[];
  /** Whether tables of single owners are meant: there are several, or one has its owner before it. */
  readonly joined: boolean;
}

/** Run by: whoever tries a question, before anything starts. Throws RefusedError `plan/syntax`. */
export async function askedTables(sql: string, engine: SqlEngine): Promise<AskedTables> {
  const document = await engine.parse(splitNoiseClause(sql).sql);
  const ctes = new Set<string>();
  const found = new Map<string, AskedTable>();
  walk(document, (node) => {
    const map = isNode(node['cte_map']) ? node['cte_map']['map'] : null;
    if (Array.isArray(map)) for (const entry of map) ctes.add(String((entry as Node)['key']).toLowerCase());
  });
  walk(document, (node) => {
    const table = tableOf(node);
    if (table === null || (table.owner === null && ctes.has(table.name.toLowerCase()))) return;
    found.set(`${table.owner ?? ''}.${table.name}`.toLowerCase(), table);
  });
  const tables = [...found.values()];
  return { tables, joined: tables.length > 1 || tables.some((t) => t.owner !== null) };
}

export interface Renaming {
  readonly from: AskedTable;
  readonly to: string;
}

/**
 * The question with tables called otherwise: an agreement has every name once, whoever owns the table. Names that
 * columns go by stay, unless two tables of the same name have no alias, which then go by their new names.
 */
export async function withTablesRenamed(sql: string, renamings: readonly Renaming[], engine: SqlEngine): Promise<string> {
  if (renamings.length === 0) return sql;
  const { sql: select, clause } = splitNoiseClause(sql);
  const document = await engine.parse(select);
  const bare = new Map<string, number>();
  walk(document, (node) => {
    const table = tableOf(node);
    if (table !== null && node['alias'] === '') bare.set(table.name.toLowerCase(), (bare.get(table.name.toLowerCase()) ?? 0) + 1);
  });
  const called = ({ from, to }: Renaming) => ((bare.get(from.name.toLowerCase()) ?? 0) > 1 ? to : from.name);
  walk(document, (node) => {
    const table = tableOf(node);
    const renaming = renamings.find(
      ({ from }) => table !== null && same(from.owner ?? '', table.owner ?? '') && same(from.name, table.name),
    );
    if (renaming !== undefined) {
      node['table_name'] = renaming.to;
      if (node['alias'] === '') node['alias'] = called(renaming);
    }
    const path = node['column_names'];
    if (node['type'] !== 'COLUMN_REF' || !Array.isArray(path) || path.length !== 3) return;
    const named = renamings.find(({ from }) => same(from.owner ?? '', String(path[0])) && same(from.name, String(path[1])));
    if (named !== undefined) node['column_names'] = [called(named), path[2]];
  });
  const printed = await engine.print(document);
  return clause === null ? printed : `${printed.replace(/;\s*$/, '')} ${noiseClauseText(clause)}`;
}

export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function tableOf(node: Node): AskedTable | null {
  if (node['type'] !== 'BASE_TABLE') return null;
  const owner = String(node['schema_name'] ?? '');
  return { owner: owner === '' ? null : owner, name: String(node['table_name']) };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const part of value) walk(part, visit);
  else if (isNode(value)) {
    visit(value);
    for (const part of Object.values(value)) walk(part, visit);
  }
}
