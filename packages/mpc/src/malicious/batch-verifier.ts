/** The `Verifier` of the malicious model: gathers products and checks them in batches, and all of them before a reveal. */
import type { Session } from '../session.ts';
import type { PackedPair, Pair } from '../shares.ts';
import type { Verifier } from '../verification.ts';
import { type Algebra, bitAlgebra, type Held, ringAlgebra } from './algebra.ts';
import { finishZeroChecks, ZeroCheck } from './checked-exchange.ts';
import { batchBounds, batchShape, lanesFor } from './soundness.ts';
import type { Vector } from './tags.ts';
import { checkTriples, STRIPES, type Stripes, type Triples } from './triple-check.ts';

export interface BatchLimits {
  /** Positions of a batch: enough for two arrays, see `soundness.ts`; about 150 bytes of memory each. */
  readonly positions: number;
  readonly stripes: Stripes;
}
export const BATCH_LIMITS: BatchLimits = { positions: 1 << 20, stripes: STRIPES };

/** Words of conjunctions to a position in a full batch. */
const LANES = 2;

interface Group<V> {
  readonly parts: Triples<V>[];
  /** Elements, or words of bits. */
  size: number;
}

const empty = <V>(): Group<V> => ({ parts: [], size: 0 });

export class BatchVerifier implements Verifier {
  readonly #limits: BatchLimits;
  readonly #checks: Session;
  readonly #products = new Map<number, Group<BigUint64Array>>();
  #conjunctions: Group<Uint32Array> = empty();
  #zeros: { readonly words: number; readonly w: Pair }[] = [];
  /** Checks under way and done, one after the other. Once one fails, every later call fails alike. */
  #checked: Promise<void> = Promise.resolve();

  /** @param checks - a session of its own, so that the checks' steps have numbers of their own. */
  constructor(checks: Session, limits: BatchLimits = BATCH_LIMITS) {
    this.#checks = checks;
    this.#limits = limits;
  }

  recordProducts(words: number, x: Pair, y: Pair, z: Pair): Promise<void> | void {
    if (z.mine.length === 0) return;
    sameShape([x, y, z]);
    const group = this.#products.get(words) ?? empty<BigUint64Array>();
    this.#products.set(words, group);
    group.parts.push({ x, y, z });
    group.size += z.mine.length / words;
    if (group.size * words >= this.#limits.positions) return this.#flush();
  }

  recordConjunctions(x: PackedPair, y: PackedPair, z: PackedPair): Promise<void> | void {
    if (z.mine.length === 0) return;
    sameShape([x, y, z]);
    this.#conjunctions.parts.push({ x, y, z });
    this.#conjunctions.size += z.mine.length;
    if (this.#conjunctions.size >= LANES * this.#limits.positions) return this.#flush();
  }

  recordZeros(words: number, w: Pair): void {
    if (w.mine.length > 0) this.#zeros.push({ words, w });
  }

  beforeReveal(): Promise<void> {
    return this.#flush();
  }

  /** Checks all that is recorded. What is taken, and the order of the checks, follow from the calls alone. */
  #flush(): Promise<void> {
    const products = [...this.#products].sort(([a], [b]) => a - b);
    const [conjunctions, zeros] = [this.#conjunctions, this.#zeros];
    this.#products.clear();
    this.#conjunctions = empty();
    this.#zeros = [];
    this.#checked = this.#checked.then(async () => {
      for (const [words, group] of products) await this.#check(ringAlgebra(words), group, 1, Math.ceil(this.#limits.positions / words));
      const lanes = conjunctions.size === 0 ? 1 : lanesFor(conjunctions.size);
      await this.#check(bitAlgebra(lanes), conjunctions, lanes, LANES * this.#limits.positions);
      if (zeros.length > 0) await this.#checkZeros(zeros);
    });
    return this.#checked;
  }

  async #checkZeros(zeros: readonly { readonly words: number; readonly w: Pair }[]): Promise<void> {
    await this.#checks.run(async (strand) => {
      const check = new ZeroCheck(strand);
      for (const { words, w } of zeros) check.add(ringAlgebra(words), w);
      await finishZeroChecks(strand, [check]);
    });
  }

  async #check<V extends Vector>(algebra: Algebra<V>, group: Group<V>, lanes: number, largest: number): Promise<void> {
    if (group.size === 0) return;
    const bounds = batchBounds(Math.ceil(group.size / lanes), Math.ceil(largest / lanes));
    const whole = joined(algebra, group, lanes);
    for (let b = 0; b + 1 < bounds.length; b++) {
      const [from, to] = [bounds[b] as number, bounds[b + 1] as number];
      const { positions, arrays } = batchShape(to - from, 1);
      const cut = (h: Held<V>) => ({ mine: algebra.slice(h.mine, from, to), next: algebra.slice(h.next, from, to) });
      const batch = bounds.length === 2 ? whole : { x: cut(whole.x), y: cut(whole.y), z: cut(whole.z) };
      await this.#checks.run((strand) => checkTriples(strand, algebra, batch, positions, arrays, this.#limits.stripes));
    }
  }
}

/** All records one after the other; packed bits end with zeros that fill the last position. */
function joined<V extends Vector>(algebra: Algebra<V>, group: Group<V>, lanes: number): Triples<V> {
  const missing = (lanes - (group.size % lanes)) % lanes;
  const side = (which: 'x' | 'y' | 'z', of: 'mine' | 'next') => {
    const parts = group.parts.map((p) => p[which][of]);
    return algebra.concat(missing === 0 ? parts : [...parts, new Uint32Array(missing) as V]);
  };
  const both = (which: 'x' | 'y' | 'z'): Held<V> => ({ mine: side(which, 'mine'), next: side(which, 'next') });
  return { x: both('x'), y: both('y'), z: both('z') };
}

function sameShape(held: readonly Held<Vector>[]): void {
  const size = held[0]?.mine.length;
  if (held.some((h) => h.mine.length !== size || h.next.length !== size))
    throw new RangeError('the three vectors of a product have one shape');
}
