/**
 * CSV (RFC 4180) as a stream of records: quoted fields with doubled quotes and line breaks, any of LF, CRLF and CR, an
 * optional byte order mark. As in DuckDB, an empty field is NULL, quoted or not. Memory: one chunk and one record.
 */
import { InvalidError } from '@sluis/base';

export interface CsvRecord {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly (string | null)[];
}

const DELIMITERS = [',', ';', '\t', '|'];
const LONGEST_RECORD = 4 * 1024 * 1024;

/** Records of a source of bytes. The delimiter is the one that the first line has most of. Throws InvalidError `deposit/csv-…`. */
export async function* csvRecords(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new CsvParser();
  for await (const chunk of source) {
    const records = parser.take(decode(decoder, chunk));
    if (records.length > 0) yield records;
  }
  const records = parser.end(decode(decoder, null));
  if (records.length > 0) yield records;
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | null): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw broken('encoding', 'The file is not UTF-8 text.', 'Save it as UTF-8.');
  }
}

const broken = (code: string, message: string, remedy: string) =>
  new InvalidError(`deposit/csv-${code}`, { stage: 'contribution', message, remedy });

class CsvParser {
  #text = '';
  #line = 1;
  #delimiter: string | null = null;

  take(more: string): CsvRecord[] {
    this.#text += more;
    return this.#parse(false);
  }

  end(more: string): CsvRecord[] {
    this.#text += more;
    return this.#parse(true);
  }

  /** Takes whole records from the front; what is left is the beginning of one. */
  #parse(last: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let at = 0;
    if (this.#delimiter === null) {
      const end = endOfLine(this.#text, 0);
      if (end === -1 && !last) return records;
      if (this.#text.startsWith('\ufeff')) this.#text = this.#text.slice(1);
      this.#delimiter = likeliest(this.#text.slice(0, end === -1 ? undefined : end));
    }
    for (;;) {
      const found = this.#record(at, last);
      if (found === null) break;
      if (found.fields.length > 1 || found.fields[0] !== null) records.push({ line: this.#line, fields: found.fields });
      this.#line += found.lines;
      at = found.end;
    }
    this.#text = this.#text.slice(at);
    if (this.#text.length > LONGEST_RECORD)
      throw broken('quote', `A record that begins on line ${this.#line} does not end: a quote is missing.`, 'Close the quoted field.');
    return records;
  }

  /** The record that begins at `from`, or null if it is not all there yet. */
  #record(from: number, last: boolean): { fields: (string | null)[]; end: number; lines: number } | null {
    const text = this.#text;
    if (from >= text.length) return null;
    const fields: (string | null)[] = [];
    let at = from;
    let lines = 0;
    for (;;) {
      let value: string;
      if (text[at] === '"') {
        const quoted = this.#quoted(at, last);
        if (quoted === null) return null;
        value = quoted.value;
        lines += quoted.lines;
        at = quoted.end;
      } else {
        const end = this.#endOfField(at);
        if (end === -1 && !last) return null;
        value = text.slice(at, end === -1 ? text.length : end);
        at = end === -1 ? text.length : end;
      }
      fields.push(value === '' ? null : value);
      const next = text[at];
      if (next === this.#delimiter) {
        at += 1;
        continue;
      }
      // A CR at the very end of what is there may be half of a CRLF.
      if (next === '\r' && at + 1 === text.length && !last) return null;
      if (next === undefined) return last ? { fields, end: at, lines: lines + 1 } : null;
      if (next !== '\r' && next !== '\n')
        throw broken(
          'quote',
          `On line ${this.#line + lines} something follows a closing quote.`,
          'Double quotes that stand inside a quoted field.',
        );
      return { fields, end: next === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1, lines: lines + 1 };
    }
  }

  #quoted(from: number, last: boolean): { value: string; end: number; lines: number } | null {
    const text = this.#text;
    let at = from + 1;
    let value = '';
    for (;;) {
      const end = text.indexOf('"', at);
      if (end === -1 || (end + 1 === text.length && !last)) {
        if (!last) return null;
        throw broken('quote', `A quoted field that begins on line ${this.#line} does not end.`, 'Close the quoted field.');
      }
      value += text.slice(at, end);
      if (text[end + 1] !== '"') return { value, end: end + 1, lines: (value.match(/\r\n|\n|\r/g) ?? []).length };
      value += '"';
      at = end + 2;
    }
  }

  #endOfField(from: number): number {
    const text = this.#text;
    const delimiter = this.#delimiter?.charCodeAt(0);
    for (let i = from; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === delimiter || c === 10 || c === 13) return i;
    }
    return -1;
  }
}

function endOfLine(text: string, from: number): number {
  const found = /[\r\n]/.exec(text.slice(from));
  return found === null ? -1 : from + found.index;
}

const likeliest = (line: string): string =>
  DELIMITERS.map((d) => [d, line.split(d).length] as const).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
