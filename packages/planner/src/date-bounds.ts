/** Bounds of functions of dates and timestamps, from the declared range of their arguments. */
import { boundsOf } from './arithmetic.ts';
import type { Bound, Role } from './expression.ts';
import type { Interval } from './interval.ts';

const ONE = 10n ** 18n;
const DAY_US = 86_400_000_000n;
/** Shortest length of a unit, in microseconds: so many units at most lie between two moments. */
const UNIT_US: Readonly<Record<string, bigint>> = {
  second: 1_000_000n,
  minute: 60_000_000n,
  hour: 3_600_000_000n,
  day: DAY_US,
  week: 7n * DAY_US,
  month: 28n * DAY_US,
  quarter: 90n * DAY_US,
  year: 365n * DAY_US,
};

const literalText = (node: Bound | undefined): string =>
  node?.kind === 'constant' ? node.text.replaceAll("'", '').toLowerCase().replace(/s$/, '') : '';

/** Microseconds since 1970 between which a moment lies; null if that is not declared. */
export function microseconds(node: Bound | undefined): { readonly lo: bigint; readonly hi: bigint } | null {
  if (node === undefined || (node.type !== 'DATE' && node.type !== 'TIMESTAMP')) return null;
  const bounds = boundsOf(node);
  if (bounds === null) return null;
  const unit = node.type === 'DATE' ? DAY_US : 1n;
  return { lo: (bounds.lo / ONE) * unit, hi: (bounds.hi / ONE) * unit };
}

/** Bounds of a date function, null if the catalogue's general ones hold. */
export function dateBounds(name: string, args: readonly Bound[]): Interval | null {
  if (/^date_?(diff|sub)$/.test(name)) return differenceBounds(args);
  const part = name === 'year' ? 'year' : /^date_?part$/.test(name) ? literalText(args[0]) : '';
  const range = part === 'year' ? microseconds(args.at(-1)) : null;
  if (range === null) return null;
  const year = (us: bigint): number => new Date(Number(us / 1000n)).getUTCFullYear();
  const [lo, hi] = [year(range.lo), year(range.hi)];
  return Number.isNaN(lo) || Number.isNaN(hi) ? null : { lo: BigInt(lo) * ONE, hi: BigInt(hi) * ONE };
}

function differenceBounds(args: readonly Bound[]): Interval | null {
  const unit = UNIT_US[literalText(args[0])];
  const [from, to] = [microseconds(args[1]), microseconds(args[2])];
  if (unit === undefined || from === null || to === null) return null;
  return { lo: ((to.lo - from.hi) / unit - 1n) * ONE, hi: ((to.hi - from.lo) / unit + 1n) * ONE };
}

/** A number of days between two dates is linear in both and never fails. */
export const isDayCount = (name: string, args: readonly Bound[]): boolean =>
  /^date_?(diff|sub)$/.test(name) && literalText(args[0]) === 'day' && args.slice(1).every((a) => a.type === 'DATE');

export const DAY_COUNT_ROLES: readonly Role[] = ['value', 'value', 'value'];
