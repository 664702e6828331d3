/** What both sides of `sluis bilateral` share: options, numbers, the channel, and how an answer is shown. */
import { InvalidError, toHex } from '@sluis/base';
import { bilateral, type BilateralQuestion, garbledCircuits, type Learner, type PairProgram } from '@sluis/garbled';
import { openKeyFile } from '@sluis/keys';
import { type Card, cardSchema, decimalFromUnits, decimalUnits } from '@sluis/model';
import { Wire } from '@sluis/wire';
import { readInput, requireHome } from '../connection.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';

export interface BilateralOptions {
  readonly home?: string;
  readonly peer: string;
  readonly question: BilateralQuestion;
  readonly valueFrom: string;
  readonly learns: Learner;
  readonly decimals: number;
  readonly width: number;
  readonly label: string;
  readonly json?: boolean;
}

/** What the asker says of its question beside its hash, so that a difference can be named. Not secret between the two. */
export interface Terms {
  readonly question: string;
  readonly width: number;
  readonly decimals: number;
  readonly learns: string;
  readonly label: string;
}

/** Types of the three messages; each is taken once. */
export const STEPS = ['bilateral.begin', 'bilateral.garble', 'bilateral.read'] as const;

export interface Prepared {
  readonly program: PairProgram;
  readonly numbers: readonly bigint[];
  readonly peer: Card;
  readonly wire: Wire;
  readonly terms: Terms;
}

/** Reads and checks everything before anything is sent. Throws InvalidError. */
export async function prepareBilateral(options: BilateralOptions, role: 'holder' | 'asker'): Promise<Prepared> {
  const home = requireHome(options);
  if (options.width < 1 || options.width > 64) throw invalid('--width is not between 1 and 64.', 'Give the same width on both sides.');
  if (options.decimals > 12) throw invalid('--decimals is more than 12.', 'Give the same number of decimals on both sides.');
  if (options.label.length > 500) throw invalid('--label has more than 500 characters.', 'Say in fewer words what the numbers are.');
  const numbers = readNumbers(options.valueFrom, options.decimals);
  const peer = readPeer(options.peer);
  const keys = await openKeyFile(home);
  const terms = termsOf(options);
  const [own, other] = [toHex(keys.signer.publicKey), peer.identity];
  const roles = role === 'holder' ? { holder: own, asker: other } : { holder: other, asker: own };
  const program = bilateral(options.question, terms.width, options.learns, { decimals: terms.decimals, label: terms.label, roles });
  const wire = new Wire({
    tls: keys.tls,
    identify: (certificate) => (certificate === peer.certificate ? peer.name : null),
    strangers: [],
  });
  return { program, numbers, peer, wire, terms };
}

/** Words that look the same are the same: of the label neither spaces at its ends nor the way of writing accents count. */
function termsOf({ question, width, decimals, learns, label }: BilateralOptions): Terms {
  return { question, width, decimals, learns, label: label.normalize('NFC').trim().replace(/\s+/g, ' ') };
}

function readNumbers(path: string, decimals: number): bigint[] {
  const content = readInput(path, true);
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw invalid('There is no number to compare.', 'Write one number a line.');
  return lines.map((line, i) => {
    const units = decimalUnits(line, decimals);
    if (units !== null) return units;
    throw invalid(
      `Line ${i + 1} is not a number with at most ${decimals} decimals.`,
      'Write plain numbers such as -1250.75, and give --decimals on both sides.',
    );
  });
}

function readPeer(path: string): Card {
  try {
    return cardSchema.parse(JSON.parse(readInput(path)));
  } catch (cause) {
    if (cause instanceof InvalidError) throw cause;
    throw invalid(`${path} is not a station's card.`, 'Let the other side make it: sluis station card --output FILE');
  }
}

export const invalid = (message: string, remedy: string): InvalidError =>
  new InvalidError('usage/bilateral', { stage: 'usage', message, remedy });

/** Prints what came out, or that it went to the other side. */
export function showAnswer(options: BilateralOptions, values: readonly bigint[] | null, sentBytes: number, totalMs: number): void {
  const answers = values?.map((v) => shown(options, v)) ?? null;
  if (options.json === true) {
    printJson({
      question: options.question,
      label: options.label,
      decimals: options.decimals,
      learns: options.learns,
      answers,
      threatModel: garbledCircuits.threat.model,
      sent: sentBytes,
      timings: { totalMs: Math.round(totalMs) },
    });
    return;
  }
  if (answers === null) {
    remark(text.bilateralElsewhere);
    return;
  }
  for (const answer of answers) print(typeof answer === 'boolean' ? (answer ? text.yes : text.no) : answer);
  remark(text.bilateralNote);
}

function shown(options: BilateralOptions, value: bigint): boolean | string {
  return options.question === 'above' || options.question === 'equal' ? value === 1n : decimalFromUnits(value, options.decimals);
}
