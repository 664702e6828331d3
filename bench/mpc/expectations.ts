/** Opening results and comparing them: a benchmark of wrong answers says nothing. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';

/** Elements of each end of a result that are opened and compared. */
const SAMPLE = 10_000;

export function expect(right: boolean, what: string): void {
  if (!right) throw new Error(`the benchmark's result is wrong: ${what}`);
}

/** Compares a column's beginning and end with what they should be. */
export async function expectColumn(committee: Committee, what: string, got: SecretColumn, of: (i: number) => bigint): Promise<void> {
  const count = Math.min(SAMPLE, got.length);
  for (const from of [0, got.length - count]) {
    const opened = await committee.openColumn(committee.slice(got, from, count));
    for (let i = 0; i < count; i++) expect(opened[i] === BigInt.asUintN(64, of(from + i)), `${what}, element ${from + i}`);
  }
}

export async function expectBits(committee: Committee, what: string, got: SecretBits, of: (i: number) => boolean): Promise<void> {
  const count = Math.min(SAMPLE, got.length);
  for (const from of [0, got.length - count]) {
    const opened = await committee.openBits(committee.sliceBits(got, from, count));
    for (let i = 0; i < count; i++) expect((opened[i] === 1) === of(from + i), `${what}, element ${from + i}`);
  }
}
