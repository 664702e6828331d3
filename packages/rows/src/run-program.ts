/**
 * Plays a program over secret rows. All interactive operations of one depth, kind and width are one call of the
 * committee, so that rounds follow from the program's depth and not from its size. Which operations are made, and in
 * which order, follows from the program and the public number of rows alone.
 */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { inputsOfNode, isInteractive, type Node, type Operation, type Program } from './program.ts';

/** Joined vectors stay below this many elements: beyond it, joining saves no time and costs memory. */
const MOST_JOINED = 2 ** 19;

export interface ProgramInputs {
  readonly length: number;
  readonly columns: readonly SecretColumn[];
  readonly bits: readonly SecretBits[];
}

/** Values of a program's nodes. */
export class ProgramValues {
  readonly #values: ReadonlyMap<Node, SecretColumn | SecretBits>;
  constructor(values: ReadonlyMap<Node, SecretColumn | SecretBits>) {
    this.#values = values;
  }

  column(node: Node): SecretColumn {
    return this.#get(node) as SecretColumn;
  }

  bits(node: Node): SecretBits {
    return this.#get(node) as SecretBits;
  }

  #get(node: Node): SecretColumn | SecretBits {
    const value = this.#values.get(node);
    if (value === undefined) throw new RangeError('a value that was not asked for');
    return value;
  }
}

/**
 * Computes the wanted nodes. Run by: all three compute parties, in step. Values are dropped after their last use.
 *
 * Learns: nobody anything. Cost: that of its operations, depth by depth.
 */
export async function runProgram(
  committee: Committee,
  program: Program,
  inputs: ProgramInputs,
  wanted: readonly Node[],
): Promise<ProgramValues> {
  const schedule = scheduleOf(program, wanted);
  const values = new Map<Node, SecretColumn | SecretBits>();
  const player = new Player(committee, program, inputs, values);
  for (const level of schedule.levels) {
    for (const batch of batchesOf(program, level.interactive, inputs.length)) await player.interactive(batch);
    for (const node of level.local) player.local(node);
    for (const node of level.lastUsed) values.delete(node);
  }
  return new ProgramValues(values);
}

interface Level {
  readonly interactive: Node[];
  readonly local: Node[];
  readonly lastUsed: Node[];
}

/** Depth of every node that is needed: interactive ones lie one deeper than their inputs, local ones as deep as these. */
export function scheduleOf(program: Program, wanted: readonly Node[]): { levels: Level[] } {
  const depth = new Map<Node, number>();
  const last = new Map<Node, number>();
  const needed = neededBy(program, wanted);
  for (const node of needed) {
    const operation = program.operations[node] as Operation;
    const inputs = inputsOfNode(operation);
    const deepest = inputs.reduce((most, i) => Math.max(most, depth.get(i) as number), 0);
    const own = deepest + (isInteractive(operation) ? 1 : 0);
    depth.set(node, own);
    for (const i of inputs) last.set(i, Math.max(last.get(i) ?? 0, own));
    last.set(node, Math.max(last.get(node) ?? 0, own));
  }
  const levels = Array.from({ length: 1 + Math.max(0, ...depth.values()) }, (): Level => ({ interactive: [], local: [], lastUsed: [] }));
  const kept = new Set(wanted);
  for (const node of needed) {
    const level = levels[depth.get(node) as number] as Level;
    (isInteractive(program.operations[node] as Operation) ? level.interactive : level.local).push(node);
    if (!kept.has(node)) levels[last.get(node) as number]?.lastUsed.push(node);
  }
  return { levels };
}

/** In topological order. */
function neededBy(program: Program, wanted: readonly Node[]): Node[] {
  const needed = new Set<Node>();
  const open = [...wanted];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    open.push(...inputsOfNode(program.operations[node] as Operation));
  }
  return [...needed].sort((a, b) => a - b);
}

/** Operations that can be one call: same kind, widths and public parameters. */
export function batchesOf(program: Program, nodes: readonly Node[], length: number): Node[][] {
  const most = Math.max(1, Math.floor(MOST_JOINED / Math.max(1, length)));
  const batches = new Map<string, Node[][]>();
  for (const node of nodes) {
    const o = program.operations[node] as Operation;
    const from = inputsOfNode(o).map((i) => program.width(i));
    const key = [o.kind, program.width(node), from.join(','), 'bits' in o ? o.bits : '', 'by' in o ? o.by : ''].join(' ');
    const list = batches.get(key) ?? [];
    const open = list.at(-1);
    if (open === undefined || open.length >= most) list.push([node]);
    else open.push(node);
    batches.set(key, list);
  }
  return [...batches.values()].flat();
}

