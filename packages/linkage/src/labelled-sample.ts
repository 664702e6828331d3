/** Records of two sides of which somebody knows who they are about: what choosing terms needs. */
import { InvalidError } from '@sluis/base';
import { type KeyDefinition, prepareKey, type TextColumn } from '@sluis/matching';
import type { LinkageColumns } from './encode.ts';
import { type Groups, pairsOf } from './groups.ts';

/** One side of a sample, as the terms want it. All columns are equally long. */
export interface SampleSide {
  /** Who the record is about: the same text at both sides for the same person, and for nobody else. */
  readonly truth: TextColumn;
  /** For each key, a column for each part. */
  readonly keys: readonly (readonly TextColumn[])[];
  /** Null where nothing is compared by likeness. */
  readonly likeness: LinkageColumns | null;
}

export interface LabelledSample {
  /** Rows that count, by number: those whose truth is known. Everything else is in their order. */
  readonly rows: readonly [Uint32Array, Uint32Array];
  /** By who they are about: a pair is true if both stand in one group. */
  readonly truth: Groups;
  readonly truePairs: number;
  /** How many of a side's people stand in several of its rows. */
  readonly repeated: readonly [number, number];
}

const known = (value: string | null | undefined): value is string => typeof value === 'string' && value.trim() !== '';

/**
 * Reads who records are about. Values are compared as they are written; rows without one are left out, because nobody
 * can say whether they have a partner. Every pair with equal values is a true one, also where a side has a value twice.
 *
 * @throws InvalidError `linkage/no-true-pairs` where the sides have no value in common.
 */
export function labelledSample(left: TextColumn, right: TextColumn): LabelledSample {
  const numbers = new Map<string, number>();
  const read = (column: TextColumn) => {
    const values = Array.from(column);
    const rows = Uint32Array.from(values.flatMap((value, row) => (known(value) ? [row] : [])));
    const people = Int32Array.from(rows, (row) => {
      const value = values[row] as string;
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return number;
    });
    return { rows, people };
  };
  const [a, b] = [read(left), read(right)];
  const truth: Groups = { name: 'truth', left: a.people, right: b.people };
  const truePairs = pairsOf(truth);
  if (truePairs === 0)
    throw new InvalidError('linkage/no-true-pairs', {
      stage: 'dataset',
      message: 'No record of one side is said to be about the same as one of the other.',
      remedy: 'Name columns that hold the same text at both sides for the same person, such as a number given by hand.',
    });
  return { rows: [a.rows, b.rows], truth, truePairs, repeated: [severalRows(a.people), severalRows(b.people)] };
}

/** How many numbers occur more than once. */
function severalRows(people: Int32Array): number {
  const sorted = people.slice().sort();
  return sorted.reduce((n, p, i) => n + Number(i > 0 && p === sorted[i - 1] && p !== sorted[i - 2]), 0);
}

/** The rows of a column that count. */
export const picked = (column: TextColumn, rows: Uint32Array): TextColumn => Array.from(rows, (row) => column[row]);

/** Rows of both sides by a key. Throws as `keyReader`. */
export function keyGroups(definition: KeyDefinition, left: readonly TextColumn[], right: readonly TextColumn[]): Groups {
  const rows = left[0]?.length ?? 0;
  // Both sides as one table, so that equal keys have one number.
  const columns = left.map((column, part) => [...Array.from(column), ...Array.from(right[part] ?? [])]);
  const { keyOfRow } = prepareKey(definition, columns, { repeated: 'once' });
  return { name: definition.name, left: keyOfRow.subarray(0, rows), right: keyOfRow.subarray(rows) };
}
