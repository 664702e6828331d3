/** Privacy budgets as people read them: decimal text, rounded so that nobody takes less for spent than was. */
import { type Charges, epsilonOf, spentEpsilon } from '@sluis/budget';
import type { PrivacyEvent } from '@sluis/model';

const SHOWN = 1e6;
/** No ε at all bounds what was spent at this δ. */
export const UNBOUNDED = '∞';

/** ε of events that are chosen together, at a δ, rounded up to six decimals. */
export const epsilonText = (events: readonly PrivacyEvent[], delta: string): string => shown(epsilonOf(events, Number(delta)));

/** ε of a budget that charges have used, rounded up to six decimals. What is decided is decided on exact numbers, not on this. */
export const spentText = (charges: Charges, delta: string): string => shown(spentEpsilon(charges, delta));

function shown(epsilon: number): string {
  if (!Number.isFinite(epsilon)) return UNBOUNDED;
  // A sum such as 0.1 + 0.2 is a little above in doubles: that must not show as a millionth more.
  const millionths = BigInt(Math.ceil(epsilon * SHOWN * (1 - 1e-12)));
  const digits = millionths.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
}
