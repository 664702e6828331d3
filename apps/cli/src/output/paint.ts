/** Colours and widths of a terminal; plain text everywhere else. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

export function paintFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Paint {
  const colourful = stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const code = (open: number, close: number) => (text: string) => (colourful ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { bold: code(1, 22), dim: code(2, 22), green: code(32, 39), red: code(31, 39), yellow: code(33, 39) };
}

/** Text that came from data or other stations, without control characters: nothing may steer the reader's terminal. */
export function printable(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to replace.
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const SEGMENTER = new Intl.Segmenter();

/** Columns that a text takes on a terminal. */
export function widthOf(value: string): number {
  let width = 0;
  for (const { segment } of SEGMENTER.segment(value)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Breaks text at spaces to lines of at most `width` columns, the following ones indented. Its own indentation stays. */
export function wrap(value: string, width: number, indent = ''): string {
  const start = /^ */.exec(value)?.[0] ?? '';
  const lines: string[] = [];
  let line = '';
  for (const word of value.slice(start.length).split(' ')) {
    if (line === '') line = start + word;
    else if (widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

export const terminalWidth = (stream: { columns?: number }): number => Math.min(120, Math.max(40, stream.columns ?? 100));

export function bytesText(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = '';
  for (const next of units) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

export const durationText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
