/**
 * CSV files for DuckDB, with nothing guessed from their rows: the first line names the columns, and by what it has most
 * of fields are separated; fields that need it stand in double quotes (RFC 4180). DuckDB's own guesses leave out rows
 * that begin with "#", and take a row for the first line where lines differ.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { InvalidError } from '@sluis/base';
import { quoteText } from './database.ts';

interface CsvHead {
  readonly delimiter: string;
  readonly names: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'];
/** Bytes of a file within which its first line must end. */
const LONGEST_HEAD = 1 << 20;
const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];

/**
 * What stands behind FROM to read these files, every column as text: agreed types, not guessed ones, decide how a field
 * is read ("0123" stays a code). Files may have different columns and separators; what a file lacks is NULL.
 *
 * @throws InvalidError `dataset/source` where a first line can't be used, `dataset/duplicate-columns` where it has a name twice.
 */
export function csvReader(files: readonly string[]): string {
  const groups = new Map<string, { head: CsvHead; files: string[] }>();
  for (const file of files) {
    const head = headOf(file);
    const key = JSON.stringify(head);
    groups.set(key, { head, files: [...(groups.get(key)?.files ?? []), file] });
  }
  const readers = [...groups.values()].map((group) => readCsv(group.files, group.head));
  return readers.length === 1 ? (readers[0] ?? '') : `(SELECT * FROM ${readers.join(' UNION ALL BY NAME SELECT * FROM ')})`;
}

/**
 * Separator and names in each file's first line, as text. `csvReader` gives fields names by their places, so that what it
 * made reads a file rightly only as long as this stays the same.
 *
 * @throws InvalidError as `csvReader`.
 */
export const csvHeads = (files: readonly string[]): Record<string, string> =>
  Object.fromEntries(files.map((file) => [file, JSON.stringify(headOf(file))]));

function readCsv(files: readonly string[], { delimiter, names }: CsvHead): string {
  const columns = names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  return `read_csv([${files.map(quoteText).join(', ')}], auto_detect = false, header = true, skip = 0, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', comment = '', strict_mode = true, columns = {${columns}})`;
}

/** Names as they are written, without white space around them; a column without one is called by its place, as DuckDB does. */
function headOf(file: string): CsvHead {
  const line = firstLineOf(file);
  const unquoted = line.replace(/"(?:[^"]|"")*"/g, '');
  const delimiter = DELIMITERS.map((d) => [d, unquoted.split(d).length] as const).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  const names = fieldsOf(line, delimiter, file).map((name, i) => name.trim() || `column${i}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) {
      throw new InvalidError('dataset/duplicate-columns', {
        stage: 'dataset',
        message: `Column "${name}" stands twice in the first line of ${file}.`,
        remedy: 'Give each column a name of its own; upper and lower case are the same.',
      });
    }
    seen.add(name.toLowerCase());
  }
  return { delimiter, names };
}

function fieldsOf(line: string, delimiter: string, file: string): string[] {
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
    const end = at + (quoted?.[0].length ?? line.slice(at).split(delimiter, 1)[0]?.length ?? 0);
    fields.push(quoted?.[1]?.replaceAll('""', '"') ?? line.slice(at, end));
    at = end;
    if (at >= line.length) return fields;
    if (line[at] !== delimiter) fail(file, 'has something behind a closing quote in its first line');
  }
}

function firstLineOf(file: string): string {
  let bytes = beginning(file);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    fail(file, 'is UTF-16 text', 'Save it as UTF-8.');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
  if (bytes.length === 0) fail(file, 'is empty', 'Its first line must name the columns.');
  let quoted = false;
  let end = 0;
  for (; end < bytes.length && (quoted || (bytes[end] !== LF && bytes[end] !== CR)); end++) if (bytes[end] === QUOTE) quoted = !quoted;
  if (quoted || end >= LONGEST_HEAD)
    fail(file, 'has a first line that does not end', 'Close the quote in it; its first line must name the columns.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end));
  } catch {
    return fail(file, 'is not UTF-8 text', 'Save it as UTF-8; in Excel: "CSV UTF-8".');
  }
  if (text.includes('\0')) fail(file, 'is not text', 'Give a CSV file in UTF-8, or call it by the ending of its format.');
  return text.trim() === '' ? fail(file, 'has an empty first line', 'Its first line must name the columns.') : text;
}

/** The first bytes of a file, unpacked where its name says that it is packed. */
function beginning(file: string): Uint8Array {
  const bytes = new Uint8Array(LONGEST_HEAD);
  let length: number;
  try {
    const handle = openSync(file, 'r');
    try {
      length = readSync(handle, bytes);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown fault';
    return fail(file, `cannot be read (${code})`, 'Check its permissions.');
  }
  const read = bytes.subarray(0, length);
  try {
    if (/\.gz$/i.test(file)) return gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, LONGEST_HEAD);
    if (/\.zst$/i.test(file)) return zstdDecompressSync(read, { finishFlush: constants.ZSTD_e_flush }).subarray(0, LONGEST_HEAD);
  } catch {
    return fail(file, 'cannot be unpacked', 'Pack it again, or give the file unpacked.');
  }
  return read;
}

function fail(file: string, what: string, remedy = 'Its first line must name the columns.'): never {
  throw new InvalidError('dataset/source', { stage: 'dataset', message: `${file} ${what}.`, remedy });
}

/** What DuckDB says of a file that does not keep to its form, in words without any value; null for other faults. */
export function formFault(cause: unknown): { message: string; remedy: string } | null {
  const said = cause instanceof Error ? cause.message : '';
  const line = /^Invalid Input Error: CSV Error on Line: (\d{1,15})$/m.exec(said)?.[1];
  const fields = /^Expected Number of Columns: (\d{1,9}) Found: (\d{1,9})$/m.exec(said);
  if (line !== undefined && fields !== null) {
    return {
      message: `Line ${line} has ${fields[2]} ${fields[2] === '1' ? 'field' : 'fields'}, the first line has ${fields[1]}.`,
      remedy: 'Give all lines as many fields; a field with the separator in it needs double quotes around it.',
    };
  }
  if (/^Invalid unicode/m.test(said) && line !== undefined)
    return { message: `Line ${line} is not UTF-8 text, or one beside it.`, remedy: 'Save the file as UTF-8; in Excel: "CSV UTF-8".' };
  if (/^Maximum line size/m.test(said)) return { message: 'A line has more than 2 MB.', remedy: 'Look for a quote that is not closed.' };
  if (/unterminated quote/.test(said) && line !== undefined) {
    return {
      message: `On line ${line} a quoted field does not end, or something follows its closing quote.`,
      remedy: 'Close the quote; double the quotes that stand inside a quoted field.',
    };
  }
  if (/^Invalid Input Error: The CSV Parser state machine/.test(said)) {
    return {
      message: 'The lines end in different ways (LF and CRLF), or something follows a closing quote.',
      remedy: 'Save the file anew with one kind of line ends; double the quotes that stand inside a quoted field.',
    };
  }
  if (/^Invalid Input Error: No magic bytes found/.test(said)) return { message: 'It is no Parquet file.', remedy: 'Check the file.' };
  const json = /^Invalid Input Error: Malformed JSON in file .*in (?:line|record\/value) (\d{1,15})/.exec(said)?.[1];
  return json === undefined ? null : { message: `The JSON is not well-formed at line or record ${json}.`, remedy: 'Check the file.' };
}
