/** Pass 1, parse: the text becomes one SELECT statement, or is refused. */
import { ast, isAst, list, text, withoutPositions, type Ast } from './ast.ts';
import type { SqlEngine } from './ports.ts';
import { isSetOperation, refuseAtTop } from './bind-set-operation.ts';
import { withWholeSamples } from './bind-sample.ts';
import { unsupported } from './refusal.ts';

const LONGEST_QUESTION = 50_000;

export interface Parsed {
  readonly node: Ast;
  /** The whole document, for printing it once it is known to be supported. */
  readonly document: unknown;
}

/** Throws RefusedError `plan/syntax` (from the engine) or `plan/unsupported`. */
export async function parse(sql: string, engine: SqlEngine): Promise<Parsed> {
  if (sql.length > LONGEST_QUESTION) throw unsupported('A question of more than 50,000 characters', 'Shorten the question.');
  const tree = ast(await engine.parse(sql));
  const statements = list(tree['statements']);
  const [statement] = statements;
  if (statements.length !== 1 || !isAst(statement)) throw unsupported('More than one statement', 'Ask one question at a time.');
  if (list(statement['named_param_map']).length > 0) throw unsupported('A parameter such as ? or $1', 'Write the value into the question.');
  if (isSetOperation(statement['node'])) throw refuseAtTop(statement['node']);
  const node = selectNode(statement['node']);
  return { node, document: withWholeSamples(withoutPositions(tree)) };
}

/** The node of a SELECT. */
export function selectNode(value: unknown): Ast {
  const node = ast(value);
  const type = text(node['type']);
  if (type === 'RECURSIVE_CTE_NODE') throw unsupported('A recursive WITH', 'Use WITH without RECURSIVE.');
  if (type !== 'SELECT_NODE') throw unsupported('This form of statement', 'Ask with SELECT … FROM table WHERE … GROUP BY ….');
  return node;
}
