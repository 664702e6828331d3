/** The tokens of a question as DuckDB's scanner sees them, as far as finding the end of its last clause needs it. */

export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'name' | 'sign';
  readonly text: string;
  /** Where it begins in the text. */
  readonly start: number;
}

/** Sticky patterns in the order in which they are tried; block comments nest and are read by hand. */
const PATTERNS: readonly (readonly [Token['kind'] | null, RegExp])[] = [
  [null, /\s+/y],
  [null, /--[^\n\r]*/y],
  ['text', /e'(?:[^'\\]|''|\\[\s\S])*'/iy],
  ['text', /[xbu]?&?'(?:[^']|'')*'/iy],
  ['text', /\$([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y],
  ['name', /"(?:[^"]|"")*"/y],
  ['number', /(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy],
  ['word', /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ['sign', /[\s\S]/y],
];

/** Tokens without spaces and comments. What is never closed is one token up to the end: DuckDB refuses it. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      at = afterComment(sql, at);
      continue;
    }
    const { kind, text } = tokenAt(sql, at);
    if (kind !== null) tokens.push({ kind, text, start: at });
    at += text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): { readonly kind: Token['kind'] | null; readonly text: string } {
  const open = /['"]/.test(sql.charAt(at));
  for (const [kind, pattern] of PATTERNS) {
    if (open && kind === 'sign') break;
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'text', text: sql.slice(at) };
}

function afterComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    const two = sql.slice(at, at + 2);
    if (two === '/*' || two === '*/') {
      depth += two === '/*' ? 1 : -1;
      at++;
    }
    if (depth === 0) return at + 1;
  }
  return sql.length;
}
