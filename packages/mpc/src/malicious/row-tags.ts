/**
 * One authenticating column for all ring columns of a width, and one for all bit columns: Σ_c r_c·x_c with secret random
 * keys r_c, one a column. Rows that were changed without knowing the keys no longer fit.
 *
 * Ring columns are lifted by one word first: components are taken as they are in Z_2^(64·(words + 1)), where the low
 * words still are the secret. An error that changes a low word is not divisible by 2^(64·words), so a random key of 64
 * more bits hits the fitting error of the tag with probability at most 2^−63. Bits have keys of 64 bits.
 * Source: Chida et al. 2018 (additive errors against random keys); Abspoel et al. 2021 (the wider ring).
 */
import { addVectors, constantVector, maskVector, multiplyVectors, subtractVectors } from '@sluis/kernels';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, type Party } from '../shares.ts';
import { bitAlgebra, type Held, ringAlgebra } from './algebra.ts';
import { openChecked } from './checked-exchange.ts';
import type { Vector } from './tags.ts';
import { type Form, type Moved, minus, plus, received, xorWords } from './moved.ts';

/** Columns of one form, their secret keys, and the column of tags. */
export interface Tagged {
  readonly columns: readonly Moved[];
  readonly keys: readonly Held[];
  readonly tag: Moved;
}

/**
 * Keys and tags for columns of one form, the tags as summands of the two holders of `key`: party `key` has its two as
 * `mine` and `next`, the other holder its own as `mine`; nothing else of `tag` is meaningful. Every party makes a part;
 * the one outside the pair gives its own away. 1 round; 8·words bytes a row in total, 8 for bits, however many columns.
 */
export async function tagged(strand: Session, key: Party, columns: readonly Moved[]): Promise<Tagged> {
  const form = (columns[0] as Moved).form;
  const tagForm: Form = { kind: form.kind === 'ring' ? 'ring' : 'wide', words: form.words, rows: form.rows };
  const keys = columns.map(() => randomKey(strand, form.kind, form.words));
  const [mask0, mask1] = strand.zeros(form.words * form.rows);
  const parts = columns.map((column, c) => crossPart(column, keys[c] as Held));
  const part = minus(
    tagForm,
    parts.reduce<Vector>((a, b) => plus(tagForm, a, b), mask0),
    mask1,
  ) as BigUint64Array;
  const outsider = nextParty(key);
  const [payload] = await strand.exchange(
    strand.step('row-tags'),
    strand.me === outsider ? [{ to: key, payload: bytesOf(part) }] : [],
    strand.me === key ? [{ from: outsider, sizeBytes: part.byteLength }] : [],
  );
  return { columns, keys, tag: { form: tagForm, mine: part, next: payload === undefined ? part : received(tagForm, payload) } };
}

/**
 * A random secret key. In the ring it is odd, as 2r + 1: then an error of one column shows even where it would only
 * change the words that are added for the tags, and so nothing that anybody uses.
 */
function randomKey(strand: Session, kind: Form['kind'], words: number): Held {
  const all = ([0, 1, 2] as Party[]).map((which) => {
    const drawn = strand.commonWords(which, words);
    if (drawn === null || kind !== 'ring') return drawn;
    const even = addVectors(drawn, drawn, words);
    return which === 0 ? addVectors(even, constantVector(1, words, 1n), words) : even;
  });
  return { mine: all[strand.me] as BigUint64Array, next: all[nextParty(strand.me)] as BigUint64Array };
}

/** This party's part of key · column: of the products of components it holds. */
function crossPart({ form, mine, next }: Moved, key: Held): BigUint64Array {
  const { kind, words, rows } = form;
  if (kind === 'packed') {
    const both = xorWords(key.mine, key.next);
    return xorWords(chosen(mine as Uint32Array, both, rows), chosen(next as Uint32Array, key.mine, rows));
  }
  const both = addVectors(key.mine, key.next, words);
  return addVectors(times(mine as BigUint64Array, both, words), times(next as BigUint64Array, key.mine, words), words);
}

/** The key in every row whose bit is 1. */
const chosen = (bits: Uint32Array, key: BigUint64Array, rows: number) => maskVector(bits, constantVector(rows, 1, key[0] as bigint), 1);

/** Every element times one element. */
function times(a: BigUint64Array, key: BigUint64Array, words: number): BigUint64Array {
  let factor = 0n;
  for (let j = words - 1; j >= 0; j--) factor = (factor << 64n) | (key[j] as bigint);
  return multiplyVectors(a, constantVector(a.length / words, words, factor), words);
}

/**
 * tag − Σ_c r_c·x_c for keys that are opened now: a sharing of zeros if no row was changed. 1 round.
 * To be called once nobody can still change what was sent of columns and tags.
 */
export async function residueOf(strand: Session, { columns, keys, tag }: Tagged): Promise<Held> {
  const { words, kind } = tag.form;
  const keysOf = (which: 'mine' | 'next') => new BigUint64Array(keys.flatMap((key) => [...key[which]]));
  const lengths = keys.map((key) => key.mine.length);
  const algebra = kind === 'ring' ? ringAlgebra(words) : bitAlgebra;
  const opened = await openChecked(strand, algebra, { mine: keysOf('mine'), next: keysOf('next') }, lengths);
  const side = (which: 'mine' | 'next') =>
    columns.reduce<BigUint64Array>((rest, column, c) => {
      const key = opened[c] as BigUint64Array;
      if (kind === 'wide') return xorWords(rest, chosen(column[which] as Uint32Array, key, column.form.rows));
      return subtractVectors(rest, times(column[which] as BigUint64Array, key, words), words);
    }, tag[which] as BigUint64Array);
  return { mine: side('mine'), next: side('next') };
}
