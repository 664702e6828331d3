/** Statistics of pairs from exact sums; only the last step rounds to a double. */
import { pairSums, type PairKind, type PairSum } from '@sluis/model';
import { quotient } from './quotient.ts';

/** Scales of the sums of x and of y. */
export interface PairScales {
  readonly x: number;
  readonly y: number;
}

/** Numerator, and decimals that it is too large by. */
interface Scaled {
  readonly value: bigint;
  readonly scale: number;
}

/**
 * The value over `n` rows, or null where it is undefined, also because noise leaves no rows or no spread (as in DuckDB, with null for what is not finite). `parts` are
 * the sums that `pairSums` names.
 */
export function pairValue(kind: PairKind, n: bigint, parts: readonly bigint[], scales: PairScales): number | null {
  if (n < 1n) return null;
  const at = new Map<PairSum, bigint>(pairSums(kind).map((name, i) => [name, parts[i] ?? 0n]));
  const sum = (name: PairSum): bigint => at.get(name) ?? 0n;
  const xy: Scaled = { value: n * sum('xy') - sum('x') * sum('y'), scale: scales.x + scales.y };
  const xx: Scaled = { value: n * sum('xx') - sum('x') ** 2n, scale: 2 * scales.x };
  const yy: Scaled = { value: n * sum('yy') - sum('y') ** 2n, scale: 2 * scales.y };
  switch (kind) {
    case 'covar_pop':
      return divided(xy, n * n);
    case 'covar_samp':
      return n < 2n ? null : divided(xy, n * (n - 1n));
    case 'regr_sxx':
      return divided(xx, n);
    case 'regr_syy':
      return divided(yy, n);
    case 'regr_sxy':
      return divided(xy, n);
    case 'regr_slope':
      return xx.value <= 0n ? null : ratio(xy, xx);
    case 'regr_intercept': {
      const top = { value: sum('y') * sum('xx') - sum('x') * sum('xy'), scale: scales.y + 2 * scales.x };
      return xx.value <= 0n ? null : ratio(top, xx);
    }
    case 'regr_r2': {
      if (xx.value <= 0n || yy.value < 0n) return null;
      return yy.value === 0n ? 1 : Math.min(1, ratio(squared(xy), product(xx, yy)));
    }
    case 'corr': {
      if (xx.value <= 0n || yy.value <= 0n) return null;
      const size = Math.min(1, Math.sqrt(ratio(squared(xy), product(xx, yy))));
      return xy.value < 0n ? -size : size;
    }
  }
}

const product = (a: Scaled, b: Scaled): Scaled => ({ value: a.value * b.value, scale: a.scale + b.scale });
const squared = (a: Scaled): Scaled => product(a, a);
const divided = (a: Scaled, by: bigint): number => quotient(a.value, by * 10n ** BigInt(a.scale));

function ratio(a: Scaled, b: Scaled): number {
  const shift = b.scale - a.scale;
  return shift >= 0 ? quotient(a.value * 10n ** BigInt(shift), b.value) : quotient(a.value, b.value * 10n ** BigInt(-shift));
}
