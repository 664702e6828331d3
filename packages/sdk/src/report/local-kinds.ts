/** From the agreement's words on a local report to the mechanism: people's devices and collectors use the same. */
import {
  type FrequencyMechanism,
  hadamardResponse,
  hybridMean,
  localHashing,
  type MeanMechanism,
  piecewiseMean,
  randomisedResponse,
  standardErrors,
  twoEndsMean,
  unaryEncoding,
} from '@sluis/dp/local';
import type { LocalReportKind } from '@sluis/model';

type Of<K extends LocalReportKind['kind']> = Extract<LocalReportKind, { kind: K }>;

const FREQUENCIES = {
  'randomised-response': randomisedResponse,
  'unary-encoding': unaryEncoding,
  'local-hashing': localHashing,
  'hadamard-response': hadamardResponse,
};
const MEANS = { 'two-ends': twoEndsMean, piecewise: piecewiseMean, hybrid: hybridMean };

/** How much more than the least variance is worth a shorter report. */
const TOLERATED = 1.1;

/**
 * Without a name: of randomised response, Hadamard response and unary encoding those whose variance, of the count of a value that nobody
 * has, is within a tenth of the least; of these the shortest report, and then the least variance. Hashing is only taken by name: it is
 * no more precise than unary encoding, and slow to count.
 */
export function frequencyMechanism({ values, epsilon, mechanism }: Of<'local-frequency'>): FrequencyMechanism {
  if (mechanism !== undefined) return FREQUENCIES[mechanism](epsilon, values.length);
  const others = new Float64Array(values.length).fill(1 / (values.length - 1));
  others[0] = 0;
  const found = [randomisedResponse, hadamardResponse, unaryEncoding].map((make) => {
    const made = make(epsilon, values.length);
    return { made, variance: (standardErrors(made, others)[0] as number) ** 2 };
  });
  const least = Math.min(...found.map((f) => f.variance));
  const near = found.filter((f) => f.variance <= TOLERATED * least);
  near.sort((a, b) => a.made.reportBytes - b.made.reportBytes || a.variance - b.variance);
  return (near[0] ?? found[0])?.made as FrequencyMechanism;
}

export const meanMechanism = ({ bounds: [lower, upper], epsilon, mechanism }: Of<'local-mean'>): MeanMechanism =>
  MEANS[mechanism ?? 'hybrid'](epsilon, { lower, upper });
