/** What the lowering of expressions to shared rows knows: columns, their encodings, and an engine for closed SQL. */
import { cellCodec, encodingsOf, type ColumnEncoding, type RowExpression, type Table } from '@sluis/model';
import type { RefusedError } from '@sluis/base';
import { print, type Bound } from './expression.ts';
import { unsupported } from './refusal.ts';
import type { Typing } from './types.ts';

export interface RowScope {
  readonly collaboration: string;
  /** All columns of all sources, under the names that expressions use. */
  readonly table: Table;
  readonly typing: Typing;
  /** Source and own name of a column. */
  readonly place: (column: string) => { readonly source: number; readonly column: string };
}

export interface RowColumn {
  readonly expression: RowExpression;
  readonly encoding: ColumnEncoding;
  /** The number for a value's text; null if there is none. */
  readonly encode: (text: string) => bigint | null;
}

export function rowColumn(name: string, scope: RowScope): RowColumn {
  const definition = scope.table.columns[name];
  const [encoding] = encodingsOf(scope.table, [name]);
  if (definition === undefined || encoding === undefined) throw new RangeError('an expression names a column that no source has');
  const { source, column } = scope.place(name);
  const codec = cellCodec(scope.collaboration, column, definition);
  return {
    expression: { op: 'column', source, column, bits: encoding.bits, ...(definition.nullable ? { nullable: true } : {}) },
    encoding,
    encode: (text) => {
      const code = codec.encode(text);
      return typeof code === 'bigint' ? code : null;
    },
  };
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

export function notOnShares(node: Bound): RefusedError {
  return unsupported(
    `${shortened(print(node))} over shared rows, which nobody sees,`,
    'There, use comparisons, IN, CASE, +, -, * and division by a number; any other function works on columns with short declared lists or ranges.',
  );
}
