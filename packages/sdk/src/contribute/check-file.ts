/** Reading a file to be deposited: its hash, its rows checked, its pieces split. */
import { toHex } from '@sluis/base';
import { Sha256 } from '@sluis/crypto';
import { type DepositManifest, depositVectors, messageHash, saltedMessage, type Table, type Vectors } from '@sluis/model';
import { split } from '@sluis/mpc/sharing';
import { type ContributeOptions, sourceChanged } from './contribution.ts';
import { messageSalt, pieceRandom } from './contributor.ts';
import { encodedPieces, type RowProblem } from './encode-rows.ts';

const SHOWN_PROBLEMS = 1000;
/** Messages of small files are kept from checking to uploading. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** A piece for each compute party, salted, before sealing. */
export type Messages = readonly [Uint8Array, Uint8Array, Uint8Array];

/** What checking a file finds: the manifest's pieces, and problems. */
export interface Checked {
  readonly pieces: DepositManifest['pieces'];
  readonly rows: number;
  readonly kept: Map<number, Messages>;
  readonly problems: RowProblem[];
  readonly bad: number;
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function fileHash({ source, onProgress, signal }: ContributeOptions): Promise<string> {
  const hash = new Sha256();
  let done = 0;
  for await (const chunk of hashing(source(), hash)) {
    signal?.throwIfAborted();
    done += chunk.length;
    onProgress?.({ phase: 'reading', done, total: null });
  }
  return toHex(hash.digest());
}

async function* hashing(source: AsyncIterable<Uint8Array>, hash: Sha256): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Splits piece by piece; the same secret gives the same messages each time. */
export async function* messagesOf(
  { agreement, signal }: ContributeOptions,
  table: Table,
  secret: Uint8Array,
  source: AsyncIterable<Uint8Array>,
  onProblem: (p: RowProblem) => void,
) {
  const words = new Array<number>(depositVectors(table)).fill(1);
  let piece = 0;
  for await (const vectors of encodedPieces({ collaboration: agreement.collaboration, table, source, onProblem })) {
    signal?.throwIfAborted();
    const number = piece;
    yield { piece: number, rows: vectors.cells, messages: () => splitPiece(vectors, words, secret, number) };
    piece += 1;
  }
}

const splitPiece = (vectors: Vectors, words: readonly number[], secret: Uint8Array, piece: number): Messages =>
  split(vectors, words, pieceRandom(secret, piece)).map((message, seat) => saltedMessage(messageSalt(secret, piece, seat), message)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];

/** Checks every row and, if the file is to be uploaded, splits it once to find the hashes that the manifest names. */
export async function checkFile(options: ContributeOptions, table: Table, secret: Uint8Array, file: string): Promise<Checked> {
  const hash = new Sha256();
  const pieces: DepositManifest['pieces'] = [];
  const kept = new Map<number, Messages>();
  const problems: RowProblem[] = [];
  const lines = new Set<number>();
  let bad = 0;
  let rows = 0;
  let bytes = 0;
  const onProblem = (problem: RowProblem) => {
    // Several problems of one row come one after the other.
    if (!lines.has(problem.line)) bad += 1;
    lines.clear();
    lines.add(problem.line);
    if (problems.length < SHOWN_PROBLEMS) problems.push(problem);
  };
  for await (const part of messagesOf(options, table, secret, hashing(options.source(), hash), onProblem)) {
    rows += part.rows;
    options.onProgress?.({ phase: 'checking', done: rows, total: null });
    // A file that is refused anyway, or only checked, need not be split.
    if (options.client === null || (bad > 0 && !options.dropInvalid)) continue;
    const messages = part.messages();
    pieces.push({ rows: part.rows, messages: messages.map(messageHash) as [string, string, string] });
    bytes += messages.reduce((n, m) => n + m.length, 0);
    if (bytes <= KEPT_BYTES) kept.set(part.piece, messages);
  }
  // The secret is the file's: with another content it would mask two things alike, and their difference would show.
  if (toHex(hash.digest()) !== file) throw sourceChanged();
  return { pieces, rows, kept, problems, bad };
}
