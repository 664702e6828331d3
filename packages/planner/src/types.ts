/** DuckDB's types as the planner sees them, and the type of an operation as DuckDB itself binds it. */
import { RefusedError } from '@sluis/base';
import type { SqlEngine } from './ports.ts';
import { quoteName } from './quote.ts';

const INTEGERS: Readonly<Record<string, number>> = { TINYINT: 7, SMALLINT: 15, INTEGER: 31, BIGINT: 63, HUGEINT: 127 };

/** Bits of the magnitude of a signed integer type, or null for any other type. */
export const integerBits = (type: string): number | null => INTEGERS[type] ?? null;
export const isInteger = (type: string): boolean => type in INTEGERS;
export const isFloat = (type: string): boolean => type === 'DOUBLE' || type === 'FLOAT';

/** Width and scale of a DECIMAL, or null. */
export function decimalOf(type: string): { readonly width: number; readonly scale: number } | null {
  const match = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  return match === null ? null : { width: Number(match[1]), scale: Number(match[2]) };
}

export const isNumber = (type: string): boolean => isInteger(type) || isFloat(type) || decimalOf(type) !== null;
export const isMoment = (type: string): boolean => type === 'DATE' || type === 'TIMESTAMP';

/** Types that an expression, its intermediate values included, may have. */
export const isSupportedType = (type: string): boolean =>
  isNumber(type) || isMoment(type) || type === 'BOOLEAN' || type === 'VARCHAR' || type === 'INTERVAL' || type === 'TIME' || type === 'NULL';

/** What an operation is applied to: literal text (whose DuckDB type adapts) or a value of a type. */
export type Operand = { readonly literal: string } | { readonly type: string };

/** Types depend on nothing but the text asked, so they are kept per engine. */
const KNOWN = new WeakMap<SqlEngine, Map<string, Promise<string>>>();
const MOST_KNOWN = 10_000;

/** Asks DuckDB for types, each question once. */
export class Typing {
  readonly engine: SqlEngine;
  readonly #known: Map<string, Promise<string>>;

  constructor(engine: SqlEngine) {
    this.engine = engine;
    const known = KNOWN.get(engine) ?? new Map<string, Promise<string>>();
    if (known.size > MOST_KNOWN) known.clear();
    KNOWN.set(engine, known);
    this.#known = known;
  }

  /**
   * The type of `write(operands)`. Throws RefusedError `plan/type-mismatch` if DuckDB does not accept these types,
   * `plan/unsupported` for results such as lists.
   */
  async of(operands: readonly Operand[], write: (texts: readonly string[]) => string): Promise<string> {
    const texts = operands.map((o, i) => ('literal' in o ? o.literal : quoteName(`x${i}`)));
    const sources = operands.flatMap((o, i) => ('literal' in o ? [] : [`CAST(NULL AS ${o.type}) AS ${quoteName(`x${i}`)}`]));
    const text = write(texts);
    const sql = `SELECT typeof(${text}), ${text}${sources.length === 0 ? '' : ` FROM (SELECT ${sources.join(', ')})`}`;
    const known = this.#known.get(sql);
    if (known !== undefined) return known;
    const asked = this.#ask(sql, write(operands.map((o) => ('literal' in o ? o.literal : o.type))));
    this.#known.set(sql, asked);
    // Only answers are kept: an engine that failed once may answer the next time.
    asked.catch(() => this.#known.delete(sql));
    return asked;
  }

  async #ask(sql: string, shown: string): Promise<string> {
    let type: string;
    try {
      const { rows } = await this.engine.evaluate(sql);
      type = (rows[0]?.[0] ?? '').replaceAll('"', '');
    } catch (cause) {
      throw new RefusedError('plan/type-mismatch', {
        stage: 'plan',
        message: `DuckDB does not accept ${shown}.`,
        remedy: 'Check the types of the arguments; convert with CAST where needed.',
        cause,
      });
    }
    if (!isSupportedType(type)) {
      throw new RefusedError('plan/unsupported', {
        stage: 'plan',
        message: `${shown} is of type ${type}, which is not supported.`,
        remedy: 'Use numbers, text, BOOLEAN, DATE or TIMESTAMP.',
      });
    }
    return type;
  }
}
