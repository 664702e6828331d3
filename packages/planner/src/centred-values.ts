/** From sums over 2v − centre back to sums over 2v, exactly: what noise was put on is left as it is. */
import { type PairSum, pairSums, type PlanAggregate } from '@sluis/model';
import { isPair } from './bind-aggregate.ts';

export interface Uncentred {
  /** Sums in the aggregate's order, over factor · value. */
  readonly sums: readonly bigint[];
  /** 2 where the value was centred, else 1. */
  readonly factors: { readonly x: bigint; readonly y: bigint };
}

/** `rows` is the number of rows, noisy as it may be. */
export function uncentred({ kind, centres = [] }: PlanAggregate, rows: bigint, sums: readonly bigint[]): Uncentred {
  const of = (centre: string | null | undefined): bigint | null => (centre === null || centre === undefined ? null : BigInt(centre));
  const pair = isPair(kind);
  const [x, y] = pair ? [of(centres[1]), of(centres[0])] : [of(centres[0]), null];
  const names: readonly PairSum[] = pair ? pairSums(kind) : ['x', 'xx'];
  const at = (name: PairSum): bigint => sums[names.indexOf(name)] ?? 0n;
  const [cx, cy] = [x ?? 0n, y ?? 0n];
  const back: Record<PairSum, () => bigint> = {
    x: () => at('x') + rows * cx,
    y: () => at('y') + rows * cy,
    xx: () => at('xx') + 2n * cx * at('x') + rows * cx * cx,
    yy: () => at('yy') + 2n * cy * at('y') + rows * cy * cy,
    xy: () => at('xy') + cx * at('y') + cy * at('x') + rows * cx * cy,
  };
  return {
    sums: sums.map((sum, i) => back[names[i] ?? 'x']?.() ?? sum),
    factors: { x: x === null ? 1n : 2n, y: y === null ? 1n : 2n },
  };
}

/** By what a statistic of factor · y and factor · x is too large: a fraction. */
export function inflation(kind: PlanAggregate['kind'], { x, y }: Uncentred['factors']): { readonly top: bigint; readonly bottom: bigint } {
  if (kind === 'avg' || kind.startsWith('stddev')) return { top: x, bottom: 1n };
  if (kind.startsWith('var') || kind === 'regr_sxx') return { top: x * x, bottom: 1n };
  if (kind === 'regr_syy') return { top: y * y, bottom: 1n };
  if (kind.startsWith('covar') || kind === 'regr_sxy') return { top: x * y, bottom: 1n };
  if (kind === 'regr_slope') return { top: y, bottom: x };
  return kind === 'regr_intercept' ? { top: y, bottom: 1n } : { top: 1n, bottom: 1n };
}
