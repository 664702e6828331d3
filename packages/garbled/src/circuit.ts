/**
 * Boolean circuits of exclusive or, and, not. Exclusive or and not are free when garbled, so the builder spends
 * conjunctions only, folds constants, and sorts gates by the number of conjunctions before them: each level is one batch.
 */

/** A wire, or a bit that is known to both sides. */
export type Wire = number | 'zero' | 'one';

interface Linear {
  readonly kind: 'xor' | 'not';
  readonly a: number;
  readonly b: number;
  readonly out: number;
}
interface Conjunction {
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/** Gates whose inputs are known once the levels before are done: first `linear` in order, then all `conjunctions`. */
export interface Level {
  readonly linear: readonly Linear[];
  readonly conjunctions: readonly Conjunction[];
}

interface OpenLevel {
  readonly linear: Linear[];
  readonly conjunctions: Conjunction[];
}

export interface Circuit {
  readonly wires: number;
  /** Wires 0 … garblerInputs − 1 belong to the garbler, the next ones to the evaluator. */
  readonly garblerInputs: number;
  readonly evaluatorInputs: number;
  readonly levels: readonly Level[];
  readonly outputs: readonly Wire[];
  readonly conjunctions: number;
}

export class CircuitBuilder {
  readonly garbler: readonly Wire[];
  readonly evaluator: readonly Wire[];
  readonly #depth: number[] = [];
  readonly #levels: OpenLevel[] = [{ linear: [], conjunctions: [] }];
  #conjunctions = 0;

  constructor(garblerInputs: number, evaluatorInputs: number) {
    this.garbler = Array.from({ length: garblerInputs }, () => this.#wire(0));
    this.evaluator = Array.from({ length: evaluatorInputs }, () => this.#wire(0));
  }

  xor(a: Wire, b: Wire): Wire {
    if (a === 'zero') return b;
    if (b === 'zero') return a;
    if (a === 'one') return this.not(b);
    if (b === 'one') return this.not(a);
    return a === b ? 'zero' : this.#linear('xor', a, b);
  }

  not(a: Wire): Wire {
    if (a === 'zero') return 'one';
    return a === 'one' ? 'zero' : this.#linear('not', a, a);
  }

  and(a: Wire, b: Wire): Wire {
    if (a === 'zero' || b === 'zero') return 'zero';
    if (a === 'one') return b;
    if (b === 'one' || a === b) return a;
    const depth = Math.max(this.#depth[a] as number, this.#depth[b] as number);
    const out = this.#wire(depth + 1);
    this.#level(depth).conjunctions.push({ a, b, out });
    this.#conjunctions += 1;
    return out;
  }

  or(a: Wire, b: Wire): Wire {
    return this.not(this.and(this.not(a), this.not(b)));
  }

  /** c ? a : b, with one conjunction. */
  select(c: Wire, a: Wire, b: Wire): Wire {
    return this.xor(b, this.and(c, this.xor(a, b)));
  }

  build(outputs: readonly Wire[]): Circuit {
    return {
      wires: this.#depth.length,
      garblerInputs: this.garbler.length,
      evaluatorInputs: this.evaluator.length,
      levels: this.#levels,
      outputs,
      conjunctions: this.#conjunctions,
    };
  }

  #linear(kind: Linear['kind'], a: number, b: number): number {
    const depth = Math.max(this.#depth[a] as number, this.#depth[b] as number);
    const out = this.#wire(depth);
    this.#level(depth).linear.push({ kind, a, b, out });
    return out;
  }

  #level(depth: number): OpenLevel {
    while (this.#levels.length <= depth) this.#levels.push({ linear: [], conjunctions: [] });
    return this.#levels[depth] as OpenLevel;
  }

  #wire(depth: number): number {
    this.#depth.push(depth);
    return this.#depth.length - 1;
  }
}

/** What the circuit computes, in the clear: the reference for tests. */
export function evaluateInTheClear(circuit: Circuit, garbler: readonly boolean[], evaluator: readonly boolean[]): boolean[] {
  const value: boolean[] = [...garbler, ...evaluator];
  const at = (w: number) => value[w] as boolean;
  for (const level of circuit.levels) {
    for (const g of level.linear) value[g.out] = g.kind === 'xor' ? at(g.a) !== at(g.b) : !at(g.a);
    for (const g of level.conjunctions) value[g.out] = at(g.a) && at(g.b);
  }
  return circuit.outputs.map((w) => (typeof w === 'number' ? at(w) : w === 'one'));
}
