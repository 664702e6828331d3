/**
 * Clauses of our own at the end of a question, split off before DuckDB's parser sees it:
 *
 *     … WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = laplace) WITHIN 20 AT 95 PERCENT
 *     … WITHIN 20 ROWS AT 95 PERCENT
 *     … WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT
 */
import { RefusedError } from '@sluis/base';
import type { NoiseKind } from '@sluis/model';
import { tokensOf, type Token } from './tokens.ts';

/** What a question itself says of noise: decimal text, null where it says nothing. */
export interface NoiseClause {
  readonly epsilon: string | null;
  readonly delta: string | null;
  readonly mechanism: NoiseKind | null;
  /**
   * Error that a value stays within in so many percent of cases: absolute; or `relative`, in percent of the exact value; or
   * a number of `rows`.
   */
  readonly within: { readonly error: string; readonly percent: string; readonly relative?: true; readonly rows?: true } | null;
}

export interface SplitQuestion {
  /** The question without the clause. */
  readonly sql: string;
  /** Null where there is none. */
  readonly clause: NoiseClause | null;
}

const FORM = 'Write: SELECT … WITH NOISE (epsilon = 1, delta = 1e-6), or: SELECT … WITHIN 20 AT 95 PERCENT.';
const RELATIVE_FORM = 'Write: SELECT … WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT.';

/** Run by: every station, on the text asked. Throws RefusedError `plan/syntax` for a clause of ours that is wrong. */
export function splitNoiseClause(sql: string): SplitQuestion {
  const tokens = tokensOf(sql);
  while (tokens.at(-1)?.text === ';') tokens.pop();
  const at = clauseStart(tokens);
  if (at === null) return { sql, clause: null };
  const reader = new Reader(tokens.slice(at));
  const options = reader.word('with') ? readOptions(reader) : new Map<string, Token>();
  const within = reader.word('within') ? readWithin(reader) : null;
  if (!reader.done) throw wrong(`After the noise clause stands "${reader.rest}".`, `It is the end of a question, after LIMIT. ${FORM}`);
  return { sql: sql.slice(0, tokens[at]?.start ?? 0), clause: clauseOf(options, within) };
}

/** The clause as it stands in a plan: options in a fixed order, numbers without exponents. */
export function noiseClauseText({ epsilon, delta, mechanism, within }: NoiseClause): string {
  const options = [
    ...(epsilon === null ? [] : [`epsilon = ${epsilon}`]),
    ...(delta === null ? [] : [`delta = ${delta}`]),
    ...(mechanism === null ? [] : [`mechanism = ${mechanism.replace('discrete-', '')}`]),
  ];
  return [
    ...(options.length === 0 ? [] : [`WITH NOISE (${options.join(', ')})`]),
    ...(within === null ? [] : [`WITHIN ${within.error}${unitOf(within)} AT ${within.percent} PERCENT`]),
  ].join(' ');
}

const unitOf = ({ relative, rows }: NonNullable<NoiseClause['within']>): string =>
  relative === true ? ' PERCENT' : rows === true ? ' ROWS' : '';

/** Index of the first token of the clause: outside parentheses, and no common table expression that is called noise. */
function clauseStart(tokens: readonly Token[]): number | null {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth > 0) continue;
    const [next, after] = [tokens[i + 1], tokens[i + 2]];
    if (isWord(token, 'with') && isWord(next, 'noise') && after?.text === '(' && i > 0) return i;
    if (isWord(token, 'within') && next?.kind === 'number' && i > 0) return i;
  }
  return null;
}

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.text.toLowerCase() === word;

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  get rest(): string {
    return this.#tokens[this.#at]?.text ?? 'nothing';
  }

  /** Takes the word if it comes next. */
  word(word: string): boolean {
    return this.#take(isWord(this.#tokens[this.#at], word));
  }

  sign(text: string): boolean {
    const token = this.#tokens[this.#at];
    return this.#take(token?.kind === 'sign' && token.text === text);
  }

  next(kinds: readonly Token['kind'][], what: string): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined || !kinds.includes(token.kind))
      throw wrong(`In the noise clause, ${what} is missing before "${this.rest}".`, FORM);
    this.#at++;
    return token;
  }

  #take(found: boolean): boolean {
    if (found) this.#at++;
    return found;
  }
}

