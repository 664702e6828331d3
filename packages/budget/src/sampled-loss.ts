/** The privacy loss of a mechanism that sees a secret random part of the data. */
import type { Loss } from './claim.ts';
import { type Atoms, atoms, atomsOf, type Direction, type Fineness } from './loss-atoms.ts';

/**
 * Sampling of the dominating pair (P, Q), by Zhu, Dong & Wang 2022, §4: for one unit less, ((1 − q)Q + qP, Q); for one more,
 * (P, (1 − q)P + qQ). Without replacement, where neighbours differ in a value, δ'(ε') = q·δ(ε) with e^{ε'} = 1 + q(e^ε − 1) for
 * ε' ≥ 0 (Balle, Barthe & Gaboardi 2018, Theorem 9) and its mirror image below: the former pair's losses above 0, the
 * latter's below, and the rest at 0.
 */
export function sampledAtoms(loss: Extract<Loss, { kind: 'subsampled' }>, fineness: Fineness, direction: Direction): Atoms | null {
  const { of, ofTimes, rate: q } = loss;
  if (ofTimes !== 1 && of.kind !== 'gaussian') return null;
  const base = atomsOf(of.kind === 'gaussian' ? { kind: 'gaussian', rho: of.rho * ofTimes } : of, fineness, direction);
  if (base === null || loss.sampling === 'poisson') return base === null ? null : sampledPair(base, q, direction);
  const [above, below] = [sampledPair(base, q, 'remove'), sampledPair(base, q, 'add')];
  const [values, masses]: [number[], number[]] = [[], []];
  let rest = 1 - above.infinite;
  for (const [part, sign] of [[above, 1] as const, [below, -1] as const]) {
    part.loss.forEach((l, i) => {
      if (l * sign <= 0) return;
      values.push(l);
      masses.push(part.mass[i] as number);
      rest -= part.mass[i] as number;
    });
  }
  return atoms([...values, 0], [...masses, Math.max(0, rest) + 1e-15], above.infinite);
}

function sampledPair(base: Atoms, q: number, direction: Direction): Atoms {
  const [loss, mass] = [new Float64Array(base.loss.length + 1), new Float64Array(base.loss.length + 1)];
  const last = base.loss.length;
  let sum = 0;
  base.loss.forEach((l, i) => {
    const p = base.mass[i] as number;
    if (direction === 'remove') {
      // (1 − q)·e^−l + q times p; log(1 − q + q·e^l) without overflow.
      mass[i] = p * ((1 - q) * Math.exp(-l) + q);
      loss[i] = l > 30 ? l + Math.log(q + (1 - q) * Math.exp(-l)) : Math.log1p(q * Math.expm1(l));
    } else {
      mass[i] = p;
      loss[i] = l < -700 ? -(-l + Math.log(q)) : -Math.log1p(q * Math.expm1(-l));
    }
    sum += mass[i] as number;
  });
  if (direction === 'remove') {
    // What Q has beyond P's reach, and what rounding left over.
    loss[last] = q === 1 ? 0 : Math.log1p(-q);
    mass[last] = Math.max(0, 1 - sum - q * base.infinite) + 1e-15;
    return { loss, mass, infinite: q * base.infinite };
  }
  if (q === 1) return { ...base };
  loss[last] = -Math.log1p(-q);
  mass[last] = base.infinite;
  return { loss, mass, infinite: 0 };
}
