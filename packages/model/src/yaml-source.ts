/** YAML as data with places: plain data only (no anchors, aliases, tags or duplicate keys), and where each value stands. */
import { InvalidError } from '@sluis/base';
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';

export interface SourceDocument {
  /** The document as JSON-like data. Numbers that lose digits as JavaScript numbers are their source text. */
  readonly value: unknown;
  /** `file:line:column` of a value, or of the nearest thing around it that exists. */
  locate(path: readonly (string | number)[]): string;
}

const MAXIMUM_BYTES = 16 * 1024 * 1024;
const MAXIMUM_DEPTH = 32;

function invalid(lines: readonly string[]): InvalidError {
  return new InvalidError('agreement/invalid', { stage: 'agreement', message: lines.join('\n'), remedy: 'Mend this and try again.' });
}

/** Keeps what was written: 0.10 is not 0.1 for a reader who declares decimals, and 0123 is a code. */
function keepNumberSource(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      const { value, source } = node;
      if (node.type !== 'PLAIN' || source === undefined || typeof value !== 'number') return;
      if (!Number.isSafeInteger(value) || String(value) !== source) node.value = source;
    },
  });
}

function structureProblems(document: Document): { offset: number; what: string }[] {
  const found: { offset: number; what: string }[] = [];
  const at = (node: { range?: readonly [number, number, number] | null | undefined }) => node.range?.[0] ?? 0;
  visit(document, {
    Alias(_key, node) {
      found.push({ offset: at(node), what: 'aliases (*name) are not allowed — write the value out' });
    },
    Node(_key, node, path) {
      if ('anchor' in node && node.anchor !== undefined)
        found.push({ offset: at(node), what: 'anchors (&name) are not allowed — write the value out' });
      if (node.tag !== undefined && !/^tag:yaml\.org,2002:(map|seq|str|int|bool|null|float)$/.test(node.tag)) {
        found.push({ offset: at(node), what: 'tags (!name) are not allowed — take it out' });
      }
      if (path.length > 2 * MAXIMUM_DEPTH) {
        found.push({ offset: at(node), what: 'this is nested too deeply — write it flatter' });
        return visit.BREAK;
      }
      return undefined;
    },
    Pair(_key, pair) {
      const key = isScalar(pair.key) ? pair.key : null;
      if (key === null || typeof key.value !== 'string' || key.value === '__proto__') {
        found.push({ offset: key === null ? 0 : at(key), what: 'keys are plain words — put the key between quotes or rename it' });
      }
    },
  });
  return found;
}

function placeOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find((p) => isPair(p) && isScalar(p.key) && p.key.value === segment);
      if (pair === undefined) break;
      node = pair.value;
      offset = (pair.key as Node).range?.[0] ?? offset;
    } else if (isSeq(node) && typeof segment === 'number' && node.items[segment] !== undefined) {
      node = node.items[segment];
      offset = (node as Node).range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** Throws InvalidError `agreement/invalid` with one line per problem of form. */
export function openYaml(text: string, fileName: string, begin = 'sluis: 1'): SourceDocument {
  if (text.length > MAXIMUM_BYTES)
    throw invalid([`${fileName}:1:1: the file is larger than ${MAXIMUM_BYTES} characters — declare ranges instead of long lists`]);
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  let document: Document;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: true,
      strict: true,
      merge: false,
      prettyErrors: false,
      lineCounter: lines,
    });
  } catch {
    // The parser recurses: only absurdly nested text gets here.
    throw invalid([`${fileName}:1:1: this is nested too deeply — write it flatter`]);
  }
  const errors = document.errors.map((e) => `${place(e.pos[0])}: ${e.message} — correct the YAML here`);
  if (errors.length === 0) errors.push(...structureProblems(document).map((p) => `${place(p.offset)}: ${p.what}`));
  if (errors.length === 0 && !isMap(document.contents))
    errors.push(`${fileName}:1:1: this is no list of named entries — begin with "${begin}"`);
  if (errors.length > 0) throw invalid(errors);
  keepNumberSource(document);
  return { value: document.toJS(), locate: (path) => place(placeOf(document, path)) };
}
