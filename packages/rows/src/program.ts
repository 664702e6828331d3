/**
 * A program over secret rows: a graph of the committee's operations in which equal parts occur once and what is known
 * beforehand is folded. Making one sends nothing; `run-program.ts` plays it.
 */

/** Number of a node. Nodes are made after their inputs, so numbers are a topological order. */
export type Node = number;

export type Operation =
  | { readonly kind: 'column' | 'bits'; readonly input: number }
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'bit'; readonly value: 0 | 1 }
  // Local.
  | { readonly kind: 'add' | 'subtract'; readonly a: Node; readonly b: Node }
  | { readonly kind: 'scale' | 'shift'; readonly a: Node; readonly by: bigint }
  | { readonly kind: 'narrow'; readonly a: Node }
  | { readonly kind: 'xor'; readonly a: Node; readonly b: Node }
  | { readonly kind: 'not'; readonly a: Node }
  // Interactive.
  | { readonly kind: 'and' | 'multiply' | 'mask'; readonly a: Node; readonly b: Node }
  | { readonly kind: 'divide'; readonly a: Node; readonly b: Node; readonly bits: number }
  | { readonly kind: 'negative' | 'isZero' | 'widen'; readonly a: Node; readonly bits: number }
  | { readonly kind: 'lowBit' | 'inject'; readonly a: Node }
  | { readonly kind: 'rescale'; readonly a: Node; readonly bits: number; readonly by: bigint };

export type Kind = Operation['kind'];

const INTERACTIVE: ReadonlySet<Kind> = new Set([
  'and',
  'multiply',
  'mask',
  'negative',
  'isZero',
  'widen',
  'lowBit',
  'inject',
  'rescale',
  'divide',
]);

export const inputsOfNode = (o: Operation): readonly Node[] => ('b' in o ? [o.a, o.b] : 'a' in o ? [o.a] : []);
export const isInteractive = (o: Operation): boolean => INTERACTIVE.has(o.kind);

/** Builds the graph. Widths (`words`) are 0 for bits. */
export class Program {
  readonly operations: Operation[] = [];
  readonly words: number[] = [];
  readonly #known = new Map<string, Node>();

  column(input: number, words = 1): Node {
    return this.#node({ kind: 'column', input }, words);
  }

  bits(input: number): Node {
    return this.#node({ kind: 'bits', input }, 0);
  }

  constant(value: bigint, words: number): Node {
    return this.#node({ kind: 'constant', value: BigInt.asIntN(64 * words, value) }, words);
  }

  bit(value: 0 | 1): Node {
    return this.#node({ kind: 'bit', value }, 0);
  }

  /** The value of a node that is the same public number in every row, or null. */
  constantOf(a: Node): bigint | null {
    const o = this.#operation(a);
    return o.kind === 'constant' ? o.value : null;
  }

  /** The same for a bit. */
  bitOf(a: Node): 0 | 1 | null {
    const o = this.#operation(a);
    return o.kind === 'bit' ? o.value : null;
  }

  add(a: Node, b: Node): Node {
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (x !== null) return this.shift(b, x);
    if (y !== null) return this.shift(a, y);
    return this.#node({ kind: 'add', a: Math.min(a, b), b: Math.max(a, b) }, this.#width(a, b));
  }

