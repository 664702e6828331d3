/**
 * The columns that decide which rows count, each cut into classes that can be listed: all declared values, or, of numbers
 * that are only compared with literals, what lies between these.
 */
import { RefusedError } from '@sluis/base';
import type { Table } from '@sluis/model';
import { columnValues } from './domains.ts';
import { isClosed, print, walk, type Bound } from './expression.ts';
import { decimalOf, isInteger, isNumber } from './types.ts';

/** Longer lists of values are compared by cuts. */
const MOST_VALUES = 2000;
const MOST_CUTS = 50;
const ONE = 10n ** 18n;

/** A column before classes that the question does not tell apart are merged. */
export interface ListedColumn {
  readonly name: string;
  readonly type: string;
  /** Text of a value of each class; null for NULL. */
  readonly samples: readonly (string | null)[];
  /** For cuts: fixed-point integers, ascending. Null where all values are listed. */
  readonly cuts: readonly string[] | null;
  readonly nullable: boolean;
}

const COMPARISON = /^(<|<=|>|>=|=|==|!=|<>|IS DISTINCT FROM|IS NOT DISTINCT FROM|BETWEEN|IN|NOT IN|IS NULL|IS NOT NULL)$/;

interface Use {
  readonly cuts: Set<bigint>;
  /** Whether it occurs elsewhere than in comparisons with numbers. */
  otherwise: boolean;
}

/** Throws RefusedError `plan/not-guarded` where a column's values can't be listed. */
export function listedColumns(conditions: readonly Bound[], table: Table): ListedColumn[] {
  const uses = new Map<string, Use>();
  for (const condition of conditions) collect(condition, uses);
  return [...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, use]) => listed(name, use, table));
}

function collect(condition: Bound, uses: Map<string, Use>): void {
  const of = (name: string): Use => {
    const use = uses.get(name) ?? { cuts: new Set(), otherwise: false };
    uses.set(name, use);
    return use;
  };
  walk(condition, (node) => {
    if (node.kind === 'column') of(node.name).otherwise = true;
    if (node.kind !== 'operation' || !COMPARISON.test(node.name)) return true;
    const columns = node.args.filter((a) => a.kind === 'column');
    const [column] = columns;
    const limits = node.args.filter((a) => a !== column);
    const numbers = limits.map(numberOf);
    if (columns.length !== 1 || column === undefined || numbers.some((n) => n === null)) return true;
    const { cuts } = of(column.name);
    for (const number of numbers) cuts.add(number as bigint);
    return false;
  });
}

/** The value of a literal number; null for anything else. */
function numberOf(node: Bound): bigint | null {
  const { interval } = node;
  return isClosed(node) && isNumber(node.type) && interval !== null && interval.lo === interval.hi ? interval.lo : null;
}

function listed(name: string, { cuts, otherwise }: Use, table: Table): ListedColumn {
  const column = table.columns[name];
  if (column === undefined) throw new RangeError('a column of the question is missing');
  const values = columnValues(name, table);
  if (values !== null && values.length <= MOST_VALUES)
    return { name, type: column.type, samples: values, cuts: null, nullable: column.nullable };
  if (otherwise || (cuts.size > 0 && !isNumber(column.type)) || cuts.size > MOST_CUTS) {
    throw notGuarded(
      `conditions and groups over ${name} can't be listed`,
      `Declare at most ${MOST_VALUES} values for ${name} in the agreement, or only compare it with at most ${MOST_CUTS} numbers.`,
    );
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  return {
    name,
    type: column.type,
    samples: [...samplesBetween(sorted, column.type), ...(column.nullable ? [null] : [])],
    cuts: sorted.map(String),
    nullable: column.nullable,
  };
}

/** A value of every class that cuts make: below, at, between and above them. */
function samplesBetween(cuts: readonly bigint[], type: string): string[] {
  const [first] = cuts;
  if (first === undefined) return [isNumber(type) ? '0' : type === 'VARCHAR' ? '' : '2000-01-01'];
  const samples = [decimal(first - ONE)];
  cuts.forEach((cut, i) => {
    const next = cuts[i + 1];
    samples.push(decimal(cut), decimal(next === undefined ? cut + ONE : between(cut, next, type)));
  });
  return samples;
}

/** A value of the type that lies between two cuts; where there is none, no row lies there either and any text will do. */
function between(low: bigint, high: bigint, type: string): bigint {
  const scale = isInteger(type) ? 0 : decimalOf(type)?.scale;
  if (scale === undefined) return (low + high) / 2n;
  const step = 10n ** BigInt(18 - scale);
  const floor = low - (((low % step) + step) % step);
  return floor + step;
}

function decimal(fixed: bigint): string {
  const digits = String(fixed < 0n ? -fixed : fixed).padStart(19, '0');
  return `${fixed < 0n ? '-' : ''}${digits.slice(0, -18)}.${digits.slice(-18)}`;
}

export function notGuarded(what: string, remedy: string): RefusedError {
  return new RefusedError('plan/not-guarded', {
    stage: 'plan',
    message: `This agreement guards against differences between answers, and ${what}.`,
    remedy,
  });
}

export const shortText = (node: Bound): string => {
  const text = print(node);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
};
