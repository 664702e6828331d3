/**
 * Means of whole numbers under local differential privacy: one report is noise, many give the mean. Duchi, Jordan & Wainwright
 * 2018 (two outputs); Wang, Xiao, Yang, Zhao, Hui, Shin, Shin & Yu 2019 (piecewise, §III-B, and hybrid, §III-C), here on an exact
 * grid: values, outputs and where the likely ones lie are whole numbers, and the probabilities whole multiples of 2^−64.
 */
import type { Random } from '@sluis/base';
import type { RandomBits } from '@sluis/math';
import type { PrivacyEvent } from '@sluis/model';
import { badReport, bitsFrom, Epsilon, invalid, LikelySet } from './likely-set.ts';

/** Values are whole numbers from `lower` to `upper`: count in cents, or in steps of whatever size, and round first. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

export interface MeanMechanism {
  readonly name: string;
  readonly epsilon: string;
  readonly range: Range;
  /** What the person who reports is charged; each report again. */
  readonly event: PrivacyEvent;
  readonly reportBytes: number;
  /** Run by: the person's own device. Values outside the range count as its nearer end. @throws InvalidError `dp/local-value`. */
  randomise(value: number, random: Random): Uint8Array;
  /** An unbiased estimate of the value behind one report. Throws InvalidError `dp/local-report`. */
  read(report: Uint8Array): number;
  /** The least and the most that `read` gives: what one false report can do. */
  readonly extremes: Range;
  /** Variance of what `read` gives for a report of this value. */
  variance(value: number): number;
}

/** One way to report: an output y (an index) whose mean is linear in the value. */
interface Part {
  draw(offset: number, bits: RandomBits): number;
  readonly outputs: number;
  /** The unbiased estimate of the value, in steps above the lower end, and its variance. */
  read(output: number): number;
  variance(offset: number): number;
}

/**
 * With L steps: the value, i steps above the lower end, is first rounded to an end, to the upper one with probability i/L, and
 * that is reported by randomised response. Claim: ε-local differential privacy, because distributions of reports are mixtures of
 * the two of randomised response, which differ by at most e^ε.
 */
function twoEnds(epsilon: Epsilon, steps: number): Part {
  const set = new LikelySet(epsilon, 1n, 2n);
  const slope = set.insideProbability - set.outsideProbability;
  const limit = BigInt(steps);
  return {
    draw(offset, bits) {
      const end = Number(bits.below(limit) < BigInt(offset));
      return set.draw(bits) === null ? end : 1 - end;
    },
    outputs: 2,
    read: (output) => (steps * (1 + (2 * output - 1) / slope)) / 2,
    variance: (offset) => ((steps / 2) ** 2 - ((offset - steps / 2) * slope) ** 2) / slope ** 2,
  };
}

/**
 * Outputs are −N … N, and those within h of c·x are likely, where x = 2i − L is the value seen from the middle, and N = c·L + h.
 * So every value has 2h + 1 likely outputs: the claim is that of the likely set. As in the paper, h is about c·L·e^(−ε/2); c makes
 * the grid fine enough for that. The mean of the output is c·(T − q(2h + 1))/2^64 times x: the others are symmetric about 0.
 */
function piecewise(epsilon: Epsilon, steps: number): Part {
  const c = BigInt(Math.ceil(4096 / steps));
  const length = c * BigInt(steps);
  const h = epsilon.shrunk(length);
  const width = 2n * h + 1n;
  const outputs = 2n * (length + h) + 1n;
  const set = new LikelySet(epsilon, width, outputs);
  const [inside, outside, reach, wide, step] = [
    set.insideProbability,
    set.outsideProbability,
    Number(length + h),
    Number(width),
    Number(c),
  ];
  const slope = step * (inside - outside * wide);
  const squares = (reach * (reach + 1) * (2 * reach + 1)) / 3;
  return {
    draw(offset, bits) {
      const first = 2n * c * BigInt(offset);
      const other = set.draw(bits);
      if (other === null) return Number(first + bits.below(width));
      return Number(other < first ? other : other + width);
    },
    outputs: Number(outputs),
    read: (output) => ((output - reach) / slope + steps) / 2,
    variance(offset) {
      const centre = step * (2 * offset - steps);
      const likely = centre ** 2 + (wide ** 2 - 1) / 12;
      const square = inside * likely + outside * (squares - wide * likely);
      return (square - ((slope / step) * centre) ** 2) / (2 * slope) ** 2;
    },
  };
}

