/** Values of rows that are shared, of any type, as numbers that tell them apart. */
import { domainOf } from './domains.ts';
import type { Bound } from './expression.ts';
import { lowerNumber } from './lower-number.ts';
import { lowerPosition } from './lower-position.ts';
import type { RowNumber } from './row-number.ts';
import { rowColumn, type RowScope, tellsApart } from './row-scope.ts';

/** A value as whatever number it has: equal exactly where the values are. */
export async function anyValue(value: Bound, scope: RowScope): Promise<RowNumber> {
  if (value.kind === 'column') return tellsApart(rowColumn(value.name, scope));
  if (value.type !== 'VARCHAR') return lowerNumber(value, scope);
  const list = (await domainOf(value, scope.table, scope.typing)).values.filter((v) => v !== null);
  return lowerPosition(value, list, scope);
}
