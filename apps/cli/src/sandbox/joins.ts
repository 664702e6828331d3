/** How large joins are: the agreement has to say which keys stand once, or how many rows there can be. */
import { type FileJoin, inspectJoins, type JoinFile, type JoinInspection } from '@sluis/engine';
import type { Agreement, ColumnProposal, PlanRows, RowExpression } from '@sluis/model';
import { prepare, type SqlEngine } from '@sluis/planner';
import type { SandboxTable } from './draft.ts';

/** Most room for joins whose keys are computed, which the files are not searched for. */
const MOST_ROWS = 1_000_000;

/** The largest that an agreement takes. */
const ANY_ROWS = 100_000_000;

/** Tables with a bound that lets a question be planned: it tells which columns are keys. */
export const withAnyBound = (tables: readonly SandboxTable[]): SandboxTable[] =>
  tables.map((t) => (t.kind === 'owner' ? { ...t, maximumJoinRows: ANY_ROWS } : t));

/**
 * Text that one table has a list of values for and another, in a column of the same name, has not: such columns could not
 * be joined, so the lists are left out.
 */
export function withTextAlike(tables: readonly SandboxTable[]): SandboxTable[] {
  const text = (c: ColumnProposal) => c.type === 'VARCHAR';
  const bare = new Set(tables.flatMap((t) => t.columns.filter((c) => text(c) && c.domain === undefined).map((c) => c.name.toLowerCase())));
  const alike = (c: ColumnProposal): ColumnProposal => {
    if (!text(c) || !bare.has(c.name.toLowerCase())) return c;
    const { domain: _, ...rest } = c;
    return rest;
  };
  return tables.map((t) => ({ ...t, columns: t.columns.map(alike) }));
}

/**
 * The tables with what their files say of the question's joins.
 *
 * @param draft - the agreement of `withAnyBound(tables)`.
 * @throws RefusedError `plan/…` if the question can't be planned.
 */
export async function withJoinFacts(
  tables: readonly SandboxTable[],
  draft: Agreement,
  sql: string,
  receivers: readonly string[],
  engine: SqlEngine,
): Promise<SandboxTable[]> {
  const { plan } = await prepare({ sql, agreement: draft, agreementId: '', receivers }, engine);
  if (plan.rows === undefined || plan.rows.joins.length === 0) return [...tables];
  const sources = plan.rows.sources.flatMap(({ table }) => tables.filter((t) => t.name === table));
  const joins = plan.rows.joins.map(fileJoin);
  const known = joins.filter((j) => j !== null);
  const product = sources.reduce((n, t) => n * Math.max(1, t.maximumRows), 1);
  if (known.length < joins.length) return bounded(tables, Math.min(MOST_ROWS, product));
  const found = await inspectJoins(filesOf(sources, known), known);
  const unique = known.flatMap(({ on }, i) => (found.rightUnique[i] ? [{ table: sources[i + 1], columns: on.map((p) => p.right) }] : []));
  const [first] = known;
  if (found.leftUnique && first !== undefined) unique.push({ table: sources[0], columns: first.on.map((p) => p.left.column) });
  const declared = tables.map((t) => ({ ...t, unique: unique.filter((u) => u.table === t).map((u) => u.columns) }));
  if (known.every((join, i) => isSized(join, i, found))) return declared;
  // A receiver with rows of its own gets an answer only where room can't run out, whatever these are.
  const sure = product <= MOST_ROWS && sources.some((t) => receivers.some((r) => t.providers.includes(r)));
  return bounded(declared, sure ? product : Math.max(1, ...found.rows));
}

/** Whether the keys that stand once say how many rows the join has. */
const isSized = ({ kind }: FileJoin, i: number, { rightUnique, leftUnique }: JoinInspection): boolean =>
  rightUnique[i] === true || kind === 'semi' || kind === 'anti' || (i === 0 && kind === 'inner' && leftUnique);

function filesOf(sources: readonly SandboxTable[], joins: readonly FileJoin[]): JoinFile[] {
  return sources.map(({ file, columns }, s) => {
    const names = joins.flatMap(({ on }, i) =>
      on.flatMap(({ left, right }) => [...(left.file === s ? [left.column] : []), ...(s === i + 1 ? [right] : [])]),
    );
    const keys = [...new Set(names)].map((name) => ({ name, type: columns.find((c) => c.name === name)?.type ?? 'VARCHAR' }));
    return { file: file ?? '', keys };
  });
}

const bounded = (tables: readonly SandboxTable[], rows: number): SandboxTable[] => tables.map((t) => ({ ...t, maximumJoinRows: rows }));

/** A join in terms of files' columns; null where a key is no single column. */
function fileJoin({ kind, on }: PlanRows['joins'][number]): FileJoin | null {
  const pairs = on.map(({ left, right }) => ({ left: columnOf(left), right: columnOf(right) }));
  const plain = pairs.flatMap(({ left, right }) =>
    left === null || right === null ? [] : [{ left: { file: left.source, column: left.column }, right: right.column }],
  );
  return plain.length === pairs.length ? { kind, on: plain } : null;
}

type ColumnExpression = Extract<RowExpression, { op: 'column' }>;

/**
 * The one column that a key is: itself, the position of its text in a list, or either of the two where a condition holds
 * and NULL elsewhere, which joins fewer rows.
 */
function columnOf(expression: RowExpression): ColumnExpression | null {
  if (expression.op === 'column') return expression;
  if (expression.op === 'position') return columnOf(expression.args[0]);
  const [only] = expression.op === 'case' ? expression.when : [];
  const conditional = expression.op === 'case' && expression.when.length === 1 && expression.else.op === 'null';
  return only !== undefined && conditional ? columnOf(only.then) : null;
}