/** The best of few outputs, for small ε. @throws InvalidError `dp/local-epsilon`, `dp/local-domain`. */
export const twoEndsMean = (epsilon: string, range: Range): MeanMechanism => mechanism('two-ends', epsilon, range, () => 0);

/** Piecewise: for ε from about 1.3 on better than two ends. @throws InvalidError `dp/local-epsilon`, `dp/local-domain`. */
export const piecewiseMean = (epsilon: string, range: Range): MeanMechanism => mechanism('piecewise', epsilon, range, () => 2 ** 32);

/**
 * Hybrid: piecewise with probability 1 − e^(−ε/2) where ε > 0.61, otherwise two ends; never worse than either in the worst case.
 * Which of both was used is part of the report; it is drawn independently of the value, so the claim of both holds.
 *
 * @throws InvalidError `dp/local-epsilon`, `dp/local-domain`.
 */
export const hybridMean = (epsilon: string, range: Range): MeanMechanism =>
  mechanism('hybrid', epsilon, range, (e) =>
    100n * e.value.numerator > 61n * e.value.denominator ? 2 ** 32 - Number(e.shrunk(1n << 32n)) : 0,
  );

/** @param share - of 2^32, how often to report piecewise. */
function mechanism(name: string, epsilon: string, range: Range, share: (epsilon: Epsilon) => number): MeanMechanism {
  const { lower, upper } = range;
  const steps = upper - lower;
  if (!Number.isSafeInteger(lower) || !Number.isSafeInteger(upper) || steps < 1 || steps > 2 ** 32)
    throw invalid('domain', 'A range has whole ends with at least one and at most 2^32 steps between them.', 'Use a coarser unit.');
  const privacy = new Epsilon(epsilon);
  const often = share(privacy);
  const parts: readonly [Part, Part] = [twoEnds(privacy, steps), piecewise(privacy, steps)];
  const never = often === 0 ? 1 : often === 2 ** 32 ? 0 : null;
  const used = parts.filter((_, kind) => kind !== never);
  return {
    name,
    epsilon,
    range,
    event: privacy.event,
    reportBytes: 9,
    randomise(value: number, random: Random) {
      if (!Number.isSafeInteger(value))
        throw invalid('value', 'The value is not a whole number.', 'Round it to the unit of this collection.');
      const bits = bitsFrom(random, 16);
      const kind = Number(bits.word() < often);
      const output = (parts[kind] as Part).draw(Math.min(Math.max(value, lower), upper) - lower, bits);
      const report = new Uint8Array(9);
      report[0] = kind;
      new DataView(report.buffer).setBigUint64(1, BigInt(output));
      return report;
    },
    read(report) {
      const part = report.length === 9 ? parts[report[0] as number] : undefined;
      if (part === undefined) throw badReport();
      const output = new DataView(report.buffer, report.byteOffset).getBigUint64(1);
      if (output >= BigInt(part.outputs) || report[0] === never) throw badReport();
      return lower + part.read(Number(output));
    },
    extremes: {
      lower: lower + Math.min(...used.map((part) => part.read(0))),
      upper: lower + Math.max(...used.map((part) => part.read(part.outputs - 1))),
    },
    variance(value) {
      const offset = Math.min(Math.max(value, lower), upper) - lower;
      const chance = often / 2 ** 32;
      return (1 - chance) * parts[0].variance(offset) + chance * parts[1].variance(offset);
    },
  };
}
