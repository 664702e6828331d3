/** Intervals of variances, covariances, correlations and regressions from intervals of the sums that they are made of. */
import type { AggregateKind, PairKind, PairSum } from '@sluis/model';
import { type Ends, placedMean } from './mean.ts';
import { doubles, isPositive, minus, notNegative, outwards, over, range, squared, times, type Range } from './rational-interval.ts';

const ONE = range(1n, 1n);
const HALF = range(1n, 1n, 2n);

/** Products of two values, each doubled where it was measured from a centre. */
function reduced(value: Range | null, a: Range | null, b: Range | null): Range | null {
  if (value === null) return null;
  const one = a === null ? value : times(value, HALF);
  return b === null ? one : times(one, HALF);
}

/** Doubled centres of x and y. */
export interface Centres {
  readonly x: Range | null;
  readonly y: Range | null;
}

/** Variances and standard deviations over so many rows, at least 1 (or 2, of a sample). Null where nothing is possible. */
export function spreadInterval(kind: AggregateKind, rows: Range, sum: Range, squares: Range, centre: Range | null): Ends | null {
  const variance = reduced(varianceOf(rows, sum, squares), centre, centre);
  const wanted = variance === null ? null : /_samp$/.test(kind) ? ofSample(variance, rows) : variance;
  if (wanted === null) return null;
  const { low, high } = doubles(wanted);
  return kind.startsWith('stddev')
    ? { low: outwards(Math.sqrt(Math.max(low, 0)), -1), high: outwards(Math.sqrt(high), 1) }
    : { low: Math.max(low, 0), high };
}

function varianceOf(rows: Range, sum: Range, squares: Range): Range | null {
  const [mean, meanOfSquares] = [over(sum, rows), over(squares, rows)];
  return mean === null || meanOfSquares === null ? null : notNegative(minus(meanOfSquares, squared(mean)));
}

/** × n / (n − 1), which falls while n grows. */
function ofSample(value: Range, rows: Range): Range | null {
  const factor = over(rows, minus(rows, ONE));
  const least = over({ low: rows.high, high: rows.high }, minus({ low: rows.high, high: rows.high }, ONE));
  const most = over({ low: rows.low, high: rows.low }, minus({ low: rows.low, high: rows.low }, ONE));
  return factor === null || least === null || most === null ? null : times(value, { low: least.low, high: most.high });
}

export function pairInterval(kind: PairKind, rows: Range, sums: ReadonlyMap<PairSum, Range>, centres: Centres): Ends | null {
  const sum = (name: PairSum): Range => sums.get(name) ?? range(0n, 0n);
  const [mx, my] = [over(sum('x'), rows), over(sum('y'), rows)];
  if (mx === null || my === null) return null;
  const spread = (name: 'x' | 'y'): Range | null =>
    reduced(varianceOf(rows, sum(name), sum(name === 'x' ? 'xx' : 'yy')), centres[name], centres[name]);
  const covariance = (): Range | null => {
    const products = over(sum('xy'), rows);
    return products === null ? null : reduced(minus(products, times(mx, my)), centres.x, centres.y);
  };
  const found = (value: Range | null): Ends | null => (value === null ? null : doubles(value));
  const timesRows = (value: Range | null): Range | null => (value === null ? null : times(value, rows));
  switch (kind) {
    case 'covar_pop':
      return found(covariance());
    case 'covar_samp': {
      const value = covariance();
      return found(value === null ? null : ofSample(value, rows));
    }
    case 'regr_sxx':
      return found(timesRows(spread('x')));
    case 'regr_syy':
      return found(timesRows(spread('y')));
    case 'regr_sxy':
      return found(timesRows(covariance()));
    case 'regr_slope':
      return found(slopeOf(covariance(), spread('x')));
    case 'regr_intercept': {
      const slope = slopeOf(covariance(), spread('x'));
      return found(slope === null ? null : minus(placedMean(my, centres.y), times(slope, placedMean(mx, centres.x))));
    }
    case 'corr':
      return correlation(covariance(), spread('x'), spread('y'));
    case 'regr_r2':
      return squareOf(correlation(covariance(), spread('x'), spread('y')));
  }
}

const slopeOf = (covariance: Range | null, spread: Range | null): Range | null =>
  covariance === null || spread === null ? null : over(covariance, spread);

/** Between −1 and 1 whatever the noise. */
function correlation(covariance: Range | null, x: Range | null, y: Range | null): Ends | null {
  if (covariance === null || x === null || y === null) return null;
  if (!isPositive(x) || !isPositive(y)) return { low: -1, high: 1 };
  const { low, high } = doubles(covariance);
  const [least, most] = [doubles(times(x, y)).low, doubles(times(x, y)).high].map((v) => Math.sqrt(Math.max(v, 0)));
  const by = (value: number, smaller: boolean): number => value / ((smaller ? least : most) ?? 0);
  return {
    low: Math.max(-1, outwards(by(low, low < 0), -1)),
    high: Math.min(1, outwards(by(high, high > 0), 1)),
  };
}

function squareOf(ends: Ends | null): Ends | null {
  if (ends === null) return null;
  const { low, high } = ends;
  const most = Math.max(low * low, high * high);
  return { low: low <= 0 && high >= 0 ? 0 : outwards(Math.min(low * low, high * high), -1), high: Math.min(1, outwards(most, 1)) };
}
