/** What the lowering of expressions to shared rows knows: columns, their encodings, and an engine for closed SQL. */
import { cellCodec, encodingsOf, MORE_HASH_BITS, moreOf, type ColumnEncoding, type RowExpression, type Table } from '@sluis/model';
import type { RefusedError } from '@sluis/base';
import { print, type Bound } from './expression.ts';
import { quoteName } from './quote.ts';
import { unsupported } from './refusal.ts';
import { numberOf, plus, times, type RowNumber } from './row-number.ts';
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
  /** The value; of hashed text the first of its parts, which tells whether it is NULL and nothing else for sure. */
  readonly expression: RowExpression;
  readonly encoding: ColumnEncoding;
  /** The number for a value's text; null if there is none. */
  readonly encode: (text: string) => bigint | null;
  /** Of hashed text: two numbers that are both equal exactly where texts are. Empty for everything else. */
  readonly parts: readonly RowExpression[];
  readonly encodeParts: (text: string) => readonly bigint[] | null;
}

export function rowColumn(name: string, scope: RowScope): RowColumn {
  const definition = scope.table.columns[name];
  const [encoding] = encodingsOf(scope.table, [name]);
  if (definition === undefined || encoding === undefined) throw new RangeError('an expression names a column that no source has');
  const { source, column } = scope.place(name);
  const nullable = definition.nullable ? ({ nullable: true } as const) : {};
  const expression: RowExpression = { op: 'column', source, column, bits: encoding.bits, ...nullable };
  const more: RowExpression = { op: 'column', source, column: moreOf(column), bits: Number(MORE_HASH_BITS) + 1, ...nullable };
  const parts = encoding.kind === 'hash' ? [expression, more] : [];
  const encoders = [column, ...(parts.length > 0 ? [moreOf(column)] : [])].map((part) => {
    const codec = cellCodec(scope.collaboration, part, definition);
    return (text: string) => {
      const code = codec.encode(text);
      return typeof code === 'bigint' ? code : null;
    };
  });
  return {
    expression,
    encoding,
    encode: encoders[0] as (text: string) => bigint | null,
    parts,
    encodeParts: (text) => {
      const codes = encoders.map((encode) => encode(text)).filter((code) => code !== null);
      return codes.length < encoders.length ? null : codes;
    },
  };
}

/** One number that tells values of a column apart: of hashed text both of its parts. */
export function tellsApart(column: RowColumn): RowNumber {
  const { expression, encoding, parts } = column;
  if (parts.length === 0) return { expression, scale: 0, lo: encoding.minimum, hi: encoding.maximum, exact: true };
  const [first, more] = hashParts(column);
  return plus(times(first, numberOf(1n << MORE_HASH_BITS)), more);
}

/** Both parts of a column of hashed text. */
export function hashParts({ encoding, parts }: RowColumn): readonly [RowNumber, RowNumber] {
  const [first, more] = parts;
  if (first === undefined || more === undefined) throw new RangeError('the column is no text that is shared as a hash');
  const whole = (expression: RowExpression, hi: bigint): RowNumber => ({ expression, scale: 0, lo: 0n, hi, exact: true });
  return [whole(first, encoding.maximum), whole(more, (1n << MORE_HASH_BITS) - 1n)];
}

/** A condition as a station's engine reads it, over its own columns. */
export const ownText =
  (scope: RowScope) =>
  (node: Bound): string =>
    print(node, (n) => (n.kind === 'column' ? quoteName(scope.place(n.name).column) : null));

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

export function notOnShares(node: Bound): RefusedError {
  return unsupported(
    `${shortened(print(node))} over shared rows, which nobody sees,`,
    'There, use comparisons, IN, CASE, +, -, * and division by a number; any other function works on columns with short declared lists or ranges.',
  );
}
