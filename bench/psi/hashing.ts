/** Hashing of short items: the bulk kernel beside node:crypto and BLAKE3, an item of 12 bytes at a time. */
import { createHash } from 'node:crypto';
import { blake3 } from '@noble/hashes/blake3.js';
import { systemRandom } from '@sluis/base';
import { Arena, BulkHash } from '@sluis/kernels';
import type { BenchmarkOptions, Figure } from '../figure.ts';

const ITEM = 12;
/** What precedes each item: it binds the hash to its purpose and session. */
const FIRST_BLOCK = new Uint8Array(64).fill(9);

/** CPU nanoseconds an item. */
function nanoseconds(items: number, work: () => void): number {
  work();
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / items;
}

/** Figures of hashing; digests of all three are kept, so that nothing can be left out. */
export function hashingFigures(options: BenchmarkOptions): Figure[] {
  if (options.only !== null && !'hashing'.includes(options.only)) return [];
  const n = options.quick ? 50_000 : 400_000;
  const bytes = systemRandom.bytes(ITEM * n);
  const offsets = Uint32Array.from({ length: n + 1 }, (_, i) => ITEM * i);
  const arena = new Arena();
  const bulk = new BulkHash(arena);
  const start = bulk.begin(FIRST_BLOCK);
  const digests = arena.reserve(32 * n);
  const ours = nanoseconds(n, () => bulk.hashAll({ bytes, offsets }, start, digests));
  const each = (hash: (message: Uint8Array) => Uint8Array) => () => {
    const message = new Uint8Array(64 + ITEM);
    message.set(FIRST_BLOCK);
    for (let i = 0; i < n; i++) {
      message.set(bytes.subarray(ITEM * i, ITEM * (i + 1)), 64);
      arena.bytes(digests + 32 * i, 32).set(hash(message));
    }
  };
  const node = nanoseconds(
    n,
    each((message) => createHash('sha256').update(message).digest()),
  );
  const noble = nanoseconds(n, each(blake3));
  arena.close();
  const name = 'hashing of items: SHA-256 in bulk';
  return [
    { name, value: ours, unit: 'ns/item', peer: 'node:crypto SHA-256, item by item', peerValue: node, ratio: node / ours },
    { name: '  the same', value: ours, unit: 'ns/item', peer: '@noble/hashes BLAKE3, item by item', peerValue: noble, ratio: noble / ours },
  ];
}
