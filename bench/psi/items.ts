/** Sets of the benchmark: 12 bytes an item; half of the smaller set stands in both, in another order. */
import { utf8 } from '@sluis/base';
import { Prg, sha256 } from '@sluis/crypto';
import type { PackedItems } from '@sluis/psi';
import type { Order } from './order.ts';

const ITEM = 12;

const stream = (run: string, name: string, count: number) =>
  new Prg(sha256(utf8(run)), `bench/psi/${name}`).fill(new Uint8Array(ITEM * count));

/** How many items both have. */
export const common = ({ sender, receiver }: Order): number => Math.min(sender, receiver) >> 1;

export function itemsOf(role: 'sender' | 'receiver', order: Order): PackedItems {
  const count = order[role];
  const both = common(order);
  const bytes = stream(order.run, role, count);
  const shared = stream(order.run, 'both', both);
  // The sender's come first; the receiver's stand at every position from its end, backwards.
  for (let i = 0; i < both; i++) bytes.set(shared.subarray(ITEM * i, ITEM * (i + 1)), ITEM * (role === 'sender' ? i : count - 1 - i));
  return { bytes, offsets: Uint32Array.from({ length: count + 1 }, (_, i) => ITEM * i) };
}

/** Throws Error unless the receiver's answer is exactly the items that both have. */
export function checkPositions(positions: Uint32Array, order: Order): void {
  const both = common(order);
  const right = positions.length === both && positions.every((position, i) => position === order.receiver - both + i);
  if (!right) throw new Error(`the intersection is wrong: ${positions.length} positions for ${both} items`);
}
