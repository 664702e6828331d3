/** Discrete Gaussian numbers digit by digit: each digit's bias is chosen, on secrets, by the digits before it. */
import type { Committee, CommitteeMeter, SecretBits } from '@sluis/technique';
import { type Bias, digitsOf } from './biases.ts';
import { conjunctions, type Toss, tossBits, tossCost, type TossShape } from './comparison-tree.ts';
import { type Digits, type Recipe, roundedUp } from './recipes.ts';

/** One piece of one Gaussian vector while its digits are tossed, most significant first. */
interface Piece {
  readonly length: number;
  readonly levels: readonly (readonly Bias[])[];
  /** Per value of the digits so far, whether it is the one. */
  prefixes: SecretBits[];
  readonly digits: SecretBits[];
}

/** All pieces of all vectors, digit by digit together; then a sign: ±|x| with P(|x|) = P(x) + P(−x). */
export async function gaussianDigits(committee: Committee, recipes: readonly Recipe[]): Promise<Digits[]> {
  const pieces = recipes.map(({ vectors, length }) =>
    vectors.map((levels): Piece => ({ length: roundedUp(length), levels, prefixes: [], digits: [] })),
  );
  const all = pieces.flat();
  const most = Math.max(...all.map((p) => p.levels.length));
  for (let level = 0; level < most; level++) {
    const open = all.filter((p) => level < p.levels.length);
    const tossed = await tossBits(
      committee,
      open.map((p) => gaussianToss(committee, p, level)),
    );
    for (const [i, digit] of tossed.entries()) open[i]?.digits.push(digit);
    await extend(
      committee,
      open.filter((p) => level + 1 < p.levels.length),
    );
  }
  const signed: Digits[] = [];
  for (const [r, own] of pieces.entries()) signed.push(await signedDigits(committee, own, recipes[r]?.multipliers ?? []));
  return signed;
}

/** The bias of a place is that of its prefix: digit by digit, the sum of those prefixes whose bias has it. */
function gaussianToss(committee: Committee, { length, levels, prefixes }: Piece, level: number): Toss {
  const digits = (levels[level] ?? []).map(digitsOf);
  if (level === 0) return { length, bias: digits[0] ?? [] };
  return { length, bias: publicDigits(digits).map((digit, i) => digit ?? sumOf(committee, prefixes, digits, i)) };
}

/** 0 or 1 where all prefixes have the same digit, null elsewhere. */
const publicDigits = (digits: readonly (readonly (0 | 1)[])[]): (0 | 1 | null)[] =>
  (digits[0] ?? []).map((first, i) => (digits.every((d) => d[i] === first) ? first : null));

function sumOf(committee: Committee, prefixes: readonly SecretBits[], digits: readonly (readonly (0 | 1)[])[], i: number): SecretBits {
  const having = prefixes.filter((_, p) => digits[p]?.[i] === 1);
  return having.slice(1).reduce((sum, p) => committee.xor(sum, p), having[0] as SecretBits);
}

/** Prefixes of one digit more: one conjunction each; those ending in 0 are what is left. */
async function extend(committee: Committee, pieces: readonly Piece[]): Promise<void> {
  const first = pieces.filter((p) => p.prefixes.length === 0);
  const longer = pieces.filter((p) => p.prefixes.length > 0);
  const products = await conjunctions(
    committee,
    longer.flatMap((p) => p.prefixes.map((prefix) => [prefix, p.digits.at(-1) as SecretBits] as const)),
  );
  for (const p of first) p.prefixes = [committee.not(p.digits[0] as SecretBits), p.digits[0] as SecretBits];
  let at = 0;
  for (const p of longer)
    p.prefixes = p.prefixes.flatMap((prefix) => {
      const one = products[at++] as SecretBits;
      return [committee.xor(prefix, one), one];
    });
}

/** −|x| is the complement of |x| and 1: bit by bit exclusive or with the sign, whose weight is 1 − 2^digits. */
async function signedDigits(committee: Committee, pieces: readonly Piece[], multipliers: readonly bigint[]): Promise<Digits> {
  const [bits, weights]: [SecretBits[], bigint[]] = [[], []];
  for (const [i, { digits, length }] of pieces.entries()) {
    const sign = await committee.randomBits(length);
    const k = multipliers[i] as bigint;
    bits.push(...digits.map((d) => committee.xor(d, sign)), sign);
    weights.push(...digits.map((_, j) => k << BigInt(digits.length - 1 - j)), k - (k << BigInt(digits.length)));
  }
  return { bits, weights };
}

export function gaussianCost(meter: CommitteeMeter, recipes: readonly Recipe[]): void {
  const pieces = recipes.flatMap(({ vectors, length }) => vectors.map((levels) => ({ length: roundedUp(length), levels })));
  const most = Math.max(...pieces.map((p) => p.levels.length));
  for (let level = 0; level < most; level++) {
    const open = pieces.filter((p) => level < p.levels.length);
    tossCost(
      meter,
      open.map(({ length, levels }): TossShape => {
        const digits = (levels[level] ?? []).map(digitsOf);
        return { length, bias: publicDigits(digits).map((d) => d ?? 'secret') };
      }),
    );
    if (level > 0) meter.and(open.reduce((n, p) => n + (level + 1 < p.levels.length ? p.length << level : 0), 0));
  }
}
