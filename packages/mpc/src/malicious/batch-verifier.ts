/** The `Verifier` of the malicious model: gathers products and checks them in batches, and all of them before a reveal. */
import type { Session } from '../session.ts';
import type { PackedPair, Pair } from '../shares.ts';
import type { Verifier } from '../verification.ts';
import { type Algebra, bitAlgebra, type Held, ringAlgebra } from './algebra.ts';
import { finishZeroChecks, ZeroCheck } from './checked-exchange.ts';
import { type Recorded, recordedBits, recordedColumn } from './recorded.ts';
import { batchBounds } from './soundness.ts';
import { CheckMemory, type Cut, checkProducts } from './product-check.ts';

export interface BatchLimits {
  /** Words that wait before a check begins: they keep 48 bytes of memory each, and the check needs 100 more. */
  readonly waiting: number;
  /** Batches checked at a time: while one waits for messages another computes. */
  readonly atOnce: number;
}
export const BATCH_LIMITS: BatchLimits = { waiting: 2 ** 20, atOnce: 3 };

interface Product<P> {
  readonly x: P;
  readonly y: P;
  readonly z: P;
}

/** A batch to check: its positions are cut out when their turn comes. */
interface Batch {
  readonly algebra: Algebra;
  readonly positions: number;
  readonly cut: Cut;
}

export class BatchVerifier implements Verifier {
  readonly #checks: Session;
  readonly #limits: BatchLimits;
  #products = new Map<number, Product<Pair>[]>();
  #conjunctions: Product<PackedPair>[] = [];
  #zeros: { readonly words: number; readonly w: Pair }[] = [];
  readonly #memory = new CheckMemory();
  /** Words recorded and not yet checked. */
  #waiting = 0;
  /** Checks under way and done, one after the other. Once one fails, every later call fails alike. */
  #checked: Promise<void> = Promise.resolve();

  /** @param checks - a session of its own, so that the checks' steps have numbers of their own. */
  constructor(checks: Session, limits: BatchLimits = BATCH_LIMITS) {
    this.#checks = checks;
    this.#limits = limits;
  }

  recordProducts(words: number, x: Pair, y: Pair, z: Pair): Promise<void> | void {
    sameShape([x, y, z]);
    const list = this.#products.get(words) ?? [];
    this.#products.set(words, list);
    list.push({ x, y, z });
    return this.#grow(z.mine.length);
  }

  recordConjunctions(x: PackedPair, y: PackedPair, z: PackedPair): Promise<void> | void {
    sameShape([x, y, z]);
    this.#conjunctions.push({ x, y, z });
    return this.#grow(z.mine.length / 2);
  }

  recordZeros(words: number, w: Pair): Promise<void> | void {
    this.#zeros.push({ words, w });
    return this.#grow(w.mine.length);
  }

  beforeReveal(): Promise<void> {
    return this.#flush();
  }

  #grow(words: number): Promise<void> | void {
    this.#waiting += words;
    if (this.#waiting >= this.#limits.waiting) return this.#flush();
  }

  /** Checks all that is recorded. What is taken, and the steps' names, follow from the calls alone. */
  #flush(): Promise<void> {
    const batches = [
      ...[...this.#products].sort(([a], [b]) => a - b).flatMap(([words, list]) => this.#ringBatches(words, list)),
      ...this.#bitBatches(this.#conjunctions),
    ];
    const zeros = this.#zeros;
    this.#products = new Map();
    this.#conjunctions = [];
    this.#zeros = [];
    this.#waiting = 0;
    this.#checked = this.#checked.then(async () => {
      const checks = this.#checks;
      await checks.parallel(batches.length, this.#limits.atOnce, async (strand, b) => {
        const { algebra, positions, cut } = batches[b] as Batch;
        await checkProducts(strand, algebra, positions, cut, this.#memory);
      });
      if (zeros.some(({ w }) => w.mine.length > 0)) await checks.run((strand) => checkZeros(strand, zeros));
    });
    return this.#checked;
  }

  #ringBatches(words: number, list: readonly Product<Pair>[]): Batch[] {
    const column = (of: keyof Product<Pair>, side: keyof Pair) =>
      recordedColumn(
        list.map((p) => p[of][side]),
        words,
      );
    return this.#batches(ringAlgebra(words), column);
  }

  #bitBatches(list: readonly Product<PackedPair>[]): Batch[] {
    return this.#batches(bitAlgebra, (of, side) => recordedBits(list.map((p) => p[of][side])));
  }

  #batches(algebra: Algebra, column: (of: 'x' | 'y' | 'z', side: 'mine' | 'next') => Recorded): Batch[] {
    const both = (of: 'x' | 'y' | 'z') => ({ mine: column(of, 'mine'), next: column(of, 'next') });
    const [x, y, z] = [both('x'), both('y'), both('z')];
    if (z.mine.positions === 0) return [];
    const bounds = batchBounds(z.mine.positions);
    return bounds.slice(1).map((to, b) => {
      const from = bounds[b] as number;
      const cut: Cut = (first, last, take) => {
        const component = (r: Recorded) => r.slice(from + first, from + last, take((last - first) * algebra.words));
        const part = (h: typeof x): Held => ({ mine: component(h.mine), next: component(h.next) });
        return { x: part(x), y: part(y), z: part(z) };
      };
      return { algebra, positions: to - from, cut };
    });
  }
}

async function checkZeros(strand: Session, zeros: readonly { readonly words: number; readonly w: Pair }[]): Promise<void> {
  const check = new ZeroCheck(strand);
  for (const { words, w } of zeros) check.add(ringAlgebra(words), w);
  await finishZeroChecks(strand, [check]);
}

function sameShape(held: readonly (Pair | PackedPair)[]): void {
  const size = held[0]?.mine.length;
  if (held.some((h) => h.mine.length !== size || h.next.length !== size))
    throw new RangeError('the three vectors of a product have one shape');
}