  subtract(a: Node, b: Node): Node {
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (y !== null) return this.shift(a, -y);
    if (x !== null) return this.shift(this.scale(b, -1n), x);
    if (a === b) return this.constant(0n, this.#width(a, b));
    return this.#node({ kind: 'subtract', a, b }, this.#width(a, b));
  }

  /** a · by for a public number. */
  scale(a: Node, by: bigint): Node {
    const x = this.constantOf(a);
    if (x !== null) return this.constant(x * by, this.width(a));
    if (by === 0n) return this.constant(0n, this.width(a));
    return by === 1n ? a : this.#node({ kind: 'scale', a, by }, this.width(a));
  }

  /** a + by for a public number. */
  shift(a: Node, by: bigint): Node {
    const x = this.constantOf(a);
    if (x !== null) return this.constant(x + by, this.width(a));
    const o = this.#operation(a);
    if (o.kind === 'shift') return this.shift(o.a, o.by + by);
    return by === 0n ? a : this.#node({ kind: 'shift', a, by }, this.width(a));
  }

  /** The same signed value, of at most `bits` bits, in a ring of so many words. */
  resize(a: Node, bits: number, words: number): Node {
    const [x, width] = [this.constantOf(a), this.width(a)];
    if (width === words) return a;
    if (x !== null) return this.constant(x, words);
    if (width > words) return this.#node({ kind: 'narrow', a }, words);
    return this.#node({ kind: 'widen', a, bits: Math.min(bits, 64 * width) }, words);
  }

  multiply(a: Node, b: Node): Node {
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (x !== null) return this.scale(b, x);
    if (y !== null) return this.scale(a, y);
    return this.#node({ kind: 'multiply', a: Math.min(a, b), b: Math.max(a, b) }, this.#width(a, b));
  }

  rescale(a: Node, by: bigint, bits: number): Node {
    return by === 1n ? a : this.#node({ kind: 'rescale', a, by, bits }, this.width(a));
  }

  /** a / b towards zero, 0 where b is 0; both of at most `bits` bits. */
  divide(a: Node, b: Node, bits: number): Node {
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (x !== null && y !== null) return this.constant(y === 0n ? 0n : x / y, this.width(a));
    return this.#node({ kind: 'divide', a, b, bits }, this.#width(a, b));
  }

  /** c ? a : 0 */
  mask(c: Node, a: Node): Node {
    const [bit, x] = [this.bitOf(c), this.constantOf(a)];
    if (bit !== null) return bit === 1 ? a : this.constant(0n, this.width(a));
    if (x !== null) return this.scale(this.inject(c, this.width(a)), x);
    return this.#node({ kind: 'mask', a: c, b: a }, this.width(a));
  }

  /** c ? a : b */
  select(c: Node, a: Node, b: Node): Node {
    return a === b ? a : this.add(b, this.mask(c, this.subtract(a, b)));
  }

  inject(c: Node, words: number): Node {
    const bit = this.bitOf(c);
    return bit === null ? this.#node({ kind: 'inject', a: c }, words) : this.constant(BigInt(bit), words);
  }

  negative(a: Node, bits: number): Node {
    const x = this.constantOf(a);
    return x === null ? this.#node({ kind: 'negative', a, bits }, 0) : this.bit(x < 0n ? 1 : 0);
  }

  isZero(a: Node, bits: number): Node {
    const x = this.constantOf(a);
    return x === null ? this.#node({ kind: 'isZero', a, bits }, 0) : this.bit(x === 0n ? 1 : 0);
  }

  lowBit(a: Node): Node {
    const x = this.constantOf(a);
    return x === null ? this.#node({ kind: 'lowBit', a }, 0) : this.bit((x & 1n) === 1n ? 1 : 0);
  }

  not(a: Node): Node {
    const [bit, o] = [this.bitOf(a), this.#operation(a)];
    if (bit !== null) return this.bit(bit === 1 ? 0 : 1);
    return o.kind === 'not' ? o.a : this.#node({ kind: 'not', a }, 0);
  }

  xor(a: Node, b: Node): Node {
    const [x, y] = [this.bitOf(a), this.bitOf(b)];
    if (x !== null) return x === 1 ? this.not(b) : b;
    if (y !== null) return y === 1 ? this.not(a) : a;
    if (a === b) return this.bit(0);
    return this.#node({ kind: 'xor', a: Math.min(a, b), b: Math.max(a, b) }, 0);
  }

  and(a: Node, b: Node): Node {
    const [x, y] = [this.bitOf(a), this.bitOf(b)];
    if (x !== null) return x === 1 ? b : a;
    if (y !== null) return y === 1 ? a : b;
    if (a === b) return a;
    if (this.not(a) === b) return this.bit(0);
    return this.#node({ kind: 'and', a: Math.min(a, b), b: Math.max(a, b) }, 0);
  }

  or(a: Node, b: Node): Node {
    return this.not(this.and(this.not(a), this.not(b)));
  }

  /** A balanced tree, so that long conjunctions take few rounds. */
  all(list: readonly Node[]): Node {
    let open = [...new Set(list)];
    if (open.length === 0) return this.bit(1);
    while (open.length > 1) {
      open = Array.from({ length: Math.ceil(open.length / 2) }, (_, i) => {
        const [a, b] = [open[2 * i] as Node, open[2 * i + 1]];
        return b === undefined ? a : this.and(a, b);
      });
    }
    return open[0] as Node;
  }

  any(list: readonly Node[]): Node {
    return this.not(this.all(list.map((a) => this.not(a))));
  }

  /** The disjunction of bits of which at most one is 1: free. */
  anyExclusive(list: readonly Node[]): Node {
    return list.reduce((sum, a) => this.xor(sum, a), this.bit(0));
  }

  width(a: Node): number {
    const words = this.words[a];
    if (words === undefined) throw new RangeError('a program has no such node');
    return words;
  }

  #width(a: Node, b: Node): number {
    if (this.width(a) !== this.width(b)) throw new RangeError('numbers of one operation have the same width');
    return this.width(a);
  }

  #operation(a: Node): Operation {
    const found = this.operations[a];
    if (found === undefined) throw new RangeError('a program has no such node');
    return found;
  }

  #node(operation: Operation, words: number): Node {
    const key = `${Object.values(operation).join(' ')} ${words}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.operations.length);
    this.words.push(words);
    return this.operations.push(operation) - 1;
  }
}
