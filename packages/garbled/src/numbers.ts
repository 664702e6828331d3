/** Signed numbers as wires, two's complement, lowest bit first. Each function states its conjunctions for w bits. */
import type { CircuitBuilder, Wire } from './circuit.ts';

export type Wires = readonly Wire[];

const at = (a: Wires, i: number): Wire => a[i] as Wire;
const sameWidth = (a: Wires, b: Wires): void => {
  if (a.length !== b.length || a.length === 0) throw new RangeError('numbers of one operation have the same width');
};

/** A public number of `width` bits. */
export const constant = (value: bigint, width: number): Wires =>
  Array.from({ length: width }, (_, i) => (((value >> BigInt(i)) & 1n) === 1n ? 'one' : 'zero'));

/** The same number with `width` bits. No conjunction. */
export const widen = (a: Wires, width: number): Wires => Array.from({ length: width }, (_, i) => at(a, Math.min(i, a.length - 1)));

/** a + b + carry modulo 2^w. w − 1 conjunctions. Source: Kolesnikov & Schneider 2008, §3.1 (one conjunction a full adder). */
export function add(c: CircuitBuilder, a: Wires, b: Wires, carryIn: Wire = 'zero'): Wires {
  sameWidth(a, b);
  let carry = carryIn;
  return a.map((bit, i) => {
    const [x, y] = [c.xor(bit, carry), c.xor(at(b, i), carry)];
    const sum = c.xor(x, at(b, i));
    if (i < a.length - 1) carry = c.xor(carry, c.and(x, y));
    return sum;
  });
}

export const invert = (c: CircuitBuilder, a: Wires): Wires => a.map((bit) => c.not(bit));

/** a − b modulo 2^w. w − 1 conjunctions. */
export const subtract = (c: CircuitBuilder, a: Wires, b: Wires): Wires => add(c, a, invert(c, b), 'one');

/** a < b. w conjunctions. */
export function less(c: CircuitBuilder, a: Wires, b: Wires): Wire {
  sameWidth(a, b);
  // One bit more keeps the sign of the difference.
  const width = a.length + 1;
  return at(subtract(c, widen(a, width), widen(b, width)), width - 1);
}

/** a = b. w − 1 conjunctions, in a tree. */
export function equal(c: CircuitBuilder, a: Wires, b: Wires): Wire {
  sameWidth(a, b);
  let open: Wire[] = a.map((bit, i) => c.not(c.xor(bit, at(b, i))));
  while (open.length > 1) {
    const next: Wire[] = [];
    for (let i = 0; i < open.length; i += 2)
      next.push(i + 1 < open.length ? c.and(open[i] as Wire, open[i + 1] as Wire) : (open[i] as Wire));
    open = next;
  }
  return open[0] as Wire;
}

/** condition ? a : b. w conjunctions. */
export function select(c: CircuitBuilder, condition: Wire, a: Wires, b: Wires): Wires {
  sameWidth(a, b);
  return a.map((bit, i) => c.select(condition, bit, at(b, i)));
}

export const smaller = (c: CircuitBuilder, a: Wires, b: Wires): Wires => select(c, less(c, a, b), a, b);
export const larger = (c: CircuitBuilder, a: Wires, b: Wires): Wires => select(c, less(c, a, b), b, a);

/** a · b modulo 2^w (schoolbook). About w² conjunctions. */
export function multiply(c: CircuitBuilder, a: Wires, b: Wires): Wires {
  sameWidth(a, b);
  const width = a.length;
  let total: Wires = a.map((bit) => c.and(bit, at(b, 0)));
  for (let shift = 1; shift < width; shift++) {
    const row = a.slice(0, width - shift).map((bit) => c.and(bit, at(b, shift)));
    total = [...total.slice(0, shift), ...add(c, total.slice(shift), row)];
  }
  return total;
}
