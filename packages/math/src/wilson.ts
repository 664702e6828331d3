/** How sure one is of a proportion that was counted in a sample. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959_963_984_540_054;

/**
 * The 95 % interval of a proportion, by Wilson's score: for independent cases, it covers the true proportion about 95 times
 * in 100, with few cases and near 0 and 1 too. It says nothing about cases of another kind.
 *
 * @param hits - 0 up to `cases`, whole.
 * @throws RangeError without cases, or for more hits than these.
 * Source: Wilson 1927; recommended for small samples by Brown, Cai & DasGupta 2001.
 */
export function wilsonInterval(hits: number, cases: number): Interval {
  if (!Number.isSafeInteger(hits) || !Number.isSafeInteger(cases) || cases < 1 || hits < 0 || hits > cases)
    throw new RangeError('0 to all of at least one case');
  const share = hits / cases;
  const middle = share + (Z * Z) / (2 * cases);
  const reach = Z * Math.sqrt((share * (1 - share)) / cases + (Z * Z) / (4 * cases * cases));
  const scale = 1 + (Z * Z) / cases;
  return { low: hits === 0 ? 0 : (middle - reach) / scale, high: hits === cases ? 1 : (middle + reach) / scale };
}
