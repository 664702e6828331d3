/** How grouping sets hang together. */

/** Whether two sets of keys have totals in common although no set contains both: then each can give away cells of the other. */
export function sharesTotals(sets: readonly (readonly number[])[]): boolean {
  const within = (a: readonly number[], b: readonly number[]) => a.every((k) => b.includes(k));
  return sets.some((a, i) => sets.some((b, j) => j < i && !sets.some((both) => within(a, both) && within(b, both))));
}
