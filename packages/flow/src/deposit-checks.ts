/** Whether a deposit may be made: what every station checks of a manifest for itself, against the agreement in force. */
import { canonicalBytes, type ErrorDetails, fromHex, InvalidError, RefusedError } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import {
  type Agreement,
  depositBatch,
  depositIdentity,
  type DepositManifest,
  roundOf,
  rowsEach,
  rowsOfPiece,
  type SignedDepositRequest,
  type SignedManifest,
  type Table,
} from '@sluis/model';
import { SKEW_MS } from './admission.ts';

type Refuse = (code: string, message: string, remedy: string) => RefusedError;

export const refuseAt =
  (organisation: string): Refuse =>
  (code, message, remedy) =>
    new RefusedError(code, { stage: 'contribution', party: organisation, message, remedy } satisfies ErrorDetails);

/** The table, if rows may be deposited into it. */
export function depositTable(agreement: Agreement, name: string, refuse: Refuse): Table {
  const table = Object.hasOwn(agreement.tables, name) ? agreement.tables[name] : undefined;
  if (table?.deposits !== undefined) return table;
  const others = Object.keys(agreement.tables).filter((t) => agreement.tables[t]?.deposits !== undefined);
  throw refuse(
    'deposit/not-allowed',
    `The agreement lets nobody deposit rows into "${name}".`,
    others.length === 0 ? 'It has no table with deposits.' : `Tables with deposits: ${others.join(', ')}.`,
  );
}

/**
 * Checks a manifest against the agreement it names, which is in force. Run by: the station that relays it and each
 * compute party, for itself. Throws RefusedError or InvalidError `deposit/…`; whether an anonymous member's token is
 * genuine is the issuer's to say.
 */
export function checkManifest(organisation: string, agreement: Agreement, { statement, signature }: SignedManifest): Table {
  const refuse = refuseAt(organisation);
  if (statement.collaboration !== agreement.collaboration)
    throw refuse(
      'deposit/wrong-agreement',
      'The deposit does not match the agreement it names.',
      'Deposit again under the agreement in force.',
    );
  const table = depositTable(agreement, statement.table, refuse);
  const key = signingKey(agreement, table, statement, refuse);
  if (!verifySignature(fromHex(key), 'deposit', canonicalBytes(statement), fromHex(signature))) {
    throw refuse(
      'deposit/bad-signature',
      `The manifest of deposit ${statement.batch} does not carry the signature of its contributor.`,
      'Use the identity file whose public key stands in the agreement.',
    );
  }
  if (statement.batch !== depositBatch(key, statement.number)) throw malformed('its name is not one of its contributor’s');
  checkShape(statement, table);
  const most = rowsEach(table);
  if (statement.rows > most)
    throw refuse(
      'deposit/too-many-rows',
      `The deposit has ${statement.rows} rows; the agreement allows ${most} of one contributor.`,
      'Deposit fewer rows.',
    );
  return table;
}

function signingKey(agreement: Agreement, table: Table, manifest: DepositManifest, refuse: Refuse): string {
  const { contributor, anonymous } = manifest;
  if ((contributor === null) === (anonymous === null)) throw malformed('it is neither of a contributor nor of an anonymous member');
  if (anonymous !== null) {
    if (table.deposits?.anonymous === undefined)
      throw refuse('deposit/not-allowed', `Table "${manifest.table}" takes no anonymous deposits.`, 'Deposit under your own name.');
    return anonymous.key;
  }
  const identity = depositIdentity(agreement, contributor ?? '');
  if (identity === null || !(table.deposits?.by.includes(contributor ?? '') ?? false))
    throw refuse(
      'deposit/not-allowed',
      `${contributor} may not deposit rows into "${manifest.table}" under this agreement.`,
      `The agreement lists who may under "tables.${manifest.table}.deposits.by".`,
    );
  return identity;
}

