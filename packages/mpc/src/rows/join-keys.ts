/** Two tables' keys in one column each, sorted, and where equal keys go on. */
import type { Committee, JoinSide, SecretBits, SecretColumn, SecretKey, SecretTable } from '@sluis/technique';
import { ProtocolError } from '@sluis/base';
import { continues } from './group.ts';
import { count } from './placement.ts';
import { anyOf } from './scan.ts';
import { fit } from './sort-items.ts';
import { sortLed } from './sort.ts';

/** Rows of both sides in order of their keys; within a key the right side's first; rows that don't take part last. */
export interface JointOrder {
  /** Columns carried for the right side's rows; zero at rows of the left side. */
  readonly carried: readonly SecretColumn[];
  /** Number of the row before sorting: the right side's 0 … r − 1, then the left side's. */
  readonly number: SecretColumn;
  readonly isLeft: SecretBits;
  /** 1 where a row takes part and has the keys of the row before it. */
  readonly go: SecretBits;
}

/** Sorts both sides together; `carried` are columns of the right side that go with its rows. */
export async function jointOrder(on: Committee, left: JoinSide, right: JoinSide, carried: readonly SecretColumn[]): Promise<JointOrder> {
  const [l, r] = [left.table.length, right.table.length];
  const n = l + r;
  const keys = await commonKeys(on, left.keys, right.keys);
  const valid = on.concatBits([right.valid, left.valid]);
  const table: SecretTable = {
    length: n,
    columns: [
      ...carried.map((c) => on.concat([c, on.constant(l, c.words, 0n)])),
      on.publicColumn(count(n), 1),
      ...keys.map((k) => k.column),
    ],
    bits: [on.publicBits(new Uint8Array(n).fill(1, r)), valid],
  };
  const sorted = await sortLed(on, table, keys, on.not(valid));
  const [isLeft, live] = sorted.bits as [SecretBits, SecretBits];
  const sortedKeys = keys.map((k, i) => ({ ...k, column: sorted.columns[carried.length + 1 + i] as SecretColumn }));
  return {
    carried: sorted.columns.slice(0, carried.length),
    number: sorted.columns[carried.length] as SecretColumn,
    isLeft,
    go: await continues(on, sortedKeys, live),
  };
}

/** Keys of the right side above those of the left side, in one width. */
async function commonKeys(on: Committee, left: readonly SecretKey[], right: readonly SecretKey[]): Promise<SecretKey[]> {
  if (left.length !== right.length || left.length === 0)
    throw new RangeError('both sides of a join have the same number of keys, at least one');
  const keys: SecretKey[] = [];
  for (const [i, a] of left.entries()) {
    const b = right[i] as SecretKey;
    const bits = Math.max(a.bits, b.bits);
    const words = Math.ceil(bits / 64);
    keys.push({ column: on.concat([await fit(on, b, words), await fit(on, a, words)]), bits });
  }
  return keys;
}

/**
 * Fails unless no two rows that take part have equal keys on a side that is declared unique. Learns: the three compute
 * parties whether that holds, one bit for both sides together.
 */
export async function checkUnique(on: Committee, order: JointOrder, leftUnique: boolean, rightUnique: boolean): Promise<void> {
  const pairs = order.go.length - 1;
  if (pairs < 1 || !(leftUnique || rightUnique)) return;
  const sides = [...(leftUnique ? [order.isLeft] : []), ...(rightUnique ? [on.not(order.isLeft)] : [])];
  const before = on.concatBits(sides.map((s) => on.sliceBits(s, 0, pairs)));
  const after = on.concatBits(sides.map((s) => on.sliceBits(s, 1, pairs)));
  const go = on.concatBits(sides.map(() => on.sliceBits(order.go, 1, pairs)));
  const [repeated] = await on.openBits(await anyOf(on, await on.and(go, await on.and(before, after))));
  if (repeated === 0) return;
  throw new ProtocolError('mpc/keys-not-unique', {
    stage: 'aggregate',
    message: 'A side of a join that is declared to have unique keys has two rows with the same key.',
    remedy: 'Ask the providers to remove repeated keys, or ask the question without declaring the key unique.',
  });
}
