/**
 * What an output checker is shown of a release before it is opened: which cells pass, and a score that adds up known
 * reasons to look twice. No value of the data enters; the same at every station.
 */
import type { Plan } from './plan.ts';

export interface RiskReason {
  readonly points: number;
  readonly text: string;
}

export interface ReleaseAssessment {
  /** Sum of the reasons' points, at most 100. */
  readonly score: number;
  /** `ask` from ASK_FROM points on. */
  readonly verdict: 'pass' | 'ask';
  readonly reasons: readonly RiskReason[];
  /** Per visible or hidden output: cells, and how many are shown. */
  readonly outputs: readonly { readonly name: string; readonly cells: number; readonly shown: number }[];
}

/** From this score on a person is asked. */
export const ASK_FROM = 30;

const SINGLE = /^(min|max|quantile_cont|quantile_disc)$/;
const SUMMED = /^(sum|avg|var_|stddev_|covar|corr|regr)/;

/** @param passed - per output, one byte (0 or 1) per cell. */
export function assessRelease(plan: Plan, passed: readonly Uint8Array[], template: string | null): ReleaseAssessment {
  const outputs = plan.outputs.map((o, i) => ({
    name: o.bin === undefined ? o.name : `${o.name}[${o.bin}]`,
    cells: plan.cellCount,
    shown: (passed[i] ?? new Uint8Array(0)).reduce((n, bit) => n + bit, 0),
  }));
  const { rules, aggregates } = plan;
  const exact = plan.noise === undefined;
  const some = outputs.some((o) => o.shown > 0 && o.shown < o.cells);
  const filtered = plan.provider.where !== '' || aggregates.some((a) => / FILTER \(/i.test(a.sql));
  const sums = aggregates.some((a) => SUMMED.test(a.kind));
  const found: readonly (readonly [boolean, number, string])[] = [
    [exact && some, 20, 'Some groups are shown and others are suppressed or empty.'],
    [exact && some && plan.groupingSets.length > 1, 15, 'There are totals over groups of which some are not shown.'],
    [exact && filtered, 15, 'A filter decides which rows count.'],
    [exact && aggregates.some((a) => SINGLE.test(a.kind)), 30, 'MIN, MAX or a quantile shows one record’s value.'],
    [exact && sums && rules.dominance === null && rules.pPercent === null, 15, 'Sums are shown without a dominance rule.'],
    [exact && rules.minimumRows < 5, 15, `Groups of ${rules.minimumRows} rows may be shown.`],
    [exact && rules.minimumOrganisations < 3, 10, `Groups of ${rules.minimumOrganisations} organisations may be shown.`],
    [exact && rules.withoutReceivers.length > 0, 10, 'A receiver gives rows itself and can subtract them.'],
    [exact && rules.guarded !== true, 10, 'Nothing compares this answer with earlier ones.'],
    [template === null, 10, 'The question is no template that the agreement approves.'],
    [plan.cellCount > 1000, 10, `The answer has ${plan.cellCount} groups.`],
  ];
  const reasons = found.filter(([holds]) => holds).map(([, points, text]) => ({ points, text }));
  const score = Math.min(
    100,
    reasons.reduce((sum, r) => sum + r.points, 0),
  );
  return { score, verdict: score >= ASK_FROM ? 'ask' : 'pass', reasons, outputs };
}
