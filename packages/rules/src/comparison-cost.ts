/** What comparisons among organisations and quantiles in histograms cost: the same steps as the code, on shapes. */
import { amongWidths, type Plan, type PlanAccumulator, type PlanAmong, type PlanQuantile } from '@sluis/model';
import { binQuantileCost, type CommitteeMeter } from '@sluis/technique';
import { quantileBits } from './histogram-quantile.ts';

export function amongCost(meter: CommitteeMeter, plan: Plan, a: PlanAccumulator, among: PlanAmong): void {
  const cells = plan.cellCount;
  const widths = amongWidths(plan, a);
  const providers = plan.providers.length;
  const own = among.receiver !== null;
  const shown = () => {
    if (own) meter.multiply(cells, 1);
    if (a.words > 1) meter.widen(cells, 1, a.words, widths.organisations);
  };
  if (among.what === 'exceeds') {
    meter.less(cells, widths.total);
    meter.inject(cells, 1);
    shown();
    return;
  }
  if (among.what === 'rank' || among.what === 'quartile' || among.what === 'won') {
    aheadCost(meter, plan, a, among);
    if (among.what === 'quartile') {
      meter.less(3 * cells, widths.organisations);
      meter.inject(3 * cells, 1);
    }
    if (among.what === 'won') {
      meter.isZero(cells, widths.organisations);
      meter.inject(cells, 1);
    }
    shown();
    return;
  }
  const nth = among.what === 'price' ? Number(among.parameter) : 1;
  meter.largest(cells, providers, nth, widths.placed, a.words);
  meter.shiftRight(cells, widths.place, widths.placed, a.words);
  if (among.what === 'winner' || !own) return;
  aheadCost(meter, plan, a, among);
  meter.isZero(cells, widths.organisations);
  meter.select(cells, a.words);
}

function aheadCost(meter: CommitteeMeter, plan: Plan, a: PlanAccumulator, among: PlanAmong): void {
  const others = plan.cellCount * (plan.providers.length - 1);
  if (others === 0) return;
  const widths = amongWidths(plan, a);
  if (among.measure === 'mean') {
    if (a.words > 1) meter.widen(2 * others, 1, a.words, widths.rows);
    meter.multiply(2 * others, a.words);
  }
  meter.less(others, widths.compare);
  meter.mask(others, 1);
}

export function quantileCost(meter: CommitteeMeter, plan: Plan, q: PlanQuantile, words: number): void {
  binQuantileCost(meter, plan.histograms?.[q.histogram]?.size ?? 1, plan.cellCount, q, quantileBits(plan), words);
}
