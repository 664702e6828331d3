/** Choosing between secret integers: the smallest and largest of many by tournaments. */
import { topNetwork } from '@sluis/math';
import type { SecretBits, SecretColumn } from '@sluis/technique';
import { columnShare, sliceColumn } from './shares.ts';

/** What the tournaments need of the committee. */
export interface Choosing {
  less(a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretBits>;
  select(c: SecretBits, a: SecretColumn, b: SecretColumn): Promise<SecretColumn>;
  add(a: SecretColumn, b: SecretColumn): SecretColumn;
  subtract(a: SecretColumn, b: SecretColumn): SecretColumn;
  concat(columns: readonly SecretColumn[]): SecretColumn;
}

/** Element-wise smallest (or largest) of the columns: ⌈log2 columns⌉ levels, each one comparison and one selection. */
export async function extreme(on: Choosing, columns: readonly SecretColumn[], bits: number, largest: boolean): Promise<SecretColumn> {
  let open = [...columns];
  if (open[0] === undefined) throw new RangeError('a tournament needs a column');
  while (open.length > 1) {
    const pairs = open.length >> 1;
    const first = on.concat(open.slice(0, pairs));
    const second = on.concat(open.slice(pairs, 2 * pairs));
    const less = await on.less(first, second, bits);
    const won = largest ? await on.select(less, second, first) : await on.select(less, first, second);
    open = [...split(won, pairs), ...open.slice(2 * pairs)];
  }
  return open[0] as SecretColumn;
}

/** The n largest of the columns, element-wise, in descending order, by `topNetwork`: a comparison and a selection a level. */
export async function largestOf(on: Choosing, columns: readonly SecretColumn[], n: number, bits: number): Promise<SecretColumn[]> {
  const wires = [...columns];
  const { levels, output } = topNetwork(columns.length, n);
  for (const level of levels) {
    const first = on.concat(level.map((c) => wires[c.high] as SecretColumn));
    const second = on.concat(level.map((c) => wires[c.low] as SecretColumn));
    const larger = await on.select(await on.less(first, second, bits), second, first);
    const [up, down] = [larger, on.subtract(on.add(first, second), larger)].map((a) => split(a, level.length));
    level.forEach((c, i) => {
      wires[c.high] = up?.[i] as SecretColumn;
      wires[c.low] = down?.[i] as SecretColumn;
    });
  }
  return output.map((wire) => wires[wire] as SecretColumn);
}

/** Equal parts of a column. */
function split(a: SecretColumn, parts: number): SecretColumn[] {
  const size = a.length / parts;
  return Array.from({ length: parts }, (_, p) => sliceColumn(columnShare(a), p * size, size));
}