function checkShape(manifest: DepositManifest, table: Table): void {
  const size = rowsOfPiece(table);
  const last = manifest.pieces.length - 1;
  const good = manifest.pieces.every(({ rows }, i) => (i < last ? rows === size : rows <= size));
  if (!good || manifest.pieces.reduce((n, p) => n + p.rows, 0) !== manifest.rows) throw malformed('its pieces do not add up');
}

/** The round a new anonymous deposit must be of; one that ended within the last day still counts, for uploads under way. */
export function checkRound(organisation: string, table: Table, manifest: DepositManifest, now: number): void {
  const rule = table.deposits?.anonymous;
  if (manifest.anonymous === null || rule === undefined) return;
  if ([now, now - 86_400_000].some((at) => roundOf(rule.round, at) === manifest.anonymous?.round)) return;
  throw refuseAt(organisation)(
    'deposit/other-round',
    'The token is for another round than the present one.',
    'Get a token for this round and deposit again.',
  );
}

/** What runs agree on batch by batch: one contributor may not fill the list of all of them with single rows. */
const MOST_ACCEPTED = 1000;

/**
 * Throws RefusedError `deposit/too-many-rows` or `deposit/too-many` if a giver has no room beside what counts already;
 * `deposit/unsettled` if too much of what was replaced is still kept.
 */
export function checkRoom(
  organisation: string,
  { rows, replace = false }: { rows: number; replace?: boolean },
  accepted: readonly { rows: number; successor: string | null }[],
  most: number,
): void {
  const refuse = refuseAt(organisation);
  const counting = replace ? [] : accepted.filter((o) => o.successor === null);
  const all = counting.reduce((n, o) => n + o.rows, rows);
  if (all > most)
    throw refuse(
      'deposit/too-many-rows',
      `With this deposit the contributor would have ${all} rows in the table; the agreement allows ${most}.`,
      'Deposit fewer rows, or use --replace.',
    );
  const kept = accepted.reduce((n, o) => n + o.rows, rows);
  if (kept > 2 * most || accepted.length >= 2 * MOST_ACCEPTED)
    throw refuse(
      'deposit/unsettled',
      'What this contributor replaced before is still kept, because it was not shown that all compute parties have what replaces it.',
      'Run the command that was cut off again, or withdraw the deposits: sluis contribute list',
    );
  if (counting.length >= MOST_ACCEPTED)
    throw refuse(
      'deposit/too-many',
      `The contributor has ${counting.length} deposits in the table; no more than ${MOST_ACCEPTED} are kept beside each other.`,
      'Deposit all rows again in one file, with --replace.',
    );
}

/** Throws unless the request is fresh and signed by the key. */
export function checkRequest(organisation: string, key: string | null, request: SignedDepositRequest, now: number): void {
  const refuse = refuseAt(organisation);
  if (key === null || !verifySignature(fromHex(key), 'deposit-request', canonicalBytes(request.statement), fromHex(request.signature)))
    throw refuse(
      'deposit/bad-signature',
      'The request does not carry the signature of who it says it is from.',
      'Use the identity file whose public key stands in the agreement.',
    );
  checkFresh(organisation, request, now);
}

/** Throws RefusedError `deposit/clock-skew` unless the request was made just now. */
export function checkFresh(organisation: string, request: { readonly statement: { readonly at: string } }, now: number): void {
  if (Math.abs(Date.parse(request.statement.at) - now) > SKEW_MS)
    throw refuseAt(organisation)(
      'deposit/clock-skew',
      `The clocks of this machine and ${organisation} differ by more than five minutes.`,
      'Synchronise the clock (NTP) and try again.',
    );
}

export const malformed = (what: string): InvalidError =>
  new InvalidError('deposit/malformed', {
    stage: 'contribution',
    message: `A deposit is not of the agreed form: ${what}.`,
    remedy: 'Bring contributor and stations to the same release of Sluis.',
  });
