/** Both sides of an intersection in one thread: the same program for Node and, bundled, for a browser. */
import { type Random, systemRandom, utf8 } from '@sluis/base';
import { type IntersectionTerms, intersectAsReceiver, intersectAsSender, MessageLink, type PackedItems } from '@sluis/psi';

const ITEM = 12;

export interface BothSides {
  readonly seconds: number;
  /** How many positions came out, all of which are right. */
  readonly found: number;
}

/** `n` items on each side, half of them common. Throws Error unless the answer is exact. */
export async function bothSides(
  n: number,
  protocol: IntersectionTerms['protocol'],
  threat: IntersectionTerms['threat'],
  random: Random = systemRandom,
): Promise<BothSides> {
  const offsets = Uint32Array.from({ length: n + 1 }, (_, i) => ITEM * i);
  const [sent, received] = [random.bytes(ITEM * n), random.bytes(ITEM * n)];
  const common = n >> 1;
  received.set(sent.subarray(0, ITEM * common), ITEM * (n - common));
  const terms: IntersectionTerms = { context: utf8(`both sides of ${n}`), protocol, threat, sizes: { sender: n, receiver: n } };
  const atSender: MessageLink = new MessageLink((message) => atReceiver.arrived(message), { timeoutMs: 600_000 });
  const atReceiver: MessageLink = new MessageLink((message) => atSender.arrived(message), { timeoutMs: 600_000 });
  const items = (bytes: Uint8Array): PackedItems => ({ bytes, offsets });
  const started = performance.now();
  const [, positions] = await Promise.all([
    intersectAsSender(atSender, items(sent), terms, random),
    intersectAsReceiver(atReceiver, items(received), terms, random),
  ]);
  const seconds = (performance.now() - started) / 1000;
  const right = positions.length === common && positions.every((position, i) => position === n - common + i);
  if (!right) throw new Error(`${positions.length} positions came out for ${common} common items`);
  return { seconds, found: positions.length };
}
