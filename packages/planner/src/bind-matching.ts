/**
 * Pass 2h, ON matches('name'): rows belong together by a matching that the agreement declares, on keys in normal form or by
 * likeness, instead of by equal columns.
 */
import { keysOfTable, likenessOfTable, type PlanLikeness, type TableLikeness } from '@sluis/model';
import { type Ast, isAst, list, text } from './ast.ts';
import { together } from './bind-join.ts';
import type { Bound } from './expression.ts';
import { conjunction } from './operations.ts';
import type { Join, JoinMatching, Source } from './question.ts';
import { unknownName, unsupported } from './refusal.ts';
import { columnNode, type Relation, type Surroundings } from './relation.ts';

const FUNCTION = 'matches';
const USAGE = "Write a SEMI JOIN b ON matches('name'), with the name of a matching of the agreement, and conditions in WHERE.";

const isCall = (node: Ast): boolean => text(node['class']) === 'FUNCTION' && text(node['function_name']).toLowerCase() === FUNCTION;

/** The matching that a join's condition names, or null for an ordinary condition. Throws RefusedError `plan/unsupported`. */
export function matchingNamed(condition: unknown): string | null {
  if (!isAst(condition)) return null;
  if (!isCall(condition)) {
    if (list(condition['children']).some((c) => isAst(c) && isCall(c))) throw unsupported('matches beside other conditions', USAGE);
    return null;
  }
  const [argument, ...more] = list(condition['children']);
  const value = isAst(argument) && text(argument['class']) === 'CONSTANT' ? argument['value'] : null;
  const name = isAst(value) ? value['value'] : null;
  if (typeof name !== 'string' || more.length > 0) throw unsupported('matches without the name of a matching', USAGE);
  return name;
}

/**
 * A semi or anti join whose `on` names all columns that the matching reads: what may be done with them, and what is a fact
 * about whom, is as for equal keys. Throws RefusedError `plan/unsupported` or `plan/unknown-name`.
 */
export async function bindMatching(
  named: string,
  kind: Join['kind'],
  left: Relation,
  right: Relation,
  around: Surroundings,
): Promise<Relation> {
  const { agreement, typing } = around;
  const all = agreement.matching ?? {};
  const name = Object.keys(all).find((n) => n.toLowerCase() === named.toLowerCase());
  const declared = name === undefined ? undefined : all[name];
  if (name === undefined || declared === undefined) {
    const known = Object.keys(all).join(', ');
    throw unknownName(
      `The agreement has no matching ${named}.`,
      known === '' ? 'It has none: join on equal keys.' : `Its matchings are: ${known}.`,
    );
  }
  if (kind !== 'semi' && kind !== 'anti')
    throw unsupported('matches in a join that shows both sides', 'Use SEMI JOIN or ANTI JOIN: it says which rows of the left side match.');
  const own = left.sources.filter((s) => declared.tables.includes(s.tableName));
  const [from, ...others] = own;
  const [to] = right.sources;
  if (from === undefined || to === undefined || others.length > 0 || !declared.tables.includes(to.tableName))
    throw unsupported(
      `matches('${name}') of ${[...left.sources, ...right.sources].map((s) => s.tableName).join(' and ')}`,
      `The matching ${name} is about ${declared.tables.join(', ')}: one of them must stand on each side.`,
    );
  for (const { table, tableName } of [from, to])
    if (table.deposits !== undefined)
      throw unsupported(
        `matches over ${tableName}, into which rows are deposited,`,
        'Keys in normal form are made by stations in the run: join deposited rows on equal keys.',
      );
  const matching = matchingOf(agreement, name, left.sources.indexOf(from), from.tableName);
  const join: Join = {
    kind,
    on: pairsOf(agreement, name, from, to),
    leftIf: null,
    rightIf: await conjunction(right.where, typing),
    rightUnique: false,
    leftUnique: false,
    maximumRows: 0,
    matching,
  };
  return { ...together(left, right, kind), columns: left.columns, joins: [...left.joins, join], where: left.where };
}

type Agreed = Surroundings['agreement'];

function matchingOf(agreement: Agreed, name: string, source: number, table: string): JoinMatching {
  const keys = keysOfTable(agreement, name, table)?.keys ?? [];
  const likeness = likenessOfTable(agreement, name, table);
  return { name, source, keys: keys.length, ...(likeness === null ? {} : { likeness: planned(likeness) }) };
}

function planned({ terms }: TableLikeness): PlanLikeness {
  const { bits, threshold, blocks, maximumPairs } = terms;
  return { bits, threshold, blocks: blocks.length, maximumPairs };
}

/** Columns that the matching reads, side by side. */
function pairsOf(agreement: Agreed, name: string, left: Source, right: Source): { readonly left: Bound; readonly right: Bound }[] {
  const [l, r] = [left, right].map((source) => columnsRead(agreement, name, source.tableName).map((column) => node(source, column)));
  return (l ?? []).map((column, i) => ({ left: column, right: r?.[i] ?? column }));
}

function columnsRead(agreement: Agreed, name: string, table: string): string[] {
  const keys = keysOfTable(agreement, name, table)?.keys ?? [];
  const likeness = likenessOfTable(agreement, name, table);
  return [...keys.flatMap((k) => k.columns), ...(likeness === null ? [] : [...likeness.fields, ...likeness.blocks.flat()])];
}

function node({ tableName, table }: Source, column: string): Bound {
  const declared = table.columns[column];
  if (declared === undefined) throw new RangeError('a matching names a column that its table lacks');
  return columnNode(`${tableName}.${column}`, declared);
}
