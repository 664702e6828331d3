/** Interval arithmetic over columns of an answer, as SQL: from the ends of noisy aggregates to those of what is computed of them. */
import { hasAggregate, type Bound, type OperationNode } from './expression.ts';

export interface Ends {
  readonly low: string;
  readonly high: string;
}

/** Ends of parts that are not made of other parts: aggregates, and text of keys and literals. Null where nothing is known. */
export type EndsOf = (node: Bound) => Ends | null;

/** Functions that never fall while their first argument grows; the others must be literals. */
const RISING = /^(cast|round|round_even|floor|ceil|ceiling|trunc|sqrt|cbrt|ln|log2|log10|exp|sign|nullif)$/;

/** Longer text is given up: products of products double with every level. */
const LONGEST = 50_000;

/** Null where no bounds are known, NULL in SQL where there are none for a cell. */
export function endsOfExpression(node: Bound, leaf: EndsOf): Ends | null {
  if (node.kind !== 'operation' || !hasAggregate(node)) return leaf(node);
  const args = node.args.map((a) => endsOfExpression(a, leaf));
  if (args.some((a) => a === null)) return null;
  const ends = combined(
    node,
    args.filter((a) => a !== null),
  );
  return ends !== null && ends.low.length + ends.high.length <= LONGEST ? ends : null;
}

function combined(node: OperationNode, args: readonly Ends[]): Ends | null {
  const { name, write } = node;
  const [a, b] = args;
  if (a === undefined) return null;
  const lows = args.map((x) => x.low);
  const highs = args.map((x) => x.high);
  if (b === undefined && name === '-') return { low: write([a.high]), high: write([a.low]) };
  if ((b === undefined && name === '+') || (RISING.test(name) && node.args.slice(1).every((x) => !hasAggregate(x))))
    return { low: write([a.low, ...lows.slice(1)]), high: write([a.high, ...lows.slice(1)]) };
  if (b === undefined) return name === 'abs' || name === '@' ? size(a) : null;
  if (name === 'greatest' || name === 'least') return { low: write(lows), high: write(highs) };
  if (args.length !== 2) return null;
  if (name === '+') return { low: write([a.low, b.low]), high: write([a.high, b.high]) };
  if (name === '-') return { low: write([a.low, b.high]), high: write([a.high, b.low]) };
  if (name === '*') return corners(write, a, b, '');
  return name === '/' ? corners(write, a, b, `(${b.low} > 0 OR ${b.high} < 0) AND `) : null;
}

const size = ({ low, high }: Ends): Ends => ({
  low: `CASE WHEN ${low} > 0 THEN ${low} WHEN ${high} < 0 THEN -${high} WHEN ${low} <= ${high} THEN ${low} - ${low} END`,
  high: `CASE WHEN ${low} <= ${high} THEN greatest(${high}, -${low}) END`,
});

/** The least and the greatest of the four combinations; NULL where the condition fails, or one of them is not known. */
function corners(write: OperationNode['write'], a: Ends, b: Ends, condition: string): Ends {
  const all = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => write([x, y])));
  const known = all.map((x) => `${x} IS NOT NULL`).join(' AND ');
  const of = (pick: string): string => `CASE WHEN ${condition}${known} THEN ${pick}(${all.join(', ')}) END`;
  return { low: of('least'), high: of('greatest') };
}
