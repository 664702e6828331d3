/** Math.min and Math.max take no big integers. */
export const least = (first: bigint, ...others: readonly bigint[]): bigint => {
  let found = first;
  for (const v of others) if (v < found) found = v;
  return found;
};

export const most = (first: bigint, ...others: readonly bigint[]): bigint => {
  let found = first;
  for (const v of others) if (v > found) found = v;
  return found;
};
