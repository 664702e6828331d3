/** Sets of items as one piece of bytes, so that millions of them cost no objects. */
import { InvalidError } from '@sluis/base';

/** Item i = bytes[offsets[i], offsets[i + 1]); one offset more than items. Items are compared byte by byte. */
export interface PackedItems {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

export const itemCount = (items: PackedItems): number => items.offsets.length - 1;

export const itemAt = ({ bytes, offsets }: PackedItems, i: number): Uint8Array => bytes.subarray(offsets[i], offsets[i + 1]);

const encoder = new TextEncoder();

/** Packs byte strings, or texts as UTF-8. Throws RangeError beyond 4 GiB. */
export function packItems(items: readonly (Uint8Array | string)[]): PackedItems {
  const parts = items.map((item) => (typeof item === 'string' ? encoder.encode(item) : item));
  const total = parts.reduce((n, part) => n + part.length, 0);
  if (total >= 2 ** 32) throw new RangeError('packed items have less than 4 GiB');
  const bytes = new Uint8Array(total);
  const offsets = new Uint32Array(items.length + 1);
  parts.forEach((part, i) => {
    const at = offsets[i] as number;
    bytes.set(part, at);
    offsets[i + 1] = at + part.length;
  });
  return { bytes, offsets };
}

/** Throws InvalidError `psi/bad-items` unless the offsets rise from 0 to the number of bytes; `psi/too-many-items`. */
export function checkItems({ bytes, offsets }: PackedItems, declared: number): void {
  let good = offsets.length > 0 && offsets[0] === 0 && offsets[offsets.length - 1] === bytes.length;
  for (let i = 1; good && i < offsets.length; i++) good = (offsets[i - 1] as number) <= (offsets[i] as number);
  if (!good) {
    throw new InvalidError('psi/bad-items', {
      stage: 'dataset',
      message: 'Packed items have offsets that do not rise from 0 to the number of bytes.',
      remedy: 'Pack them with packItems.',
    });
  }
  if (offsets.length - 1 <= declared) return;
  throw new InvalidError('psi/too-many-items', {
    stage: 'dataset',
    message: `There are ${offsets.length - 1} items, but ${declared} were declared.`,
    remedy: 'Declare a larger size to both sides, then start again.',
  });
}
