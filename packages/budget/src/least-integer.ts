/**
 * The least whole number above `low` and up to `high` from which on something holds. It holds at `high` and not at `low`;
 * beyond 2^53 as near as doubles tell numbers apart, and never one at which it does not hold.
 */
export function leastInteger(low: number, high: number, holds: (value: number) => boolean): bigint {
  let [below, found] = [low, high];
  while (found - below > 1) {
    const middle = Math.floor(below + (found - below) / 2);
    if (middle <= below || middle >= found) break;
    if (holds(middle)) found = middle;
    else below = middle;
  }
  return BigInt(found);
}
