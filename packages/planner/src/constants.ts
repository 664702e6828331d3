/** Literals, and the values of expressions made of literals only. */
import { ast, isAst, text, type Ast } from './ast.ts';
import { type ConstantNode, isClosed, type OperationNode, print } from './expression.ts';
import { literalInterval } from './interval.ts';
import { quoteText } from './quote.ts';
import { unsupported } from './refusal.ts';
import { isMoment, isNumber, type Typing } from './types.ts';

const WHOLE = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT']);

/** The whole number of a literal; parts of more than 64 bits come as upper and lower halves. */
function wholeOf(content: unknown): bigint | null {
  if (typeof content === 'bigint') return content;
  if (typeof content === 'number') return Number.isSafeInteger(content) ? BigInt(content) : null;
  if (!isAst(content)) return null;
  const upper = wholeOf(content['upper']);
  const lower = wholeOf(content['lower']);
  return upper === null || lower === null ? null : upper * 2n ** 64n + lower;
}

export function bindConstant(node: Ast): ConstantNode {
  const value = ast(node['value']);
  const described = ast(value['type']);
  const type = text(described['id']);
  const content = value['value'];
  if (value['is_null'] === true) return { kind: 'constant', text: 'NULL', type: 'NULL', interval: null, nullable: true };
  const whole = wholeOf(content);
  if (WHOLE.has(type) && whole !== null) return number(String(whole), type);
  if (type === 'DECIMAL' && whole !== null) {
    const info = ast(described['type_info']);
    return number(decimalText(whole, Number(info['scale'])), `DECIMAL(${Number(info['width'])},${Number(info['scale'])})`);
  }
  if (type === 'DOUBLE' && typeof content === 'number' && Number.isFinite(content)) {
    const written = String(content);
    if (written.includes('e')) return number(written, type);
    // DuckDB prints it as a DECIMAL: the printed question, which a receipt holds, would be another one.
    throw unsupported(`A number such as ${written}e0`, `Write ${written}, or CAST(${written} AS DOUBLE).`);
  }
  if (type === 'BOOLEAN' && typeof content === 'boolean') {
    const fixed = content ? 10n ** 18n : 0n;
    return { kind: 'constant', text: content ? 'true' : 'false', type, interval: { lo: fixed, hi: fixed }, nullable: false };
  }
  if (type === 'VARCHAR' && typeof content === 'string') {
    return { kind: 'constant', text: quoteText(content), type, interval: null, nullable: false };
  }
  throw unsupported(`A literal of type ${type} this large`, 'Write numbers of at most 15 digits, text, or DATE and TIMESTAMP literals.');
}

function number(written: string, type: string): ConstantNode {
  const interval = literalInterval(written);
  return { kind: 'constant', text: written.startsWith('-') ? `(${written})` : written, type, interval, nullable: false };
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '.' : `.${digits.slice(digits.length - scale)}`}`;
}

/** An expression of literals has exact bounds: DuckDB computes it. */
export async function withClosedBounds(node: OperationNode, typing: Typing): Promise<OperationNode> {
  if (!isClosed(node) || !(isNumber(node.type) || isMoment(node.type))) return node;
  const sql = print(node);
  const asNumber = node.type === 'DATE' ? `(${sql}) - DATE '1970-01-01'` : node.type === 'TIMESTAMP' ? `epoch_us(${sql})` : sql;
  const { rows } = await typing.engine.evaluate(`SELECT CAST(${asNumber} AS VARCHAR)`);
  const value = rows[0]?.[0] ?? null;
  const interval = value === null ? null : literalInterval(value);
  return { ...node, interval, nullable: value === null };
}
