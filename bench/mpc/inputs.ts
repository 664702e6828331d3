/** Inputs that all three parties of the benchmark can make: the same numbers from a public seed, shared as a provider would share them. */
import { type Random, utf8 } from '@sluis/base';
import { Prg } from '@sluis/crypto';
import { replicatedSharing } from '@sluis/mpc';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';

const SEED = new Uint8Array(32).fill(7);

/** n numbers, uniform over all of Z_2^64, or below `limit` (not exactly uniform, which no figure depends on). */
export function numbers(label: string, n: number, limit?: bigint): BigUint64Array {
  const all = new Prg(SEED, `bench/${label}`).words(n);
  if (limit !== undefined) for (let i = 0; i < n; i++) all[i] = (all[i] as bigint) % limit;
  return all;
}

/** A random order of 0 … n − 1. */
export function shuffled(label: string, n: number): BigUint64Array {
  const random = new Float64Array(n);
  numbers(label, n).forEach((word, i) => {
    random[i] = Number(word >> 11n);
  });
  return BigUint64Array.from(
    Array.from({ length: n }, (_, i) => i).sort((a, b) => (random[a] as number) - (random[b] as number)),
    BigInt,
  );
}

/** This party's shares of a column of one word. The components look random, as those of real providers do. */
export function deal(committee: Committee, label: string, values: BigUint64Array): SecretColumn {
  const stream = new Prg(SEED, `bench/shares/${label}`);
  const random: Random = { bytes: (count) => stream.fill(new Uint8Array(count)) };
  const messages = replicatedSharing.split({ cells: values.length, columns: [values] }, [1], random);
  return replicatedSharing.combine(committee.me, messages[committee.me], values.length, [1])[0] as SecretColumn;
}

export function dealBits(committee: Committee, label: string, n: number): { secret: SecretBits; plain: Uint8Array } {
  const plain = new Prg(SEED, `bench/${utf8(label).length}/${label}`).fill(new Uint8Array(n)).map((b) => b & 1);
  return { secret: committee.publicBits(plain), plain };
}
