/** Secret numbers in a wider ring. */
import type { Committee, SecretColumn } from '@sluis/technique';
import { column, columnShare } from './shares.ts';

/**
 * The same signed value of at most `bits` bits in a ring of `words` words. Run by: all three compute parties, in step.
 *
 * The components, taken as numbers below 2^(64·from) of the wider ring, add up to the value (made non-negative first)
 * plus 0, 1 or 2 times 2^(64·from): two bits of their sum say how often, and are taken away.
 *
 * Learns: nobody anything. Cost: one comparison of 64·from + 2 bits and one injection, of two elements each.
 * Source: the bits are those of Mohassel & Rindal 2018 (ABY3), §5.3; the correction is that of a share conversion.
 */
export async function widen(on: Committee, a: SecretColumn, bits: number, words: number): Promise<SecretColumn> {
  const from = a.words;
  if (words <= from) return words === from ? a : on.narrow(a, words);
  if (!Number.isInteger(bits) || bits < 1 || bits > 64 * from) throw new RangeError('a value is as wide as its ring at most');
  const n = a.length;
  if (n === 0) return on.constant(0, words, 0n);
  const offset = 1n << BigInt(bits - 1);
  const sum = zeroExtended(on.addConstant(a, offset), words);
  // Bit 64·from + 1 of both: of the sum itself, and of its double.
  const carries = await on.negative(on.concat([sum, on.scale(sum, 2n)]), 64 * from + 2);
  const counted = await on.inject(carries, words - from);
  const times = on.add(on.scale(on.slice(counted, 0, n), 2n), on.slice(counted, n, n));
  return on.addConstant(on.subtract(sum, raised(times, from)), -offset);
}

/** Each component as a number of more words. Local; what the components add up to is another number. */
function zeroExtended(a: SecretColumn, words: number): SecretColumn {
  const { mine, next, length } = columnShare(a);
  const extended = (held: BigUint64Array) => {
    const out = new BigUint64Array(length * words);
    out.set(held);
    return out;
  };
  return column(words, extended(mine), extended(next));
}

/** a · 2^(64·by) in a ring wider by `by` words. Local. */
function raised(a: SecretColumn, by: number): SecretColumn {
  const { mine, next, length, words } = columnShare(a);
  const above = (held: BigUint64Array) => {
    const out = new BigUint64Array(length * (words + by));
    out.set(held, length * by);
    return out;
  };
  return column(words + by, above(mine), above(next));
}