class Player {
  readonly #committee: Committee;
  readonly #program: Program;
  readonly #inputs: ProgramInputs;
  readonly #values: Map<Node, SecretColumn | SecretBits>;

  constructor(committee: Committee, program: Program, inputs: ProgramInputs, values: Map<Node, SecretColumn | SecretBits>) {
    this.#committee = committee;
    this.#program = program;
    this.#inputs = inputs;
    this.#values = values;
  }

  local(node: Node): void {
    const o = this.#program.operations[node] as Operation;
    this.#values.set(node, this.#localValue(o, this.#program.width(node)));
  }

  #localValue(o: Operation, words: number): SecretColumn | SecretBits {
    const c = this.#committee;
    const { length } = this.#inputs;
    switch (o.kind) {
      case 'column':
        return this.#inputs.columns[o.input] as SecretColumn;
      case 'bits':
        return this.#inputs.bits[o.input] as SecretBits;
      case 'constant':
        return c.constant(length, words, o.value);
      case 'bit':
        return c.constantBits(length, o.value);
      case 'add':
        return c.add(this.#column(o.a), this.#column(o.b));
      case 'subtract':
        return c.subtract(this.#column(o.a), this.#column(o.b));
      case 'scale':
        return c.scale(this.#column(o.a), o.by);
      case 'shift':
        return c.addConstant(this.#column(o.a), o.by);
      case 'narrow':
        return c.narrow(this.#column(o.a), words);
      case 'xor':
        return c.xor(this.#bits(o.a), this.#bits(o.b));
      case 'not':
        return c.not(this.#bits(o.a));
      default:
        throw new RangeError('this operation needs the other parties');
    }
  }

  async interactive(batch: readonly Node[]): Promise<void> {
    const first = this.#program.operations[batch[0] as Node] as Operation;
    const words = this.#program.width(batch[0] as Node);
    const side = (which: 'a' | 'b') => batch.map((n) => (this.#program.operations[n] as Record<'a' | 'b', Node>)[which]);
    const columns = (which: 'a' | 'b') => this.#joined(side(which).map((n) => this.#column(n)));
    const bits = (which: 'a' | 'b') => this.#joinedBits(side(which).map((n) => this.#bits(n)));
    const c = this.#committee;
    switch (first.kind) {
      case 'and':
        return this.#storeBits(batch, await c.and(bits('a'), bits('b')));
      case 'multiply':
        return this.#store(batch, await c.multiply(columns('a'), columns('b')));
      case 'mask':
        return this.#store(batch, await c.mask(bits('a'), columns('b')));
      case 'negative':
        return this.#storeBits(batch, await c.negative(columns('a'), first.bits));
      case 'isZero':
        return this.#storeBits(batch, await c.isZero(columns('a'), first.bits));
      case 'widen':
        return this.#store(batch, await c.widen(columns('a'), first.bits, words));
      case 'lowBit':
        return this.#storeBits(batch, (await c.toBits(columns('a'), 1))[0] as SecretBits);
      case 'inject':
        return this.#store(batch, await c.inject(bits('a'), words));
      case 'divide':
        return this.#store(batch, await c.divide(columns('a'), columns('b'), first.bits));
      case 'rescale':
        return this.#store(batch, await c.rescale(columns('a'), first.by, first.bits));
      default:
        throw new RangeError('this operation is local');
    }
  }

  #joined(list: readonly SecretColumn[]): SecretColumn {
    return list.length === 1 ? (list[0] as SecretColumn) : this.#committee.concat(list);
  }

  #joinedBits(list: readonly SecretBits[]): SecretBits {
    return list.length === 1 ? (list[0] as SecretBits) : this.#committee.concatBits(list);
  }

  #store(batch: readonly Node[], joined: SecretColumn): void {
    const { length } = this.#inputs;
    batch.forEach((node, i) => {
      this.#values.set(node, batch.length === 1 ? joined : this.#committee.slice(joined, i * length, length));
    });
  }

  #storeBits(batch: readonly Node[], joined: SecretBits): void {
    const { length } = this.#inputs;
    batch.forEach((node, i) => {
      this.#values.set(node, batch.length === 1 ? joined : this.#committee.sliceBits(joined, i * length, length));
    });
  }

  #column(node: Node): SecretColumn {
    return this.#values.get(node) as SecretColumn;
  }

  #bits(node: Node): SecretBits {
    return this.#values.get(node) as SecretBits;
  }
}
