/** Privacy budgets as people read them: decimal text, rounded so that nobody takes less for spent than was. */
import { epsilonOf } from '@sluis/budget';
import type { PrivacyEvent } from '@sluis/model';

const SHOWN = 1e6;
/** No ε at all bounds what was spent at this δ. */
export const UNBOUNDED = '∞';

/** ε of events at a δ, rounded up to six decimals. What is decided is decided on exact numbers, not on this. */
export function epsilonText(events: readonly PrivacyEvent[], delta: string): string {
  const epsilon = epsilonOf(events, Number(delta));
  if (!Number.isFinite(epsilon)) return UNBOUNDED;
  // A sum such as 0.1 + 0.2 is a little above in doubles: that must not show as a millionth more.
  const millionths = BigInt(Math.ceil(epsilon * SHOWN * (1 - 1e-12)));
  const digits = millionths.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
}
