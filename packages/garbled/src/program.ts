/** A question between two parties: a circuit over both sides' numbers, and who learns what comes out. */
import { InvalidError, utf8 } from '@sluis/base';
import { type Circuit, CircuitBuilder } from './circuit.ts';
import { equal, larger, less, smaller, type Wires, subtract, widen } from './numbers.ts';
import { taggedHash } from '@sluis/crypto';

export type Learner = 'asker' | 'holder' | 'both';

/** Numbers are signed, `width` bits each; the holder garbles, the asker evaluates. */
export interface PairProgram {
  readonly id: string;
  readonly width: number;
  readonly holderNumbers: number;
  readonly askerNumbers: number;
  /** Widths of the numbers that come out. One bit is a yes or no (0 or 1). */
  readonly outputWidths: readonly number[];
  readonly learns: Learner;
  readonly circuit: Circuit;
}

interface Shape {
  readonly id: string;
  readonly width: number;
  readonly holderNumbers: number;
  readonly askerNumbers: number;
  readonly learns: Learner;
}

/** Builds a program from what it does to wires. Throws RangeError for a width outside 1 to 64. */
export function pairProgram(
  shape: Shape,
  body: (c: CircuitBuilder, holder: readonly Wires[], asker: readonly Wires[]) => readonly Wires[],
): PairProgram {
  const { width } = shape;
  if (!Number.isInteger(width) || width < 1 || width > 64) throw new RangeError('numbers have 1 to 64 bits');
  const c = new CircuitBuilder(width * shape.holderNumbers, width * shape.askerNumbers);
  const cut = (wires: Wires, count: number) => Array.from({ length: count }, (_, i) => wires.slice(width * i, width * (i + 1)));
  const outputs = body(c, cut(c.garbler, shape.holderNumbers), cut(c.evaluator, shape.askerNumbers));
  return { ...shape, outputWidths: outputs.map((o) => o.length), circuit: c.build(outputs.flat()) };
}

/** Both sides' digest of what is computed: sides that mean different programs can't compute together. */
export const programHash = (program: PairProgram): Uint8Array =>
  taggedHash(
    'sluis/garbled/program/1',
    utf8(JSON.stringify([program.id, program.width, program.holderNumbers, program.askerNumbers, program.learns, program.circuit])),
  );

/** The bilateral questions that the command line offers: one number of each side. */
export const QUESTIONS = ['above', 'equal', 'larger', 'smaller', 'gap'] as const;
export type BilateralQuestion = (typeof QUESTIONS)[number];

/** above: is the asker's threshold above the holder's value; gap: by how much asker exceeds holder, 0 if it does not. */
export function bilateral(question: BilateralQuestion, width: number, learns: Learner): PairProgram {
  if (!QUESTIONS.includes(question)) {
    throw new InvalidError('usage/unknown-question', {
      stage: 'usage',
      message: `There is no bilateral question "${question}".`,
      remedy: `Choose one of: ${QUESTIONS.join(', ')}.`,
    });
  }
  return pairProgram({ id: `bilateral/${question}/1`, width, holderNumbers: 1, askerNumbers: 1, learns }, (c, [held], [asked]) => {
    const [h, a] = [held as Wires, asked as Wires];
    switch (question) {
      case 'above':
        return [[less(c, h, a)]];
      case 'equal':
        return [[equal(c, h, a)]];
      case 'larger':
        return [larger(c, h, a)];
      case 'smaller':
        return [smaller(c, h, a)];
      case 'gap': {
        const difference = subtract(c, widen(a, width + 1), widen(h, width + 1));
        const negative = difference[width] ?? 'zero';
        return [difference.map((bit) => c.and(c.not(negative), bit))];
      }
    }
  });
}
