/**
 * Depositing a file: checked whole, split into shares, sealed for the three compute parties, signed, uploaded piece by
 * piece. Run by: a contributor, in Node or in a browser. Nothing leaves the machine before every row has been checked.
 *
 * Learns: each compute party how many rows there are, who gave them and when; two together would learn the rows. The
 * station in between sees sizes and times. Memory: a few pieces. Time: the file is read three times.
 */
import { canonicalBytes, InvalidError, RefusedError, toHex } from '@sluis/base';
import { type Agreement, depositBatch, type DepositManifest, encodingsOf, rowsEach, type Table } from '@sluis/model';
import { type Checked, checkFile, fileHash } from './check-file.ts';
import { BadRowsError, type Contributed, type ContributeOptions } from './contribution.ts';
import { numberOf, ownSecret } from './contributor.ts';
import type { DepositClient } from './deposit-client.ts';
import { uploadPieces } from './upload-pieces.ts';

const MOST_AGAIN = 1000;

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
  const checked = await checkFile(options, table, secret, file);
  requireGood(options, table, checked);
  const result = { rows: checked.rows, dropped: checked.bad, problems: checked.problems, already: false };
  if (options.client === null || chosen === null) return { batch: null, parties: [], ...result };
  const manifest = manifestFor(options, chosen, checked);
  const signed = { statement: manifest, signature: toHex(await options.contributor.sign('deposit', canonicalBytes(manifest))) };
  const parties = await uploadPieces(options, table, options.client, signed, secret, checked.kept);
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

interface Chosen {
  readonly secret: Uint8Array;
  readonly number: string;
  readonly batch: string;
  readonly already: Contributed['parties'] | null;
}

/** What the file's rows are turned into: randomness is never used for two forms of the same file, whatever release makes them. */
const layoutOf = (agreement: Agreement, table: string) =>
  encodingsOf(agreement.tables[table] ?? { columns: {} }).map((e) => ({ ...e, minimum: String(e.minimum), maximum: String(e.maximum) }));

/** The first number that this file's deposits have not used up: a new one, one that was cut off, or one that is there. */
async function chooseBatch(options: ContributeOptions, client: DepositClient, file: string): Promise<Chosen> {
  const { agreement, agreementId, table, contributor, mode, dropInvalid } = options;
  const { parties } = await client.list(contributor, agreement.collaboration);
  for (let count = 0; count < MOST_AGAIN; count++) {
    const secret = await ownSecret(contributor, {
      purpose: 'sluis/deposit/2',
      collaboration: agreement.collaboration,
      agreement: agreementId,
      table,
      mode,
      dropInvalid,
      layout: layoutOf(agreement, table),
      file,
      count,
    });
    const number = numberOf(secret);
    const batch = depositBatch(toHex(contributor.publicKey), number);
    const found = parties.flatMap((p) =>
      p.deposits.filter((d) => d.batch === batch).map((deposit) => ({ organisation: p.organisation, deposit })),
    );
    if (found.some((f) => !['uploading', 'accepted'].includes(f.deposit.state))) continue;
    // Where something still waits to be replaced by it, it has to be gone on with.
    const waiting = parties.some((p) => p.deposits.some((d) => d.successor === batch));
    const accepted = !waiting && found.length === 3 && found.every((f) => f.deposit.state === 'accepted');
    if (accepted && options.again) continue;
    return { secret, number, batch, already: accepted ? found : null };
  }
  throw new RefusedError('deposit/too-often', {
    stage: 'contribution',
    message: 'This file was deposited and taken out too many times.',
    remedy: 'Deposit a file with another content.',
  });
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
  { batch, number }: Chosen,
  checked: Checked,
): DepositManifest {
  return {
    format: 'sluis-deposit/2',
    collaboration: agreement.collaboration,
    agreement: agreementId,
    table,
    batch,
    number,
    contributor: contributor.name,
    anonymous,
    mode,
    rows: checked.rows,
    pieces: checked.pieces,
  };
}
