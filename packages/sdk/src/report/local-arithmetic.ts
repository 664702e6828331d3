/** Checking and counting of local reports, for stations. */
import { FrequencyTally, type Interval, MeanTally } from '@sluis/dp/local';
import type { LocalArithmetic } from '@sluis/flow';
import type { LocalEstimates, LocalReportKind } from '@sluis/model';
import { frequencyMechanism, meanMechanism } from './local-kinds.ts';

const LEVEL = 0.95;
type Kind<K extends LocalReportKind['kind']> = Extract<LocalReportKind, { kind: K }>;

/** Throws InvalidError `dp/local-epsilon`, `dp/local-domain`; `check` throws `dp/local-report`. */
export const localArithmetic = (kind: LocalReportKind): LocalArithmetic =>
  kind.kind === 'local-frequency' ? frequencies(kind) : means(kind);

function frequencies(kind: Kind<'local-frequency'>): LocalArithmetic {
  const mechanism = frequencyMechanism(kind);
  return {
    mechanism: mechanism.name,
    reportBytes: mechanism.reportBytes,
    check: (report) => mechanism.count(report, new Float64Array(mechanism.counters)),
    estimate(reports) {
      const tally = new FrequencyTally(mechanism);
      for (const report of reports) tally.add(report);
      const rows = tally.estimates(LEVEL).map(({ count, ...rest }, i) => row(kind.values[i] as string, count, rest));
      return estimatesOf(mechanism, 2 / (mechanism.own - mechanism.other), rows);
    },
  };
}

function means(kind: Kind<'local-mean'>): LocalArithmetic {
  const mechanism = meanMechanism(kind);
  const { lower, upper } = mechanism.extremes;
  return {
    mechanism: mechanism.name,
    reportBytes: mechanism.reportBytes,
    check(report) {
      mechanism.read(report);
    },
    estimate(reports) {
      const tally = new MeanTally(mechanism);
      for (const report of reports) tally.add(report);
      const found = tally.estimate(LEVEL);
      if (found === null) throw new RangeError('an estimate of a mean needs two reports');
      return estimatesOf(mechanism, (upper - lower) / reports.length, [row('mean', found.mean, found)]);
    },
  };
}

const row = (of: string, estimate: number, found: { readonly standardError: number; readonly interval: Interval }) => ({
  of,
  estimate,
  standard_error: found.standardError,
  low: found.interval.low,
  high: found.interval.high,
});

const estimatesOf = (
  { name, epsilon }: { readonly name: string; readonly epsilon: string },
  influence: number,
  estimates: LocalEstimates['estimates'],
): LocalEstimates => ({ mechanism: name, epsilon, level: LEVEL, influence, estimates });
