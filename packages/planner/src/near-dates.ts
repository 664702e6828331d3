/**
 * Where dates become timestamps, DuckDB converts them, and a date too far away fails even inside TRY: its optimiser
 * converts the column's smallest and largest value. Such dates become NULL before.
 */
import type { Bound } from './expression.ts';

const FARTHEST_DAY = 106_000_000n * 10n ** 18n;

type Write = (texts: readonly string[]) => string;

/** `write` with dates that may be out of a timestamp's range converted first, if the operation of type `type` converts dates. */
export function withNearDates(args: readonly Bound[], type: string, write: Write, always = false): Write {
  const converts = always || type === 'TIMESTAMP' || args.some((a) => a.type === 'TIMESTAMP' || a.type === 'INTERVAL');
  const far = args.map((a) => converts && a.type === 'DATE' && !isNear(a));
  return far.includes(true) ? (texts) => write(texts.map((t, i) => (far[i] === true ? `TRY_CAST(${t} AS TIMESTAMP)` : t))) : write;
}

const isNear = ({ interval }: Bound): boolean => interval !== null && interval.lo > -FARTHEST_DAY && interval.hi < FARTHEST_DAY;
