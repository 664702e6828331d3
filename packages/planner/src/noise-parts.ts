/** The parts of a plan that get noise, with what one privacy unit changes of each. */
import { type Rational, divideRationals, rational, rationalText } from '@sluis/math';
import type { NoiseGeneration, NoiseKind, PlanNoise, PrivacyEvent } from '@sluis/model';
import type { AddedNoise } from '@sluis/budget';
import type { RowChanges } from './sensitivity.ts';
import type { Stability } from './stability.ts';

export type PartKind = 'counts' | 'accumulators' | 'histograms';

/** Change of one part by one unit, over all cells of one grouping set (L1 in each, squared L2 in groups of equal ones). */
export interface NoisePart {
  readonly kind: PartKind;
  readonly index: number;
  /** Most that it changes one cell. */
  readonly sensitivity: bigint;
  readonly l1: bigint;
  /** Grouping sets in which it is released. */
  readonly sets: number;
  readonly spreads: readonly { readonly squaredL2: bigint; readonly values: number; readonly sets: number }[];
  /** The sum of squared L2 over all grouping sets. */
  readonly squaredL2: bigint;
}

export function partsOf(changes: RowChanges, stability: Stability): NoisePart[] {
  return (['counts', 'accumulators', 'histograms'] as const).flatMap((kind) =>
    changes[kind].flatMap((change, index) => (change === 0n ? [] : [partOf(kind, index, change, stability)])),
  );
}

/** Values x_i ≤ m that add up to r have squares that add up to at most m·r. */
function partOf(kind: PartKind, index: number, change: bigint, { rows, sets }: Stability): NoisePart {
  const spreads = new Map<string, { squaredL2: bigint; values: number; sets: number }>();
  for (const { rowsPerCell, cells } of sets) {
    const squaredL2 = change * change * rows * rowsPerCell;
    // Rows of one cell may fall into as many bins.
    const values = Number(kind === 'histograms' ? rows : cells);
    const known = spreads.get(`${squaredL2} ${values}`);
    if (known === undefined) spreads.set(`${squaredL2} ${values}`, { squaredL2, values, sets: 1 });
    else known.sets++;
  }
  const list = [...spreads.values()];
  return {
    kind,
    index,
    sensitivity: change * sets.reduce((most, s) => (s.rowsPerCell - most > 0n ? s.rowsPerCell : most), 0n),
    l1: change * rows,
    sets: sets.length,
    spreads: list,
    squaredL2: list.reduce((sum, s) => sum + s.squaredL2 * BigInt(s.sets), 0n),
  };
}

/** Parties that add shares, and how many of them must be enough. */
export const ADDED = 3;
export const ENOUGH = 2;

/** All noise that ends up in a value, by what a plan says of it. */
export function addedNoise(mechanism: NoiseKind, generation: NoiseGeneration, parameter: Rational): AddedNoise {
  const shared = generation === 'shares';
  if (mechanism === 'discrete-laplace')
    return { kind: mechanism, scale: parameter, added: shared ? ADDED : 1, complete: shared ? ENOUGH : 1 };
  return {
    kind: mechanism,
    variance: shared ? divideRationals(parameter, rational(BigInt(ENOUGH))) : parameter,
    added: shared ? ADDED : 1,
  };
}

/** What releasing a part with such noise costs: the noise that any one compute party cannot take away. */
export function eventsOf(part: NoisePart, mechanism: NoiseKind, generation: NoiseGeneration, parameter: Rational): PrivacyEvent[] {
  if (mechanism === 'discrete-laplace') return [{ kind: mechanism, scale: rationalText(parameter), l1: String(part.l1), times: part.sets }];
  return part.spreads.map(({ squaredL2, values, sets }): PrivacyEvent => {
    if (generation === 'bits') return { kind: mechanism, variance: rationalText(parameter), squaredL2: String(squaredL2), times: sets };
    const variance = rationalText(divideRationals(parameter, rational(BigInt(ENOUGH))));
    const common = { shares: ENOUGH, variance, squaredL2: String(squaredL2), l1: String(part.l1) };
    return { kind: 'summed-discrete-gaussian', ...common, values, times: sets };
  });
}

export type NoiseOn = Pick<PlanNoise, PartKind>;
