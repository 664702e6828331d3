/** The committee of three on replicated shares: the `Committee` port, one method a primitive. */
import { type Random, systemRandom } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import type {
  Committee,
  Fraction,
  GroupedTable,
  JoinedTable,
  JoinKind,
  JoinSide,
  OwnVector,
  Quantile,
  SecretAggregate,
  SecretBits,
  SecretColumn,
  SecretKey,
  SecretTable,
  SortKey,
  ThreatModel,
  TopRows,
} from '@sluis/technique';
import { negative } from './comparison.ts';
import { allOf, and } from './conjunction.ts';
import { toBits } from './decomposition.ts';
import { divide } from './division.ts';
import { isZero } from './equality.ts';
import { inject, select } from './injection.ts';
import { input, randomBits, sumOfInputs } from './input.ts';
import { LocalOperations, oneShape } from './local-operations.ts';
import { openBits, openColumn, rerandomise } from './opening.ts';
import { ringInnerProduct, ringProducts, ringSumOfProducts } from './products.ts';
import { rescale, shiftRight, widen } from './rescaling.ts';
import * as rows from './rows/index.ts';
import { extreme, largestOf } from './selection.ts';
import { Session } from './session.ts';
import { type BitShare, bitShare, type ColumnShare, column, columnShare, type Pair, type Party } from './shares.ts';
import { sumOfChanged, wraps } from './truncation.ts';

const asColumn = (a: ColumnShare) => a as ColumnShare & SecretColumn;
const asBits = (a: BitShare) => a as BitShare & SecretBits;

function wordMajor(values: readonly bigint[], words: number): BigUint64Array {
  const out = new BigUint64Array(values.length * words);
  values.forEach((value, i) => {
    for (let j = 0; j < words; j++) out[j * values.length + i] = BigInt.asUintN(64, value >> BigInt(64 * j));
  });
  return out;
}

/** Every method is run by all three compute parties in step; costs and sources stand at the functions it calls. */
export class ReplicatedCommittee extends LocalOperations implements Committee {
  readonly #session: Session;

  constructor(session: Session) {
    super();
    this.#session = session;
  }

  /**
   * Agrees on keys with the other two parties: see `Session.open`. The same program runs under both threat models.
   *
   * @param context - says what this run is, the same at all three.
   */
  static async convene(links: CommitteeLinks, context: Uint8Array, random: Random = systemRandom): Promise<ReplicatedCommittee> {
    return new ReplicatedCommittee(await Session.open(links, context, random));
  }

  get me(): Party {
    return this.#session.me;
  }

  get threatModel(): ThreatModel {
    return this.#session.verified ? 'malicious' : 'semi-honest';
  }

