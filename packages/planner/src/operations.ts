/** How bound operations are made: typed by DuckDB, total, with conditions as truth values. */
import { operandOf } from './arithmetic.ts';
import type { Bound, OperationNode, Role } from './expression.ts';
import { between, type Interval } from './interval.ts';
import { withNearDates } from './near-dates.ts';
import { meetSafely } from './safe-conversions.ts';
import type { Typing } from './types.ts';

export interface Operation {
  readonly name: string;
  readonly args: readonly Bound[];
  readonly roles: readonly Role[];
  readonly write: (texts: readonly string[]) => string;
  readonly interval: Interval | null;
  readonly nullable: boolean;
}

export async function operation(o: Operation, typing: Typing): Promise<OperationNode> {
  const type = await typing.of(o.args.map(operandOf), o.write);
  return { kind: 'operation', ...o, type, write: withNearDates(o.args, type, o.write, o.name.startsWith('epoch')) };
}

export const TRUTH = between(0, 1);
export const deciding = (args: readonly unknown[]): Role[] => args.map(() => 'decides');

/** What may fail for some row gives NULL there instead. */
export const tried = (safe: boolean, write: OperationNode['write']): OperationNode['write'] => (safe ? write : (t) => `TRY(${write(t)})`);

export async function predicate(
  name: string,
  args: readonly Bound[],
  write: (t: readonly string[]) => string,
  typing: Typing,
): Promise<OperationNode> {
  const safe = meetSafely(args);
  const nullable = !safe || args.some((a) => a.nullable);
  return operation({ name, args, roles: deciding(args), write: tried(safe, write), interval: TRUTH, nullable }, typing);
}

/** Text or numbers used as a condition are converted without failing. */
export async function asCondition(node: Bound, typing: Typing): Promise<Bound> {
  if (node.type === 'BOOLEAN') return node;
  const write = ([a]: readonly string[]): string => `TRY_CAST(${a} AS BOOLEAN)`;
  return operation({ name: 'cast', args: [node], roles: ['decides'], write, interval: TRUTH, nullable: true }, typing);
}

/** The AND of conditions, null if there is none. */
export async function conjunction(conditions: readonly Bound[], typing: Typing): Promise<Bound | null> {
  const [first] = conditions;
  if (first === undefined) return null;
  if (conditions.length === 1) return first;
  const write = (t: readonly string[]): string => `(${t.join(' AND ')})`;
  return operation(
    { name: 'AND', args: conditions, roles: deciding(conditions), write, interval: TRUTH, nullable: conditions.some((c) => c.nullable) },
    typing,
  );
}

/** IS NULL, or IS NOT NULL where `yes` is false. */
export async function isNull(arg: Bound, yes: boolean, typing: Typing): Promise<OperationNode> {
  const word = yes ? 'IS NULL' : 'IS NOT NULL';
  const write = ([a]: readonly string[]): string => `(${a} ${word})`;
  return operation({ name: word, args: [arg], roles: ['decides'], write, interval: TRUTH, nullable: false }, typing);
}

/** Conditions that none of these values is NULL; those that never are need none. */
export async function presence(values: readonly Bound[], typing: Typing): Promise<Bound[]> {
  const found: Bound[] = [];
  for (const value of values) if (value.nullable) found.push(await isNull(value, false, typing));
  return found;
}
