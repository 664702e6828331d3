/**
 * Correlated transfers in an arena, in one batch: the sender ends with Δ and rows q, the receiver, for its choice bits r, with
 * rows t = q ⊕ r·Δ. As `extension.ts`, and safe against cheating if `threat` says so: see `choice-check.ts`.
 * Source: Ishai et al. 2003, §3; Asharov et al. 2013, §5.4; Roy 2022 (SoftSpokenOT) with k = 1.
 */
import { concatBytes, ProtocolError } from '@sluis/base';
import { ELEMENT_BYTES, Prg, taggedHash } from '@sluis/crypto';
import { type Arena, linearEvaluation } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import { blockBytes, blocksFrom } from './blocks.ts';
import { CHECK_BYTES, checkPoint, hashedColumns, sameHashes, showChoices } from './choice-check.ts';
import { beginEndemicReceiver, beginEndemicSender } from './endemic-transfer.ts';
import type { VoleOptions } from './vole.ts';

const WIDTH = 128;
const BLOCK_BYTES = 16;
const DOMAIN = 'sluis/ot/rows/1';

/** Columns as they lie in the arena: 128 of `bytes` bytes each. */
export interface Columns {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes of a column. With a check, one block more: random choices that hide what the check shows. */
const columnBytes = (rows: number, { threat }: VoleOptions): number =>
  BLOCK_BYTES * (Math.ceil(rows / WIDTH) + (threat === 'malicious' ? 1 : 0));

/** Binds everything after the base transfers to them: 32 bytes. */
const sessionOf = ({ context }: VoleOptions, greeting: Uint8Array, answer: Uint8Array): Uint8Array =>
  taggedHash('sluis/ot/rows-session/1', context, greeting, answer);

function toRows(arena: Arena, { at, bytes }: Columns): number {
  const rows = arena.reserve(WIDTH * bytes);
  const work = arena.reserve(256);
  arena.attach(linearEvaluation).transposeColumns(at, bytes, rows, bytes / BLOCK_BYTES, work);
  return rows;
}

export interface SentRows {
  readonly delta: Uint8Array;
  /** Address of the rows, 16 bytes each. */
  readonly rows: number;
  readonly session: Uint8Array;
}

/**
 * The side with Δ.
 *
 * @throws ProtocolError `ot/inconsistent-choices` if the receiver's choices are not the same in all columns (malicious).
 * Learns: nothing. A cheating receiver that guesses k bits of Δ is found out unless all are right: with probability 2^-k it
 * knows them, and Δ keeps 128 − k unknown bits.
 */
export async function sendRows(link: PairLink, arena: Arena, rows: number, options: VoleOptions): Promise<SentRows> {
  const delta = options.random.bytes(16);
  const bits = Array.from({ length: WIDTH }, (_, i) => (((delta[i >> 3] as number) >> (i & 7)) & 1) as 0 | 1);
  const base = await beginEndemicReceiver(bits, options.context, options.random);
  await link.send('ot/base-answer', base.answer);
  const greeting = await link.receive('ot/base-greeting', ELEMENT_BYTES);
  const keys = base.finish(greeting);
  const session = sessionOf(options, greeting, base.answer);
  const bytes = columnBytes(rows, options);
  const given = await link.receive('ot/choices', WIDTH * bytes + (options.threat === 'malicious' ? CHECK_BYTES : 0));
  const columns = { at: arena.reserve(WIDTH * bytes), bytes };
  const own = arena.words(columns.at, (WIDTH * bytes) / 4);
  const theirs = blocksFrom(given.subarray(0, WIDTH * bytes));
  keys.forEach((key, i) => {
    new Prg(key, DOMAIN).fill(arena.bytes(columns.at + i * bytes, bytes));
    const keep = -(bits[i] as number);
    for (let w = (i * bytes) / 4; w < ((i + 1) * bytes) / 4; w++) own[w] = (own[w] as number) ^ ((theirs[w] as number) & keep);
  });
  if (options.threat === 'malicious') {
    const point = checkPoint(session, given.subarray(0, WIDTH * bytes));
    if (!sameHashes(hashedColumns(arena, columns, point), bits, given.subarray(WIDTH * bytes))) throw inconsistent();
  }
  return { delta, rows: toRows(arena, columns), session };
}

export interface ReceivedRows {
  /** Address of the rows, 16 bytes each. */
  readonly rows: number;
  readonly session: Uint8Array;
}

/** The base transfers as the side with choices sees them: both keys of each column. */
export async function connectReceiver(link: PairLink, options: VoleOptions) {
  const base = await beginEndemicSender(options.context, options.random);
  await link.send('ot/base-greeting', base.greeting);
  const answer = await link.receive('ot/base-answer', 2 * ELEMENT_BYTES * WIDTH);
  return { keys: base.finish(answer, WIDTH), session: sessionOf(options, base.greeting, answer) };
}

/** The receiver's columns t, of as many bytes as the choices, and what corrects the sender's second keys to them. */
export function makeColumns(arena: Arena, keys: readonly (readonly [Uint8Array, Uint8Array])[], choices: Uint8Array) {
  const bytes = choices.length;
  const columns: Columns = { at: arena.reserve(WIDTH * bytes), bytes };
  const message = new Uint32Array((WIDTH * bytes) / 4);
  const chosen = blocksFrom(choices);
  const other = new Uint32Array(bytes / 4);
  keys.forEach(([zero, one], i) => {
    new Prg(zero, DOMAIN).fill(arena.bytes(columns.at + i * bytes, bytes));
    new Prg(one, DOMAIN).fill(blockBytes(other));
    const own = arena.words(columns.at + i * bytes, bytes / 4);
    const out = message.subarray((i * bytes) / 4);
    for (let w = 0; w < other.length; w++) out[w] = (own[w] as number) ^ (other[w] as number) ^ (chosen[w] as number);
  });
  return { columns, corrections: blockBytes(message) };
}

/** The side with choices, packed (lowest bit first). Cost: 16 bytes sent a row; 8 kB received. Learns: t of each row. */
export async function receiveRows(link: PairLink, arena: Arena, choices: Uint8Array, options: VoleOptions): Promise<ReceivedRows> {
  const { keys, session } = await connectReceiver(link, options);
  // Choices beyond the caller's are random: they hide what the check shows.
  const fillers = options.random.bytes(columnBytes(8 * choices.length, options) - choices.length);
  const all = concatBytes(choices, fillers);
  const { columns, corrections } = makeColumns(arena, keys, all);
  const shown = options.threat === 'malicious' ? showChoices(arena, columns, all, checkPoint(session, corrections)) : new Uint8Array(0);
  await link.send('ot/choices', concatBytes(corrections, shown));
  return { rows: toRows(arena, columns), session };
}

const inconsistent = (): ProtocolError =>
  new ProtocolError('ot/inconsistent-choices', {
    stage: 'wire',
    message: 'The peer did not use the same choices throughout an oblivious transfer: it tries to learn a secret of this side.',
    remedy: 'Find out at the peer why; run again only with fresh secrets, as every new run has.',
  });
