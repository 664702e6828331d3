/** Exact division of secret integers, built from comparisons. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';

/** |a| and the sign; |−2^(bits−1)| is 2^(bits−1), unsigned. */
async function magnitude(on: Committee, a: SecretColumn, bits: number): Promise<{ size: SecretColumn; sign: SecretBits }> {
  const sign = await on.negative(a, bits);
  return { sign, size: await on.select(sign, on.scale(a, -1n), a) };
}

/** Restoring division. */
export async function divide(on: Committee, a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretColumn> {
  const [x, y] = [await magnitude(on, a, bits), await magnitude(on, b, bits)];
  const digits = await on.toBits(x.size, bits);
  const ring = await on.inject(on.concatBits(digits), a.words);
  let rest = on.constant(a.length, a.words, 0n);
  const quotient: SecretBits[] = [];
  for (let i = bits - 1; i >= 0; i--) {
    rest = on.add(on.scale(rest, 2n), on.slice(ring, i * a.length, a.length));
    const fits = on.not(await on.less(rest, y.size, bits));
    rest = on.subtract(rest, await on.mask(fits, y.size));
    quotient.unshift(fits);
  }
  const sizes = await on.inject(on.concatBits(quotient), a.words);
  const total = on.sum(quotient.map((_, i) => on.scale(on.slice(sizes, i * a.length, a.length), 1n << BigInt(i))));
  const signed = await on.select(on.xor(x.sign, y.sign), on.scale(total, -1n), total);
  return on.mask(on.not(await on.isZero(b, bits)), signed);
}
