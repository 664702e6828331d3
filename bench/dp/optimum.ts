/** The least expected error that noise with pure differential privacy can have for one curator, per released number. */

/**
 * Least root mean square of noise on whole numbers that a unit changes by 1: the geometric mechanism's, which is optimal for
 * counts whatever is known beforehand. Source: Ghosh, Roughgarden & Sundararajan 2009, Theorem 3.1.
 */
export function leastErrorOfCount(epsilon: number): number {
  const q = Math.exp(-epsilon);
  return Math.sqrt(2 * q) / (1 - q);
}

/**
 * Least root mean square of noise on real numbers that a unit changes by at most `sensitivity`: the staircase mechanism's.
 * Source: Geng & Viswanath 2014, Theorem 4.
 */
export function leastErrorOfSum(epsilon: number, sensitivity: number): number {
  const b = Math.exp(-epsilon);
  return (sensitivity * Math.sqrt(((b * (1 + b)) / 2) ** (2 / 3) + b)) / (1 - b);
}
