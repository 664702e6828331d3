/** A question between two parties: a circuit over both sides' numbers, and who learns what comes out. */
import { InvalidError, utf8 } from '@sluis/base';
import { type Circuit, CircuitBuilder } from './circuit.ts';
import { equal, larger, less, smaller, type Wires, subtract, widen } from './numbers.ts';
import { taggedHash } from '@sluis/crypto';

export type Learner = 'asker' | 'holder' | 'both';

/** What both sides must mean alike though the circuit does not show it: the same bits say something else otherwise. */
export interface PairTerms {
  /** Decimals by which both sides have scaled their numbers. */
  readonly decimals: number;
  /** What the numbers are, in words; may be empty. */
  readonly label: string;
  /** Public keys, or other names, of who holds and who asks; null if the channel alone knows them. */
  readonly roles: { readonly holder: string; readonly asker: string } | null;
}

const NO_TERMS: PairTerms = { decimals: 0, label: '', roles: null };

/** Numbers are signed, `width` bits each; the holder garbles, the asker evaluates. */
export interface PairProgram {
  readonly id: string;
  readonly width: number;
  readonly holderNumbers: number;
  readonly askerNumbers: number;
  /** Widths of the numbers that come out. One bit is a yes or no (0 or 1). */
  readonly outputWidths: readonly number[];
  readonly learns: Learner;
  readonly terms: PairTerms;
  readonly circuit: Circuit;
}

interface Shape {
  readonly id: string;
  readonly width: number;
  readonly holderNumbers: number;
  readonly askerNumbers: number;
  readonly learns: Learner;
  readonly terms?: PairTerms;
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
  const terms = shape.terms ?? NO_TERMS;
  return { ...shape, terms, outputWidths: outputs.map((o) => o.length), circuit: c.build(outputs.flat()) };
}

/** Both sides' digest of what is computed and what it means: sides that differ in any of it can't compute together. */
export function programHash({ id, width, holderNumbers, askerNumbers, learns, terms, circuit }: PairProgram): Uint8Array {
  const { decimals, label, roles } = terms;
  const meant = [decimals, label, roles?.holder ?? null, roles?.asker ?? null];
  return taggedHash('sluis/garbled/program/2', utf8(JSON.stringify([id, width, holderNumbers, askerNumbers, learns, meant, circuit])));
}

/** The bilateral questions that the command line offers: one number of each side. */
export const QUESTIONS = ['above', 'equal', 'larger', 'smaller', 'gap'] as const;
export type BilateralQuestion = (typeof QUESTIONS)[number];

/**
 * above: is the asker's threshold above the holder's value; gap: by how much asker exceeds holder, 0 if it does not.
 * Numbers come as whole units: give `terms.decimals` if they were scaled, so that sides with other units can't compute.
 */
export function bilateral(question: BilateralQuestion, width: number, learns: Learner, terms: PairTerms = NO_TERMS): PairProgram {
  if (!QUESTIONS.includes(question)) {
    throw new InvalidError('usage/unknown-question', {
      stage: 'usage',
      message: `There is no bilateral question "${question}".`,
      remedy: `Choose one of: ${QUESTIONS.join(', ')}.`,
    });
  }
  return pairProgram({ id: `bilateral/${question}/1`, width, holderNumbers: 1, askerNumbers: 1, learns, terms }, (c, [held], [asked]) => {
    const [h, a] = [held as Wires, asked as Wires];
    switch (question) {
      case 'above':
        return [[less(c, h, a)]];
      case 'equal':
        return [[equal(c, h, a)]];
      case 'larger':
        return [signed(larger(c, h, a))];
      case 'smaller':
        return [signed(smaller(c, h, a))];
      case 'gap': {
        const difference = subtract(c, widen(a, width + 1), widen(h, width + 1));
        const negative = difference[width] ?? 'zero';
        return [difference.map((bit) => c.and(c.not(negative), bit))];
      }
    }
  });
}

/** A number that comes out has two bits at least: a single one would be read as a yes or no. */
const signed = (wires: Wires): Wires => widen(wires, Math.max(2, wires.length));
