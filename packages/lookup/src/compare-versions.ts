/** What changed between published records and the entries of a new version. Both are in ascending order of their tags. */
import type { Incoming } from './incoming.ts';
import { comparePacked } from './packed-order.ts';
import { type Records, TAG_BYTES } from './records.ts';

export interface Changes {
  /** Of each new entry: which record it was, or −1. */
  readonly before: Int32Array;
  /** New entries that no record has. */
  readonly fresh: Uint32Array;
  /** New entries whose value changed. */
  readonly changed: Uint32Array;
  /** Records that no new entry has. */
  readonly gone: Uint32Array;
}

export function compareVersions(records: Records, incoming: Incoming): Changes {
  const count = incoming.identifiers.length;
  const before = new Int32Array(count).fill(-1);
  const [fresh, changed, gone]: [number[], number[], number[]] = [[], [], []];
  let r = 0;
  for (let i = 0; i < count; i++) {
    let order = -1;
    while (r < records.count) {
      order = comparePacked(records.tags, r * TAG_BYTES, incoming.tags, i * TAG_BYTES, TAG_BYTES);
      if (order >= 0) break;
      gone.push(r++);
      order = -1;
    }
    if (r === records.count || order !== 0) {
      fresh.push(i);
      continue;
    }
    before[i] = r;
    if (comparePacked(records.valueTags, r * TAG_BYTES, incoming.valueTags, i * TAG_BYTES, TAG_BYTES) !== 0) changed.push(i);
    r++;
  }
  while (r < records.count) gone.push(r++);
  return { before, fresh: Uint32Array.from(fresh), changed: Uint32Array.from(changed), gone: Uint32Array.from(gone) };
}