function readOptions(reader: Reader): Map<string, Token> {
  const options = new Map<string, Token>();
  reader.word('noise');
  reader.sign('(');
  do {
    const name = reader.next(['word'], 'the name of an option').text.toLowerCase();
    if (!reader.sign('=')) throw wrong(`In WITH NOISE, the option ${name} has no value.`, FORM);
    if (options.has(name)) throw wrong(`In WITH NOISE, the option ${name} stands twice.`, 'Give each option once.');
    options.set(name, reader.next(['number', 'word', 'text'], `the value of ${name}`));
  } while (reader.sign(','));
  if (!reader.sign(')')) throw wrong(`In WITH NOISE, "," or ")" is missing before "${reader.rest}".`, FORM);
  return options;
}

function readWithin(reader: Reader): NoiseClause['within'] {
  const error = reader.next(['number'], 'the largest error').text;
  const relative = reader.word('percent');
  const rows = !relative && reader.word('rows');
  const at = reader.word('at');
  const percent = at ? reader.next(['number'], 'a number of percent').text : '95';
  if (!at || !reader.word('percent')) throw wrong('WITHIN is not followed by AT and PERCENT.', FORM);
  if (relative) return { error: shareOf(error), percent: percentOf(percent), relative };
  const most = positive(error, 'The error after WITHIN');
  if (rows && !/^\d+$/.test(most)) throw wrong('ROWS stands after a number that is not whole.', 'Write: WITHIN 20 ROWS AT 95 PERCENT.');
  return { error: most, percent: percentOf(percent), ...(rows ? { rows } : {}) };
}

function clauseOf(options: ReadonlyMap<string, Token>, within: NoiseClause['within']): NoiseClause {
  const unknown = [...options.keys()].find((name) => !/^(epsilon|delta|mechanism)$/.test(name));
  if (unknown !== undefined) throw wrong(`WITH NOISE has no option ${unknown}.`, 'Its options are: epsilon, delta, mechanism.');
  const [epsilon, delta, mechanism] = ['epsilon', 'delta', 'mechanism'].map((name) => options.get(name)?.text ?? null);
  if (within !== null && within.relative !== true && (epsilon ?? null) !== null)
    throw wrong(
      'The question gives both epsilon and WITHIN.',
      'Give one of them: WITHIN is turned into an epsilon. (Of a relative error, WITHIN 5 PERCENT, epsilon is the ceiling.)',
    );
  if (within === null && (epsilon ?? null) === null) throw wrong('WITH NOISE names no epsilon.', FORM);
  return {
    epsilon: epsilon === null || epsilon === undefined ? null : positive(epsilon, 'epsilon'),
    delta: delta === null || delta === undefined ? null : probability(delta),
    mechanism: mechanism === null || mechanism === undefined ? null : mechanismOf(mechanism),
    within,
  };
}

function mechanismOf(text: string): NoiseKind {
  const name = text.toLowerCase().replaceAll("'", '');
  if (name === 'laplace' || name === 'gaussian') return `discrete-${name}`;
  throw wrong(`There is no mechanism ${text}.`, 'Use laplace or gaussian, or leave it out.');
}

function positive(text: string, what: string): string {
  const value = plainDecimal(text);
  if (value !== null && /^\d{1,9}(\.\d{1,30})?$/.test(value) && /[1-9]/.test(value)) return value;
  throw wrong(`${what} is no positive decimal number up to 999999999.`, 'Write a number such as 0.5.');
}

function probability(text: string): string {
  const value = plainDecimal(text);
  if (value !== null && /^0(\.\d{1,30})?$/.test(value)) return value;
  throw wrong('delta is no number from 0 to below 1.', 'Write a number such as 1e-6.');
}

function percentOf(text: string): string {
  const value = plainDecimal(text);
  if (value !== null && /^[5-9]\d(\.\d{1,4})?$/.test(value)) return value;
  throw wrong('PERCENT stands after a number from 50 to below 100 with at most four decimals.', 'Write: WITHIN 20 AT 95 PERCENT.');
}

function shareOf(text: string): string {
  const value = plainDecimal(text);
  if (value !== null && /^\d{1,2}(\.\d{1,4})?$/.test(value) && /[1-9]/.test(value)) return value;
  throw wrong('The relative error after WITHIN is no number of percent above 0 and below 100 with at most four decimals.', RELATIVE_FORM);
}

/** "1.50" and "15e-1" are "1.5"; null for what is no number. */
function plainDecimal(text: string): string | null {
  const match = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(text);
  const [whole, fraction] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (match === null || whole + fraction === '') return null;
  const point = whole.length + Number(match[3] ?? 0);
  const digits = whole + fraction;
  const before = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const after = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const kept = after.replace(/0+$/, '');
  return `${before.replace(/^0+(?=\d)/, '') || '0'}${kept === '' ? '' : `.${kept}`}`;
}

const wrong = (message: string, remedy: string): RefusedError => new RefusedError('plan/syntax', { stage: 'plan', message, remedy });
