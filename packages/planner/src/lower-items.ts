/** Items and samples of rows that are shared: by which numbers rows are put together, or drawn. */
import { encodingsOf, type PlanRowItems, type RowExpression } from '@sluis/model';
import { conjuncts } from './bind-join.ts';
import { anyValue } from './lower-any-value.ts';
import { lowerCondition } from './lower-condition.ts';
import type { Items, Question } from './question.ts';
import { ownText, rowColumn, type RowScope } from './row-scope.ts';
import { stationsAlone, type Sharing } from './sharing.ts';

/** Items by their keys, joined rows by the keys of the first join; texts by the second part of their hash, which is short. */
export async function sampledBy({ joins, merging }: Question, scope: RowScope): Promise<RowExpression[]> {
  const keys: RowExpression[] = [];
  for (const key of merging?.keys ?? joins[0]?.on.map((pair) => pair.left) ?? []) {
    const column = key.kind === 'column' ? rowColumn(key.name, scope) : null;
    keys.push(column === null ? (await anyValue(key, scope)).expression : (column.parts[1] ?? column.expression));
  }
  return keys;
}

/** A column as one number, or the two that tell texts apart. */
function numbersOf(name: string, scope: RowScope): readonly RowExpression[] {
  const { parts, expression } = rowColumn(name, scope);
  return parts.length > 0 ? parts : [expression];
}

export interface MergedRows {
  readonly rows: PlanRowItems;
  readonly stationWhere: string;
}

export async function mergedRows(
  { keys, where, sums }: Items,
  { table }: Question,
  sharing: Sharing,
  scope: RowScope,
): Promise<MergedRows> {
  const early = stationsAlone(sharing.sources[0]);
  const added = sums.map((s, i) => {
    const [encoding] = encodingsOf(table, [`#sum${i}`]);
    const { expression } = rowColumn(s.name, scope);
    return { expression, minimum: String(encoding?.minimum ?? 0n), maximum: String(encoding?.maximum ?? 0n) };
  });
  return {
    rows: {
      where: where === null || early ? null : await lowerCondition(where, scope),
      keys: keys.flatMap((k) => numbersOf(k.name, scope)),
      sums: added,
    },
    stationWhere: where === null || !early ? '' : conjuncts(where).map(ownText(scope)).join(' AND '),
  };
}
