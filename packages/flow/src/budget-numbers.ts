/** Privacy budgets as people read them: decimal text, rounded so that nobody takes less for spent than was. */
import { epsilonOf } from '@sluis/budget';
import type { PrivacyEvent } from '@sluis/model';

const PLACES = 30;
const SHOWN = 1e6;
/** No ε at all bounds what was spent at this δ. */
export const UNBOUNDED = '∞';

/** ε of events at a δ, rounded up to six decimals. What is decided is decided on exact numbers, not on this. */
export function epsilonText(events: readonly PrivacyEvent[], delta: string): string {
  const epsilon = epsilonOf(events, Number(delta));
  if (!Number.isFinite(epsilon)) return UNBOUNDED;
  // A sum such as 0.1 + 0.2 is a little above in doubles: that must not show as a millionth more.
  const millionths = Math.ceil(epsilon * SHOWN * (1 - 1e-12));
  return decimal(BigInt(millionths), 6);
}

/** `limit − spent`, at least 0. Accounting is not addition: questions that cost more by themselves may fit all the same. */
export function leftOf(limit: string, spent: string): string {
  if (spent === UNBOUNDED) return '0';
  const left = units(limit) - units(spent);
  return left <= 0n ? '0' : decimal(left, PLACES);
}

/** Units of 10^−30; digits beyond that are cut off. */
function units(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  if (!/^\d+$/.test(whole) || !/^\d*$/.test(fraction)) throw new RangeError('decimal text is needed');
  return BigInt(`${whole}${fraction.slice(0, PLACES).padEnd(PLACES, '0')}`);
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}
