/** The statement as DuckDB's parser gives it (`json_serialize_sql`), read with care: unknown shapes are refused. */
import { unsupported } from './refusal.ts';

export type Ast = { readonly [key: string]: unknown };

export const isAst = (value: unknown): value is Ast => typeof value === 'object' && value !== null && !Array.isArray(value);

export function ast(value: unknown): Ast {
  if (!isAst(value)) throw unsupported('This form of statement', 'Ask with SELECT … FROM table WHERE … GROUP BY ….');
  return value;
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A copy without positions in the text: they are no part of the question. */
export function withoutPositions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPositions);
  if (!isAst(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === 'query_location' ? 0 : withoutPositions(v)]));
}

/** A statement `SELECT expression`, for printing an expression as DuckDB names it. */
export function selectOf(expression: Ast): unknown {
  const node = {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    select_list: [{ ...expression, alias: '' }],
    from_table: { type: 'EMPTY', alias: '', sample: null },
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  };
  return withoutPositions({ error: false, statements: [{ node, named_param_map: [] }] });
}
