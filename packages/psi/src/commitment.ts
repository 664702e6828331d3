/**
 * Commitment to the items of a side before a run: given to the peer, it says nothing of the items; opened to an auditor, it
 * shows whether a run used other items than those committed to. It is no defence against a station that commits itself to
 * wrong items from the start: only somebody who knows the source can tell.
 */
import { InvalidError, ProtocolError, type Random, uint64be } from '@sluis/base';
import { commit, constantTimeEqual, taggedHash } from '@sluis/crypto';
import { Arena, BulkHash, setKernels } from '@sluis/kernels';
import { DIGEST_BYTES, firstBlock, sortRecords } from './item-rows.ts';
import { checkItems, itemCount, type PackedItems } from './packed-items.ts';
import { eachStripe, STRIPE } from './stripes.ts';

const SALT_BYTES = 32;
const TAG = 'sluis/psi/items/1';

export interface ItemsCommitment {
  /** 32 bytes for the peer, or for `context` of the terms. */
  readonly commitment: Uint8Array;
  /** 32 bytes to keep secret until an audit: with it, guesses at the items can be tried. */
  readonly salt: Uint8Array;
}

/**
 * Commits to a multiset of items: their order does not matter, how often each stands there does.
 *
 * @param context - what the commitment is for (run, party): one made for something else does not open.
 * Cost: about 0.3 µs and 50 bytes of memory an item.
 */
export async function commitToItems(items: PackedItems, context: Uint8Array, random: Random): Promise<ItemsCommitment> {
  const salt = random.bytes(SALT_BYTES);
  return { commitment: await commitmentOf(items, context, salt), salt };
}

/**
 * Checks on an audit that items are those that were committed to.
 *
 * @throws ProtocolError `psi/changed-items` if they are not; InvalidError `psi/bad-items`, `psi/bad-salt`.
 */
export async function checkCommitment(items: PackedItems, context: Uint8Array, { commitment, salt }: ItemsCommitment): Promise<void> {
  if (salt.length !== SALT_BYTES) {
    throw new InvalidError('psi/bad-salt', {
      stage: 'dataset',
      message: 'The salt of a commitment to items has 32 bytes, and this one has not.',
      remedy: 'Use the salt that was kept when the commitment was made.',
    });
  }
  if (constantTimeEqual(await commitmentOf(items, context, salt), commitment)) return;
  throw new ProtocolError('psi/changed-items', {
    stage: 'dataset',
    message: 'These are not the items to which the commitment was made: they, or what the commitment is for, have changed.',
    remedy: 'Compare the data with what was connected when the run began, and the context with that of the run.',
  });
}

/** Hash, under the salt, of the sorted digests of all items; digests are salted too, so that their order says nothing either. */
async function commitmentOf(items: PackedItems, context: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  checkItems(items, itemCount(items));
  const arena = new Arena();
  try {
    const count = itemCount(items);
    const digests = await sortedDigests(arena, items, taggedHash(TAG, context, salt));
    // In parts, because a hash of the platform takes no more than 2 GiB at once.
    let chain = taggedHash(TAG, context, uint64be(count));
    for (let from = 0; from < count; from += STRIPE) {
      chain = taggedHash(TAG, chain, arena.bytes(digests + DIGEST_BYTES * from, DIGEST_BYTES * Math.min(STRIPE, count - from)));
    }
    return commit(TAG, salt, chain);
  } finally {
    arena.close();
  }
}

/** Digests of all items in ascending order, at the address returned. */
async function sortedDigests(arena: Arena, items: PackedItems, key: Uint8Array): Promise<number> {
  const kernels = arena.attach(setKernels);
  const count = itemCount(items);
  const digests = arena.reserve(DIGEST_BYTES * count + 16);
  const out = arena.reserve(DIGEST_BYTES * count);
  const hash = new BulkHash(arena);
  const start = hash.begin(firstBlock('commitment', key));
  for (let from = 0; from < count; from += STRIPE) {
    hash.hashAll({ bytes: items.bytes, offsets: items.offsets.subarray(from, from + STRIPE + 1) }, start, digests + DIGEST_BYTES * from);
  }
  const [first, second] = [arena.reserve(8 * count), arena.reserve(8 * count)];
  await eachStripe(count, STRIPE, (from, n) => kernels.valueRecords(digests, DIGEST_BYTES, from, n, first));
  const [sorted] = await sortRecords(arena, first, second, count, 32);
  await eachStripe(count, STRIPE, (from, n) => kernels.orderTies(sorted, from, n, digests, DIGEST_BYTES));
  await eachStripe(count, STRIPE, (from, n) => kernels.gatherDigests(sorted + 8 * from, n, digests, out + DIGEST_BYTES * from));
  return out;
}
