/** Uploading what is missing of a deposit, patiently. */
import { fromBase64, PeerError, SluisError } from '@sluis/base';
import { seal } from '@sluis/crypto';
import {
  type Agreement,
  confirmedByAll,
  type DepositManifest,
  messageHash,
  type OpenAnswer,
  pieceInfo,
  type Settlement,
  type SignedManifest,
  type Table,
} from '@sluis/model';
import { type Messages, messagesOf } from './check-file.ts';
import { type Contributed, type ContributeOptions, sourceChanged } from './contribution.ts';
import type { DepositClient } from './deposit-client.ts';

const TRIES = 6;

/** Shows the manifest, sends the pieces that somebody lacks, and has the deposit accepted when all is there. */
export async function uploadPieces(
  options: ContributeOptions,
  table: Table,
  client: DepositClient,
  signed: SignedManifest,
  secret: Uint8Array,
  kept: ReadonlyMap<number, Messages>,
): Promise<Contributed['parties']> {
  const { statement } = signed;
  const begin = () => client.open(signed);
  const begun = await persevering(options, begin);
  const lacking = new Map(lackingOf(begun));
  const total = statement.pieces.length;
  const tell = () => options.onProgress?.({ phase: 'uploading', done: total - lacking.size, total });
  const send = async (piece: number, messages: Messages) => {
    requireSame(statement, piece, messages);
    const boxes = sealed(options.agreement, statement, piece, messages, lacking.get(piece) ?? []);
    await persevering(options, () => client.piece(statement.batch, piece, boxes), begin);
    lacking.delete(piece);
    tell();
  };
  tell();
  const accept = () => makeCount(options, client, statement, begin);
  for (const [piece, messages] of kept) if (lacking.has(piece)) await send(piece, messages);
  if (lacking.size === 0) return accept();
  for await (const part of messagesOf(options, table, secret, options.source(), () => undefined)) {
    if (lacking.has(part.piece)) await send(part.piece, part.messages());
    if (lacking.size === 0) return accept();
  }
  throw sourceChanged();
}

/** Has the deposit count at all compute parties, and then what it replaces deleted; believes neither without their word. */
async function makeCount(
  options: ContributeOptions,
  client: DepositClient,
  manifest: DepositManifest,
  begin: () => Promise<unknown>,
): Promise<Contributed['parties']> {
  const { parties } = await persevering(options, () => client.accept(options.contributor, manifest), begin);
  const words = parties.map((p) => p.confirmed);
  const [one, two, three] = words;
  if (!one || !two || !three || !confirmedByAll(options.agreement, manifest, words, 'accepted')) throw unconfirmed(manifest.batch);
  if (manifest.mode === 'append') return parties;
  const settlement: Settlement = { agreement: manifest.agreement, confirmed: [one, two, three] };
  const settled = (await persevering(options, () => client.settle(manifest.batch, settlement))).parties;
  const said = settled.map((p) => p.confirmed);
  if (!confirmedByAll(options.agreement, manifest, said, 'settled')) throw unconfirmed(manifest.batch);
  return settled;
}

const unconfirmed = (batch: string): PeerError =>
  new PeerError('deposit/not-confirmed', {
    stage: 'contribution',
    message: `The compute parties have not all said that deposit ${batch} counts and what it replaces is deleted.`,
    remedy: 'Run the same command again, best through another station (--station).',
  });

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
  if (due === undefined || messages.some((m, seat) => messageHash(m) !== due.messages[seat])) throw sourceChanged();
}

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
