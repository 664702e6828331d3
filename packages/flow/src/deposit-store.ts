/** Storage ports of deposits: what a compute party writes down about them, and where their encrypted shares lie. */
import type { DepositState } from '@sluis/model';

export interface DepositRecord {
  readonly batch: string;
  readonly collaboration: string;
  readonly agreement: string;
  readonly table: string;
  /** Name in the agreement, or an anonymous deposit's own. */
  readonly giver: string;
  /** Hash of an anonymous deposit's token, taken once; null for named ones. */
  readonly token: string | null;
  readonly rows: number;
  /** Signed manifest as received, canonical JSON. */
  readonly manifest: string;
  readonly state: DepositState;
  readonly reason: string | null;
  /** The deposit that takes its place once all compute parties have accepted that one; until then it is kept. */
  readonly successor: string | null;
  readonly checked: boolean;
  /** The deposit's data key, sealed to this station (base64); null once its shares are deleted. */
  readonly key: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A stored piece: digests (hexadecimal) of this party's own component and of the next one. */
export interface PieceRecord {
  readonly piece: number;
  readonly digests: readonly [string, string];
}

export interface DepositFilter {
  readonly collaboration?: string;
  readonly table?: string;
  readonly giver?: string;
  readonly states?: readonly DepositState[];
}

/** States in which shares are kept. */
export const LIVE: readonly DepositState[] = ['uploading', 'accepted'];

/** Every method is one transaction, durable when it resolves. */
export interface DepositStore {
  /** Inserts, or gives the record that is there. Throws RefusedError `deposit/token-spent` if another deposit has the token. */
  openDeposit(record: DepositRecord): Promise<DepositRecord>;
  deposit(batch: string): Promise<DepositRecord | null>;
  /** Oldest first. */
  deposits(filter: DepositFilter): Promise<DepositRecord[]>;
  /** Stored pieces in order. */
  pieces(batch: string): Promise<PieceRecord[]>;
  /** Idempotent; false if the deposit is not being uploaded any more. */
  savePiece(batch: string, piece: PieceRecord): Promise<boolean>;
  /**
   * Accepts a deposit whose pieces are all there and, with `replace`, makes it the successor of the giver's earlier ones in
   * that table that have none yet. Throws RefusedError `deposit/too-many-rows` if the giver would have
   * more rows than `most`, `deposit/not-open` if it isn't being uploaded.
   */
  acceptDeposit(batch: string, replace: boolean, most: number, at: number): Promise<void>;
  /**
   * Ends a deposit: forgets its key and pieces. What it was the successor of has none any more, or that for which it was
   * itself `replaced` (then `reason` names it). False if it was in none of these states.
   */
  endDeposit(batch: string, from: readonly DepositState[], to: DepositState, reason: string | null, at: number): Promise<boolean>;
  markDepositsChecked(batches: readonly string[]): Promise<void>;
  /** Inserts, or gives the blinded element that this member's token of this round was made from. */
  saveToken(record: TokenRecord): Promise<{ readonly blinded: string; readonly fresh: boolean }>;
}

/** A token that an issuer has given: to whom and for what, never the token itself. */
export interface TokenRecord {
  readonly collaboration: string;
  readonly table: string;
  readonly round: string;
  readonly member: string;
  /** Blinded element, hexadecimal. */
  readonly blinded: string;
  readonly at: number;
}

/** Files of encrypted pieces. Written whole or not at all; durable when `put` resolves. */
export interface ShareFiles {
  put(batch: string, piece: number, bytes: Uint8Array): Promise<void>;
  /** Throws StationError `store/failed` if it is not there. */
  get(batch: string, piece: number): Promise<Uint8Array>;
  remove(batch: string): Promise<void>;
  /** Deposits that have files. */
  list(): Promise<string[]>;
}
