/**
 * Bernoulli bits from shared random ones: 1 where a uniformly random fraction, bit by bit secret, is below a bias whose
 * binary digits are public or secret. Source: Dwork, Kenthapadi, McSherry, Mironov & Naor 2006 ("Our Data, Ourselves"), §4.
 */
import type { Committee, CommitteeMeter, SecretBits } from '@sluis/technique';

/** One bit to toss in each of `length` places. */
export interface Toss {
  readonly length: number;
  /** Binary digits of the bias behind the point, most significant first; the same in all places where public. */
  readonly bias: readonly (0 | 1 | SecretBits)[];
}

/** Of two neighbouring stretches of digits, which conjunctions their union needs. */
interface Join {
  /** Whether "below" can be decided in the lower stretch. */
  readonly below: boolean;
  /** Whether it matters that both are equal: not where nothing follows. */
  readonly equal: boolean;
}

/** Levels of a binary tree over the digits. An odd stretch out passes on as it is. */
function joinsOf(digits: readonly boolean[]): Join[][] {
  const levels: Join[][] = [];
  let open = digits;
  while (open.length > 1) {
    const pairs = open.length >> 1;
    const last = open.length % 2 === 0 ? pairs - 1 : pairs;
    levels.push(Array.from({ length: pairs }, (_, i) => ({ below: open[2 * i + 1] === true, equal: i !== last })));
    open = Array.from({ length: Math.ceil(open.length / 2) }, (_, i) => open[2 * i] === true || open[2 * i + 1] === true);
  }
  return levels;
}

/** Public zeros at the end decide nothing. */
function significant<T>(bias: readonly (0 | T)[]): readonly (0 | T)[] {
  let length = bias.length;
  while (length > 0 && bias[length - 1] === 0) length--;
  return bias.slice(0, length);
}

interface Stretch {
  /** Where the random fraction is already below the bias; null where it can't be. */
  readonly below: SecretBits | null;
  readonly equal: SecretBits;
}

/**
 * One vector of bits per toss. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: one round for secret digits, then ⌈log2 digits⌉, for all tosses together; about 1.75
 * conjunctions for each public digit and 3 for each secret one, see `tossCost`. Timing: independent of what is tossed.
 */
export async function tossBits(committee: Committee, tosses: readonly Toss[]): Promise<SecretBits[]> {
  const biases = tosses.map(({ bias }) => significant(bias));
  const random = await randomDigits(
    committee,
    tosses.map(({ length }, t) => ({ length, count: biases[t]?.length ?? 0 })),
  );
  let open = await leaves(committee, biases, random);
  const joins = biases.map((bias) => joinsOf(bias.map((d) => d !== 0)));
  for (let level = 0; joins.some((j) => level < j.length); level++)
    open = await joined(
      committee,
      open,
      joins.map((j) => j[level] ?? []),
    );
  return open.map((stretches, t) => stretches[0]?.below ?? committee.constantBits(tosses[t]?.length ?? 0, 0));
}

/** So many random vectors for each toss. */
async function randomDigits(
  committee: Committee,
  wanted: readonly { readonly length: number; readonly count: number }[],
): Promise<SecretBits[][]> {
  const all = await committee.randomBits(wanted.reduce((n, { length, count }) => n + length * count, 0));
  let at = 0;
  return wanted.map(({ length, count }) =>
    Array.from({ length: count }, () => {
      at += length;
      return committee.sliceBits(all, at - length, length);
    }),
  );
}

/** Single digits: below where the random one is 0 and the bias's is 1. */
async function leaves(
  committee: Committee,
  biases: readonly (readonly (0 | 1 | SecretBits)[])[],
  random: readonly (readonly SecretBits[])[],
): Promise<Stretch[][]> {
  const secret = biases.flatMap((bias, t) =>
    bias.flatMap((digit, i) => (isSecret(digit) ? [[committee.not(random[t]?.[i] as SecretBits), digit] as const] : [])),
  );
  const products = await conjunctions(committee, secret);
  let at = 0;
  return biases.map((bias, t) =>
    bias.map((digit, i): Stretch => {
      const u = random[t]?.[i] as SecretBits;
      if (isSecret(digit)) return { below: products[at++] as SecretBits, equal: committee.not(committee.xor(u, digit)) };
      return digit === 1 ? { below: committee.not(u), equal: u } : { below: null, equal: committee.not(u) };
    }),
  );
}

const isSecret = (digit: 0 | 1 | SecretBits): digit is SecretBits => typeof digit !== 'number';

async function joined(committee: Committee, open: readonly Stretch[][], joins: readonly (readonly Join[])[]): Promise<Stretch[][]> {
  const products = await conjunctions(
    committee,
    open.flatMap((stretches, t) =>
      (joins[t] ?? []).flatMap((join, i) => {
        const [upper, lower] = [stretches[2 * i] as Stretch, stretches[2 * i + 1] as Stretch];
        return [
          ...(join.below ? [[upper.equal, lower.below as SecretBits] as const] : []),
          ...(join.equal ? [[upper.equal, lower.equal] as const] : []),
        ];
      }),
    ),
  );
  let at = 0;
  return open.map((stretches, t) => {
    const made = (joins[t] ?? []).map((join, i): Stretch => {
      const upper = stretches[2 * i] as Stretch;
      const lower = join.below ? (products[at++] as SecretBits) : null;
      const equal = join.equal ? (products[at++] as SecretBits) : upper.equal;
      return { below: either(committee, upper.below, lower), equal };
    });
    return made.length === 0 || stretches.length % 2 === 0
      ? made.length === 0
        ? stretches
        : made
      : [...made, stretches.at(-1) as Stretch];
  });
}

/** Never both at once. */
const either = (committee: Committee, a: SecretBits | null, b: SecretBits | null): SecretBits | null =>
  a === null || b === null ? (a ?? b) : committee.xor(a, b);

/** Products of pairs of vectors of any lengths: one round. */
export async function conjunctions(committee: Committee, pairs: readonly (readonly [SecretBits, SecretBits])[]): Promise<SecretBits[]> {
  if (pairs.length === 0) return [];
  const all = await committee.and(committee.concatBits(pairs.map((p) => p[0])), committee.concatBits(pairs.map((p) => p[1])));
  let at = 0;
  return pairs.map(([{ length }]) => {
    at += length;
    return committee.sliceBits(all, at - length, length);
  });
}

/** A toss as far as cost depends on it: for each digit of the bias, whether it is 0, 1 or secret. */
export interface TossShape {
  readonly length: number;
  readonly bias: readonly (0 | 1 | 'secret')[];
}

/** What `tossBits` costs. */
export function tossCost(meter: CommitteeMeter, tosses: readonly TossShape[]): void {
  const biases = tosses.map(({ bias }) => significant(bias));
  const of = (count: (t: number) => number) => tosses.reduce((n, { length }, t) => n + length * count(t), 0);
  meter.and(of((t) => biases[t]?.filter((d) => d === 'secret').length ?? 0));
  const joins = biases.map((bias) => joinsOf(bias.map((d) => d !== 0)));
  for (let level = 0; joins.some((j) => level < j.length); level++)
    meter.and(of((t) => (joins[t]?.[level] ?? []).reduce((n, { below, equal }) => n + Number(below) + Number(equal), 0)));
}
