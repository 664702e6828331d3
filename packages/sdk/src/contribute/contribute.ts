/**
 * Depositing a file: checked whole, split into shares, sealed for the three compute parties, signed, uploaded piece by
 * piece. Run by: a contributor, in Node or in a browser. Nothing leaves the machine before every row has been checked.
 *
 * Learns: each compute party how many rows there are, who gave them and when; two together would learn the rows. The
 * station in between sees sizes and times. Memory: a few pieces. Time: the file is read three times.
 */
import { canonicalBytes, fromBase64, InvalidError, RefusedError, SluisError, toHex } from '@sluis/base';
import { seal, Sha256, sha256 } from '@sluis/crypto';
import {
  type Agreement,
  type DepositManifest,
  type DepositView,
  depositVectors,
  type OpenAnswer,
  pieceInfo,
  rowsEach,
  type SignedManifest,
  type Table,
  type Vectors,
} from '@sluis/model';
import { split } from '@sluis/mpc/sharing';
import { batchOf, type Contributor, ownSecret, pieceRandom } from './contributor.ts';
import type { DepositClient } from './deposit-client.ts';
import { encodedPieces, type RowProblem } from './encode-rows.ts';

export interface ContributeOptions {
  readonly agreement: Agreement;
  readonly agreementId: string;
  readonly table: string;
  readonly contributor: Contributor;
  /** For an anonymous member: round and token; `contributor` is then the deposit's own key. */
  readonly anonymous: DepositManifest['anonymous'];
  readonly mode: 'append' | 'replace';
  /** The file's bytes, from the beginning each time it is called. */
  readonly source: () => AsyncIterable<Uint8Array>;
  /** Leaves out rows with problems instead of refusing the file. */
  readonly dropInvalid: boolean;
  /** Deposits a file once more that has been deposited before. */
  readonly again: boolean;
  /** Null only checks. */
  readonly client: DepositClient | null;
  readonly onProgress?: (progress: ContributeProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ContributeProgress {
  readonly phase: 'reading' | 'checking' | 'uploading' | 'done';
  /** Rows checked, or pieces that are there. */
  readonly done: number;
  readonly total: number | null;
}

export interface Contributed {
  readonly batch: string | null;
  readonly rows: number;
  /** Rows that were left out, with `dropInvalid`. */
  readonly dropped: number;
  readonly problems: readonly RowProblem[];
  /** Whether it had been deposited before: nothing was sent. */
  readonly already: boolean;
  readonly parties: readonly { readonly organisation: string; readonly deposit: DepositView }[];
}

/** Rows that break the agreement; none was uploaded. */
export class BadRowsError extends InvalidError {
  readonly problems: readonly RowProblem[];
  readonly count: number;

  constructor(problems: readonly RowProblem[], count: number) {
    super('deposit/bad-rows', {
      stage: 'contribution',
      message: `${count} ${count === 1 ? 'row breaks' : 'rows break'} the agreement; nothing was uploaded.`,
      remedy: 'Mend these rows, or leave them out with --drop-invalid.',
    });
    this.problems = problems;
    this.count = count;
  }
}

const SHOWN_PROBLEMS = 1000;
/** Messages of small files are kept from checking to uploading. */
const KEPT_BYTES = 64 * 1024 * 1024;
const MOST_AGAIN = 1000;
const TRIES = 6;

type Messages = readonly [Uint8Array, Uint8Array, Uint8Array];

/** What checking a file finds: the manifest's pieces, and problems. */
interface Checked {
  readonly pieces: DepositManifest['pieces'];
  readonly rows: number;
  readonly kept: Map<number, Messages>;
  readonly problems: RowProblem[];
  readonly bad: number;
}

/**
 * Deposits a file, goes on with a deposit that was cut off, or finds that it is there already.
 *
 * @throws BadRowsError `deposit/bad-rows`; InvalidError `deposit/columns-missing`, `deposit/csv-…`, `deposit/empty`;
 *   RefusedError `deposit/…` of this machine or a station; PeerError if stations can't be reached.
 */
export async function contribute(options: ContributeOptions): Promise<Contributed> {
  const table = tableOf(options);
  const file = await fileHash(options);
  const chosen = options.client === null ? null : await chooseBatch(options, options.client, file);
  if (chosen?.already !== undefined && chosen.already !== null)
    return {
      batch: chosen.batch,
      rows: chosen.already[0]?.deposit.rows ?? 0,
      dropped: 0,
      problems: [],
      already: true,
      parties: chosen.already,
    };
  const secret = chosen?.secret ?? new Uint8Array(32);
  const checked = await check(options, table, secret, file);
  requireGood(options, table, checked);
  const result = { rows: checked.rows, dropped: checked.bad, problems: checked.problems, already: false };
  if (options.client === null || chosen === null) return { batch: null, parties: [], ...result };
  const manifest = manifestFor(options, chosen.batch, checked);
  const signed = { statement: manifest, signature: toHex(await options.contributor.sign('deposit', canonicalBytes(manifest))) };
  await upload(options, table, options.client, signed, secret, checked.kept);
  const { parties } = await options.client.accept(manifest.batch);
  options.onProgress?.({ phase: 'done', done: manifest.pieces.length, total: manifest.pieces.length });
  return { batch: manifest.batch, parties, ...result };
}

function tableOf({ agreement, table: name, contributor, anonymous }: ContributeOptions): Table {
  const table = Object.hasOwn(agreement.tables, name) ? agreement.tables[name] : undefined;
  const open = Object.keys(agreement.tables).filter((t) => agreement.tables[t]?.deposits !== undefined);
  const remedy = open.length === 0 ? 'The agreement has no table for deposits.' : `Tables for deposits: ${open.join(', ')}.`;
  if (table === undefined)
    throw new InvalidError('deposit/unknown-table', { stage: 'contribution', message: `The agreement has no table "${name}".`, remedy });
  const may = anonymous === null ? table.deposits?.by.includes(contributor.name ?? '') : table.deposits?.anonymous !== undefined;
  if (may === true) return table;
  throw new RefusedError('deposit/not-allowed', {
    stage: 'contribution',
    message:
      anonymous === null
        ? `${contributor.name} may not deposit rows into "${name}" under this agreement.`
        : `"${name}" takes no anonymous deposits.`,
    remedy,
  });
}

async function fileHash({ source, onProgress, signal }: ContributeOptions): Promise<string> {
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

interface Chosen {
  readonly secret: Uint8Array;
  readonly batch: string;
  readonly already: Contributed['parties'] | null;
}

/** The first number that this file's deposits have not used up: a new one, one that was cut off, or one that is there. */
async function chooseBatch(options: ContributeOptions, client: DepositClient, file: string): Promise<Chosen> {
  const { agreement, agreementId, table, contributor, mode, dropInvalid } = options;
  const { parties } = await client.list(contributor, agreement.collaboration);
  for (let count = 0; count < MOST_AGAIN; count++) {
    const secret = await ownSecret(contributor, {
      purpose: 'sluis/deposit/1',
      collaboration: agreement.collaboration,
      agreement: agreementId,
      table,
      mode,
      dropInvalid,
      file,
      count,
    });
    const batch = batchOf(secret);
    const found = parties.flatMap((p) =>
      p.deposits.filter((d) => d.batch === batch).map((deposit) => ({ organisation: p.organisation, deposit })),
    );
    if (found.some((f) => !['uploading', 'accepted'].includes(f.deposit.state))) continue;
    const accepted = found.length === 3 && found.every((f) => f.deposit.state === 'accepted');
    if (accepted && options.again) continue;
    return { secret, batch, already: accepted ? found : null };
  }
  throw new RefusedError('deposit/too-often', {
    stage: 'contribution',
    message: 'This file was deposited and taken out too many times.',
    remedy: 'Deposit a file with another content.',
  });
}

/** Splits piece by piece; the same secret gives the same messages each time. */
async function* messagesOf(
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
  split(vectors, words, pieceRandom(secret, piece));

async function check(options: ContributeOptions, table: Table, secret: Uint8Array, file: string): Promise<Checked> {
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
    pieces.push({ rows: part.rows, messages: messages.map((m) => toHex(sha256(m))) as [string, string, string] });
    bytes += messages.reduce((n, m) => n + m.length, 0);
    if (bytes <= KEPT_BYTES) kept.set(part.piece, messages);
  }
  // The secret is the file's: with another content it would mask two things alike, and their difference would show.
  if (toHex(hash.digest()) !== file) throw changed();
  return { pieces, rows, kept, problems, bad };
}

function requireGood({ dropInvalid }: ContributeOptions, table: Table, { rows, bad, problems }: Checked): void {
  if (bad > 0 && !dropInvalid) throw new BadRowsError(problems, bad);
  if (rows === 0)
    throw new InvalidError('deposit/empty', {
      stage: 'contribution',
      message: 'The file has no rows to deposit.',
      remedy: 'Give a file with at least one valid row.',
    });
  const most = rowsEach(table);
  if (rows > most)
    throw new RefusedError('deposit/too-many-rows', {
      stage: 'contribution',
      message: `The file has ${rows} rows; the agreement allows ${most} of one contributor.`,
      remedy: 'Deposit fewer rows.',
    });
}

function manifestFor(
  { agreement, agreementId, table, contributor, anonymous, mode }: ContributeOptions,
  batch: string,
  checked: Checked,
): DepositManifest {
  return {
    format: 'sluis-deposit/1',
    collaboration: agreement.collaboration,
    agreement: agreementId,
    table,
    batch,
    contributor: contributor.name,
    anonymous,
    mode,
    rows: checked.rows,
    pieces: checked.pieces,
  };
}

async function upload(
  options: ContributeOptions,
  table: Table,
  client: DepositClient,
  signed: SignedManifest,
  secret: Uint8Array,
  kept: ReadonlyMap<number, Messages>,
): Promise<void> {
  const { statement } = signed;
  const begun = await persevering(options, () => client.open(signed));
  const lacking = new Map(lackingOf(begun));
  const total = statement.pieces.length;
  const tell = () => options.onProgress?.({ phase: 'uploading', done: total - lacking.size, total });
  const send = async (piece: number, messages: Messages) => {
    requireSame(statement, piece, messages);
    const boxes = sealed(options.agreement, statement, piece, messages, lacking.get(piece) ?? []);
    await persevering(
      options,
      () => client.piece(statement.batch, piece, boxes),
      () => client.open(signed),
    );
    lacking.delete(piece);
    tell();
  };
  tell();
  for (const [piece, messages] of kept) if (lacking.has(piece)) await send(piece, messages);
  if (lacking.size === 0) return;
  for await (const part of messagesOf(options, table, secret, options.source(), () => undefined)) {
    if (lacking.has(part.piece)) await send(part.piece, part.messages());
    if (lacking.size === 0) return;
  }
  throw changed();
}

/** Pieces that somebody lacks, with the seats that do. */
function lackingOf({ parties }: OpenAnswer): [number, number[]][] {
  const pieces = new Set(parties.flatMap((p) => p.missing));
  return [...pieces].sort((a, b) => a - b).map((piece) => [piece, parties.flatMap((p, seat) => (p.missing.includes(piece) ? [seat] : []))]);
}

function sealed(
  agreement: Agreement,
  manifest: DepositManifest,
  piece: number,
  messages: Messages,
  seats: readonly number[],
): Uint8Array[] {
  return agreement.committee.map((to, seat) => {
    if (!seats.includes(seat)) return new Uint8Array(0);
    const key = agreement.organisations.find((o) => o.name === to)?.sealing ?? '';
    return seal(fromBase64(key), messages[seat] as Uint8Array, pieceInfo(manifest, piece, to));
  });
}

function requireSame(manifest: DepositManifest, piece: number, messages: Messages): void {
  const due = manifest.pieces[piece];
  if (due === undefined || messages.some((m, seat) => toHex(sha256(m)) !== due.messages[seat])) throw changed();
}

const changed = () =>
  new InvalidError('deposit/source-changed', {
    stage: 'contribution',
    message: 'The file was changed while it was being uploaded; the deposit does not count.',
    remedy: 'Run the command again when the file is as it should be.',
  });

/** Tries again, ever more slowly, after failures that time may heal; `begin` comes first where the station has forgotten. */
async function persevering<T>(options: ContributeOptions, task: () => Promise<T>, begin?: () => Promise<unknown>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await task();
    } catch (thrown) {
      const code = thrown instanceof SluisError ? thrown.code : '';
      if (code === 'deposit/not-begun' && begin !== undefined && attempt < TRIES) {
        await begin();
        continue;
      }
      if (attempt >= TRIES || !/^(wire\/|station\/(unreachable|timeout)$|deposit\/busy$)/.test(code)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
    }
  }
}
