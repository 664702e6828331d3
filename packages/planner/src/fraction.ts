/** Exact fractions of positive whole numbers, as plans write them: "a" or "a/b". */

export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Reads "12", "0.5" or "3/4". */
export function fractionOf(text: string): Fraction {
  const [whole, fraction = ''] = text.split('/');
  if (fraction !== '') return { top: BigInt(whole ?? ''), bottom: BigInt(fraction) };
  const [before = '', after = ''] = text.split('.');
  return { top: BigInt(before + after), bottom: 10n ** BigInt(after.length) };
}

export function fractionText({ top, bottom }: Fraction): string {
  const by = divisor(top, bottom);
  return bottom === by ? String(top / by) : `${top / by}/${bottom / by}`;
}

export const times = (a: Fraction, b: Fraction): Fraction => ({ top: a.top * b.top, bottom: a.bottom * b.bottom });
export const over = (a: Fraction, b: Fraction): Fraction => times(a, { top: b.bottom, bottom: b.top });
export const whole = (n: bigint): Fraction => ({ top: n, bottom: 1n });

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}
