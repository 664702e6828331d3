/** Which items stand several times in a set: for reports on data quality, before a run. */
import type { Random } from '@sluis/base';
import { Arena, BulkHash } from '@sluis/kernels';
import { ItemRows } from './item-rows.ts';
import { blocksFor } from './lengths.ts';
import { checkItems, itemCount, type PackedItems } from './packed-items.ts';

/**
 * Positions of items that stand earlier in the same set too, ascending. The protocols give the exact answer for each position
 * without it.
 *
 * @throws InvalidError `psi/bad-items`. Cost: about 0.2 µs and 80 bytes of memory an item.
 */
export async function repeatedItems(items: PackedItems, random: Random): Promise<Uint32Array> {
  const count = itemCount(items);
  checkItems(items, count);
  const arena = new Arena();
  try {
    const rows = await ItemRows.hash(arena, new BulkHash(arena), items, random.bytes(32), count, random);
    await rows.arrange(random.bytes(16), blocksFor(count));
    return rows.repeats.filter((_, k) => k % 2 === 0).sort();
  } finally {
    arena.close();
  }
}
