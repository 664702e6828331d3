/** A value as the command line's JSON shows it, from its text and DuckDB's type (docs/cli). */

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

export function typedValue(text: string | null, type: string | null): string | number | boolean | null {
  if (text === null || type === null) return text;
  if (INTEGER.test(type)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : text.trim();
  }
  if (type === 'DOUBLE' || type === 'FLOAT') return Number.isFinite(Number(text)) ? Number(text) : null;
  if (type === 'BOOLEAN') return text.toLowerCase() === 'true';
  return type.startsWith('TIMESTAMP') ? text.replace(' ', 'T') : text;
}