  async and(a: SecretBits, b: SecretBits): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => and(strand, bitShare(a), bitShare(b))));
  }

  async or(a: SecretBits, b: SecretBits): Promise<SecretBits> {
    return this.not(await this.and(this.not(a), this.not(b)));
  }

  multiply(a: SecretColumn, b: SecretColumn): Promise<SecretColumn> {
    const [x, y] = [columnShare(a), columnShare(b)];
    const words = oneShape([x, y]);
    if (x.length === 0) return Promise.resolve(a);
    return this.#column(words, (strand) => ringProducts(strand, words, x, y));
  }

  sumOfProducts(a: readonly SecretColumn[], b: readonly SecretColumn[]): Promise<SecretColumn> {
    const [x, y] = [a.map(columnShare), b.map(columnShare)];
    if (x.length !== y.length) throw new RangeError('a sum of products has as many left as right factors');
    const words = oneShape([...x, ...y]);
    if (x[0]?.length === 0) return Promise.resolve(a[0] as SecretColumn);
    return this.#column(words, (strand) => ringSumOfProducts(strand, words, x, y));
  }

  innerProduct(a: SecretColumn, b: SecretColumn): Promise<SecretColumn> {
    const [x, y] = [columnShare(a), columnShare(b)];
    const words = oneShape([x, y]);
    if (this.#session.verified) return this.multiply(a, b).then((products) => this.total(products));
    return this.#column(words, (strand) => ringInnerProduct(strand, words, x, y));
  }

  async inject(a: SecretBits, words: number): Promise<SecretColumn> {
    return asColumn(await this.#session.run((strand) => inject(strand, bitShare(a), words)));
  }

  async mask(c: SecretBits, a: SecretColumn): Promise<SecretColumn> {
    return asColumn(await this.#session.run((strand) => select(strand, bitShare(c), columnShare(a))));
  }

  async select(c: SecretBits, a: SecretColumn, b: SecretColumn): Promise<SecretColumn> {
    return asColumn(await this.#session.run((strand) => select(strand, bitShare(c), columnShare(a), columnShare(b))));
  }

  async toBits(a: SecretColumn, width: number): Promise<SecretBits[]> {
    return (await this.#session.run((strand) => toBits(strand, columnShare(a), width))).map(asBits);
  }

  async fromBits(slices: readonly SecretBits[], words: number): Promise<SecretColumn> {
    const n = slices[0]?.length;
    if (n === undefined || slices.length > 64 * words) throw new RangeError('a number has 1 to 64 times its words of bits');
    const ring = await this.inject(this.concatBits(slices), words);
    const weight = (i: number) => (i === slices.length - 1 ? -(1n << BigInt(i)) : 1n << BigInt(i));
    return this.sum(slices.map((_, i) => this.scale(this.slice(ring, i * n, n), weight(i))));
  }

  widen(a: SecretColumn, width: number, words: number): Promise<SecretColumn> {
    return this.#within((on) => widen(on, a, width, words));
  }

  async negative(a: SecretColumn, width: number): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => negative(strand, columnShare(a), width)));
  }

  async less(a: SecretColumn, b: SecretColumn, width: number): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => negative(strand, columnShare(a), width, columnShare(b))));
  }

  async isZero(a: SecretColumn, width: number): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => isZero(strand, columnShare(a), width)));
  }

  async equal(a: SecretColumn, b: SecretColumn, width: number): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => isZero(strand, columnShare(a), width, columnShare(b))));
  }

  shiftRight(a: SecretColumn, shift: number, width: number): Promise<SecretColumn> {
    return this.#within((on) => shiftRight(on, a, shift, width));
  }

  divide(a: SecretColumn, b: SecretColumn, width: number): Promise<SecretColumn> {
    return this.#within((on) => divide(on, a, b, width));
  }

  rescale(a: SecretColumn, divisor: bigint, width: number): Promise<SecretColumn> {
    return this.#within((on) => rescale(on, a, divisor, width));
  }

  /** How often the summands that parties know, cut to `width` bits, exceed the secret's low `width` bits. */
  async wraps(a: SecretColumn, width: number): Promise<SecretBits[]> {
    return (await this.#session.run((strand) => wraps(strand, columnShare(a), width))).map(asBits);
  }

  /** The sum of what each known summand becomes when whoever knows it changes it. */
  async sumOfChanged(a: SecretColumn, words: number, change: (summand: BigUint64Array) => BigUint64Array): Promise<SecretColumn> {
    return asColumn(await this.#session.run((strand) => sumOfChanged(strand, columnShare(a), words, change)));
  }

  minimum(columns: readonly SecretColumn[], width: number): Promise<SecretColumn> {
    return this.#within((on) => extreme(on, columns, width, false));
  }

  maximum(columns: readonly SecretColumn[], width: number): Promise<SecretColumn> {
    return this.#within((on) => extreme(on, columns, width, true));
  }

  largest(columns: readonly SecretColumn[], n: number, width: number): Promise<SecretColumn[]> {
    return this.#within((on) => largestOf(on, columns, n, width));
  }

  async allOf(a: SecretBits, groups: readonly Uint32Array[]): Promise<SecretBits> {
    const gather = (x: BitShare, index: Uint32Array) => bitShare(this.gatherBits(asBits(x), index));
    const concat = (parts: readonly BitShare[]) => bitShare(this.concatBits(parts.map(asBits)));
    const one = bitShare(this.constantBits(1, 1));
    return asBits(await this.#session.run((strand) => allOf(strand, bitShare(a), groups, { gather, concat, one })));
  }

  shuffle(table: SecretTable): Promise<SecretTable> {
    return this.#session.run((strand) => rows.shuffleRows(strand, table));
  }

  sort(table: SecretTable, keys: readonly SortKey[]): Promise<SecretTable> {
    return this.#within((on) => rows.sortRows(on, table, keys));
  }

  partition(table: SecretTable, first: SecretBits): Promise<SecretTable> {
    return this.#within((on) => rows.partitionRows(on, table, first));
  }

  groupAggregate(
    keys: readonly SecretKey[],
    valid: SecretBits,
    aggregates: readonly SecretAggregate[],
    slots: number,
  ): Promise<GroupedTable> {
    return this.#within((on) => rows.groupRows(on, keys, valid, aggregates, slots));
  }

  join(kind: JoinKind, left: JoinSide, right: JoinSide, maximumRows?: number): Promise<JoinedTable> {
    return this.#within((on) => rows.joinRows(on, kind, left, right, maximumRows));
  }

  distinctCount(keys: readonly SecretKey[], valid: SecretBits): Promise<SecretColumn> {
    return this.#within((on) => rows.countDistinct(on, keys, valid));
  }

  topRows(table: SecretTable, keys: readonly SortKey[], valid: SecretBits, k: number): Promise<TopRows> {
    return this.#within((on) => rows.topRows(on, table, keys, valid, k));
  }

  quantiles(values: SecretKey, valid: SecretBits, fractions: readonly Fraction[]): Promise<Quantile[]> {
    return this.#within((on) => rows.quantiles(on, values, valid, fractions));
  }

  histogram(values: SecretKey, valid: SecretBits, boundaries: readonly bigint[]): Promise<SecretColumn> {
    return this.#within((on) => rows.histogram(on, values, valid, boundaries));
  }

  async input(owner: Party, values: BigUint64Array | readonly bigint[] | null, length = 1, words = 1): Promise<SecretColumn> {
    const held = values === null || values instanceof BigUint64Array ? values : wordMajor(values, words);
    return asColumn(await this.#session.run((strand) => input(strand, owner, held, length, words)));
  }

  async sumOfInputs(own: readonly OwnVector[]): Promise<SecretColumn[]> {
    return (await this.#session.run((strand) => sumOfInputs(strand, own))).map(asColumn);
  }

  async randomBits(length: number): Promise<SecretBits> {
    return asBits(await this.#session.run((strand) => randomBits(strand, length)));
  }

  openColumn(a: SecretColumn): Promise<BigUint64Array> {
    return this.#session.run((strand) => openColumn(strand, columnShare(a)));
  }

  openBits(a: SecretBits): Promise<Uint8Array> {
    return this.#session.run((strand) => openBits(strand, bitShare(a)));
  }

  async rerandomise(a: SecretColumn): Promise<SecretColumn> {
    return asColumn(await this.#session.run((strand) => rerandomise(strand, columnShare(a))));
  }

  /** A program of several primitives in a strand of its own, so that it may run beside others. */
  #within<T>(program: (on: ReplicatedCommittee) => Promise<T>): Promise<T> {
    return this.#session.run((strand) => program(new ReplicatedCommittee(strand)));
  }

  async #column(words: number, work: (strand: Session) => Promise<Pair>): Promise<SecretColumn> {
    const { mine, next } = await this.#session.run(work);
    return column(words, mine, next);
  }
}
