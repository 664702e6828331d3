/** Storage port of collections: reports as they came (split ones sealed), and which sum each of them is in. */
import type { CollectionPlace } from '@sluis/model';

/**
 * `waiting`: not yet checked with the other aggregator (at the first one only). `valid`, `invalid`: checked; local
 * reports are valid at once. `released`: in a sum; its shares are deleted, and its nonce stays so that it can't come again.
 */
export type ReportState = 'waiting' | 'valid' | 'invalid' | 'released';

export interface ReportRecord extends CollectionPlace {
  /** 32 hexadecimal digits, chosen by whoever reports. */
  readonly nonce: string;
  /** Base64; empty once the report is released or invalid. */
  readonly publicShare: string;
  /**
   * The input share, sealed to this station (base64); as above. At the first aggregator followed by a space and the other's, which
   * goes on to it. Of a local report: the report itself, as it came.
   */
  readonly box: string;
  readonly state: ReportState;
  /** What both aggregators' check gave (base64), with which the share can be opened again; null before, and if invalid. */
  readonly verdict: string | null;
  readonly at: number;
}

export interface ReleaseRecord extends CollectionPlace {
  /** 32 hexadecimal digits. */
  readonly release: string;
  readonly reports: number;
  readonly digest: string;
  /** Sealed aggregate shares by receiver, JSON; null until this station's part is complete. */
  readonly boxes: string | null;
  readonly at: number;
}

export type ReportCounts = Readonly<Record<ReportState, number>>;

/** Every method is one transaction, durable when it resolves. */
export interface CollectionStore {
  /** This station's sealed copy of the verification key (base64), or null. */
  verifyKey(place: CollectionPlace): Promise<string | null>;
  /** Keeps the first one; gives the one that is kept. */
  saveVerifyKey(place: CollectionPlace, sealed: string, at: number): Promise<string>;

  /** Inserts, or gives the report with this nonce that is there. */
  addReport(record: ReportRecord): Promise<ReportRecord>;
  /** Collections that have reports to be checked. */
  waitingPlaces(): Promise<CollectionPlace[]>;
  /** Reports to be checked, oldest first. */
  waitingReports(place: CollectionPlace, limit: number): Promise<ReportRecord[]>;
  /** From `waiting` to valid (with a verdict) or invalid (null; its shares are deleted). False if it is decided already. */
  decideReport(place: CollectionPlace, nonce: string, verdict: string | null): Promise<boolean>;
  countReports(place: CollectionPlace): Promise<ReportCounts>;

  /**
   * Marks valid reports as being in this sum: those with these nonces, or with null all that there are. All or nothing, and the
   * same again changes nothing. Gives their nonces.
   *
   * @throws RefusedError `collection/too-few-reports` below `minimum`, `collection/reports-differ` if one is not valid here or is
   *   in another sum.
   */
  beginRelease(place: CollectionPlace, release: string, nonces: readonly string[] | null, minimum: number, at: number): Promise<string[]>;
  /** Reports of a sum whose shares are still here. */
  releaseReports(place: CollectionPlace, release: string): Promise<ReportRecord[]>;
  /** Keeps the sealed aggregate shares, and deletes the shares of the reports in it. */
  finishRelease(place: CollectionPlace, release: string, boxes: string): Promise<void>;
  /** Oldest first. */
  releases(place: CollectionPlace): Promise<ReleaseRecord[]>;
}
