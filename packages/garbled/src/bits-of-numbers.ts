/** Numbers of many instances as the bits of wires, and back: wire w of instance i is bit w·instances + i. */
import { InvalidError } from '@sluis/base';

/**
 * @param columns - one list of `instances` signed numbers per input number.
 * @throws InvalidError `garbled/out-of-range` without naming the number, RangeError on ragged columns.
 */
export function toWireBits(columns: readonly (readonly bigint[])[], width: number, instances: number): Uint8Array {
  const out = new Uint8Array(columns.length * width * instances);
  columns.forEach((column, c) => {
    if (column.length !== instances) throw new RangeError('every column has one number per instance');
    column.forEach((value, i) => {
      if (BigInt.asIntN(width, value) !== value) {
        throw new InvalidError('garbled/out-of-range', {
          stage: 'usage',
          message: `Number ${i + 1} does not fit in ${width} bits with its sign.`,
          remedy: 'Agree on a larger width, or on a coarser unit.',
        });
      }
      for (let b = 0; b < width; b++) out[(c * width + b) * instances + i] = Number((value >> BigInt(b)) & 1n);
    });
  });
  return out;
}

/** Signed numbers of the given widths (a single bit is 0 or 1), one list per output. */
export function fromWireBits(bits: Uint8Array, widths: readonly number[], instances: number): bigint[][] {
  let wire = 0;
  return widths.map((width) => {
    const first = wire;
    wire += width;
    return Array.from({ length: instances }, (_, i) => {
      let value = 0n;
      for (let b = 0; b < width; b++) value |= BigInt(bits[(first + b) * instances + i] as number) << BigInt(b);
      return width === 1 ? value : BigInt.asIntN(width, value);
    });
  });
}
