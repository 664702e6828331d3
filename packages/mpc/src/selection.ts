/** Choosing between secret integers by secret bits, and the smallest and largest of many by tournaments. */
import { addVectors, maskVector, maskTail, multiplyVectors, scaleVector, subtractVectors, xorBits } from '@sluis/kernels';
import { topNetwork } from '@sluis/math';
import type { SecretBits, SecretColumn } from '@sluis/technique';
import type { Session } from './session.ts';
import { type BitShare, bytesOf, type ColumnShare, column, columnShare, sliceColumn, wordsFrom } from './shares.ts';

/** What the tournaments need of the committee. */
export interface Choosing {
  less(a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretBits>;
  select(c: SecretBits, a: SecretColumn, b: SecretColumn): Promise<SecretColumn>;
  add(a: SecretColumn, b: SecretColumn): SecretColumn;
  subtract(a: SecretColumn, b: SecretColumn): SecretColumn;
  concat(columns: readonly SecretColumn[]): SecretColumn;
}

/**
 * c ? a : b, element by element, as b + c·(a − b). With c' = c0 ⊕ c1 (known to party 0) and c2 (known to parties 1, 2):
 * c·d = c2·d + c'·(d − 2·c2·d). Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 rounds; 16·words bytes sent per party and element, 8·words more from party 0.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.4, bit injection.
 */
export async function select(session: Session, c: BitShare, a: ColumnShare, b: ColumnShare): Promise<ColumnShare> {
  const { length: n, words } = a;
  if (b.length !== n || c.length !== n || b.words !== words) throw new RangeError('columns of one operation have the same shape');
  if (n === 0) return b;
  const d = { mine: subtractVectors(a.mine, b.mine, words), next: subtractVectors(a.next, b.next, words) };
  const { flags, v } = await injectAndMask(session, c, d, words);
  const rest = {
    mine: subtractVectors(d.mine, scaleVector(v.mine, 2n, words), words),
    next: subtractVectors(d.next, scaleVector(v.next, 2n, words), words),
  };
  const step = session.step('select');
  const cross = multiplyVectors(flags.mine, addVectors(rest.mine, rest.next, words), words);
  const product = addVectors(cross, multiplyVectors(flags.next, rest.mine, words), words);
  const { share: e } = await session.reshare(step, words, session.masked(step, product, words));
  const total = (x: BigUint64Array, y: BigUint64Array, z: BigUint64Array) => addVectors(addVectors(x, y, words), z, words);
  return column(words, total(b.mine, v.mine, e.mine), total(b.next, v.next, e.next));
}

interface Pair {
  readonly mine: BigUint64Array;
  readonly next: BigUint64Array;
}

/** In one round: c' as an arithmetic sharing, and v = c2·d. */
async function injectAndMask(session: Session, c: BitShare, d: Pair, words: number): Promise<{ flags: Pair; v: ColumnShare }> {
  const step = session.step('inject');
  const me = session.me;
  const zero = new BigUint64Array(d.mine.length);
  const stream = session.common(1, `${step}.flag`, d.mine.byteLength);
  const one = stream === null ? zero : new BigUint64Array(stream.buffer);
  const local =
    me === 0 ? zero : me === 1 ? maskVector(c.next, d.mine, words) : maskVector(c.mine, addVectors(d.mine, d.next, words), words);
  const masked = session.masked(step, local, words);
  if (me === 0) {
    const flag = maskVector(maskTail(xorBits(c.mine, c.next), c.length), ones(c.length, words), words);
    const first = subtractVectors(flag, one, words);
    const { share } = await session.reshare(step, words, masked, { out: [{ to: 2, part: 'flag', payload: bytesOf(first) }] });
    return { flags: { mine: first, next: one }, v: share };
  }
  if (me === 1) return { flags: { mine: one, next: zero }, v: (await session.reshare(step, words, masked)).share };
  const { share, rest } = await session.reshare(step, words, masked, { in: [{ from: 0, part: 'flag', sizeBytes: zero.byteLength }] });
  return { flags: { mine: zero, next: wordsFrom(rest[0] as Uint8Array) }, v: share };
}

function ones(n: number, words: number): BigUint64Array {
  const out = new BigUint64Array(n * words);
  return out.fill(1n, 0, n);
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
