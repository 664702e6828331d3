/** Storage and engine ports of the flow. `store` and `engine` implement them; the station injects them. */
import type { CellValue, OwnKey, Plan, RecordTerms, Released, ResultTable, Table, Vectors } from '@sluis/model';
import type { Prepared } from '@sluis/planner';

export type AgreementState = 'proposed' | 'in-force' | 'superseded';

export interface AgreementRecord {
  readonly id: string;
  readonly collaboration: string;
  readonly version: number;
  readonly state: AgreementState;
  /** Canonical JSON of the agreement. */
  readonly canonical: string;
  /** Organisation → signature, hexadecimal. */
  readonly signatures: Readonly<Record<string, string>>;
  readonly receivedAt: number;
}

export type RunState = 'proposed' | 'waiting' | 'running' | 'released' | 'suppressed' | 'refused' | 'failed' | 'cancelled';

export interface RunRecord {
  readonly id: string;
  readonly collaboration: string;
  readonly agreement: string;
  readonly plan: string;
  readonly sql: string;
  readonly template: string | null;
  readonly coordinator: string;
  readonly analyst: string;
  readonly state: RunState;
  readonly attempt: number;
  /** Signed proposal as received, canonical JSON. */
  readonly proposal: string;
  /** ErrorRecord with exit code as JSON, if it ended badly. */
  readonly error: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ApprovalRecord {
  readonly run: string;
  readonly organisation: string;
  /** Signed approval as received, canonical JSON. */
  readonly approval: string;
}

export interface DatasetRecord {
  readonly collaboration: string;
  readonly table: string;
  readonly agreement: string;
  /** SELECT over the local source, in the station's own engine. */
  readonly sql: string;
  /** Engine-specific binding (attachments, fingerprint of the checked source) as JSON. */
  readonly binding: string;
  /** Check report, for the owner only, as JSON. */
  readonly report: string;
  readonly connectedAt: number;
}

export interface ResultRecord {
  readonly run: string;
  /** ResultTable as JSON, null at organisations that are no receivers. */
  readonly result: string | null;
  /** Canonical JSON of the receipt. */
  readonly receipt: string;
  readonly savedAt: number;
}

/** In which role a station remembers a release: a compute party knows which cells were shown. */
export type GuardRole = 'provider' | 'compute-party';

/** What a station remembers of a release for the guard against differences. Never changed or deleted. */
export interface FootprintRecord {
  readonly run: string;
  readonly role: GuardRole;
  readonly collaboration: string;
  readonly table: string;
  /** JSON of `GuardedRelease`'s members. */
  readonly data: string;
  readonly footprint: string;
  readonly shown: string | null;
  readonly at: number;
}

/** Every method is durable when it resolves. Dates are milliseconds since 1970. Absence is null. */
export interface StationStore {
  saveAgreement(record: AgreementRecord): Promise<void>;
  agreement(id: string): Promise<AgreementRecord | null>;
  /** Newest version first. */
  agreements(collaboration?: string): Promise<AgreementRecord[]>;
  /** Adds signatures; returns the record as it is afterwards. */
  addSignatures(id: string, signatures: Readonly<Record<string, string>>): Promise<AgreementRecord>;
  /** Marks one version in force and every other in-force version of its collaboration superseded, atomically. */
  putInForce(id: string): Promise<void>;

  saveDataset(record: DatasetRecord): Promise<void>;
  dataset(collaboration: string, table: string): Promise<DatasetRecord | null>;
  datasets(): Promise<DatasetRecord[]>;
  removeDataset(collaboration: string, table: string): Promise<boolean>;

  /** Inserts; throws RefusedError `run/replayed` if the id exists. */
  createRun(record: RunRecord): Promise<void>;
  run(id: string): Promise<RunRecord | null>;
  /** Newest first. */
  runs(limit: number): Promise<RunRecord[]>;
  /** Moves from one of `from` to `to`, atomically; false if the run is in another state. */
  moveRun(
    id: string,
    from: readonly RunState[],
    to: RunState,
    change?: { attempt?: number; error?: string | null; at: number },
  ): Promise<boolean>;
  /** Questions that this analyst of this organisation proposed since `since`. */
  countRuns(collaboration: string, coordinator: string, analyst: string, since: number): Promise<number>;

  /** Idempotent; throws RefusedError `approve/conflict` if another approval of the same organisation is there. */
  saveApproval(record: ApprovalRecord): Promise<void>;
  approvals(run: string): Promise<ApprovalRecord[]>;

  saveResult(record: ResultRecord): Promise<void>;
  result(run: string): Promise<ResultRecord | null>;

  /** Idempotent for the same record; throws StationError `store/footprint-exists` for another of the same run and role. */
  saveFootprint(record: FootprintRecord): Promise<void>;
  /** Those of a table in a role whose `data` is wanted, oldest first. */
  footprints(collaboration: string, table: string, role: GuardRole, wanted: (data: string) => boolean): Promise<FootprintRecord[]>;

  close(): Promise<void>;
}

/** The provider's engine. Every failure inside it surfaces as StationError `engine/failed` without details. */
export interface ProviderEngine {
  /** This organisation's partial aggregates in the plan's layout. `signal` cancels. */
  partials(prepared: Prepared, dataset: DatasetRecord, signal: AbortSignal): Promise<Vectors>;
  /**
   * All rows of source `index` of the plan's rows, encoded: one-word vectors in the order of `rowVectors` over the source's
   * columns. Rows that the source's own condition leaves out are there as well, marked as not valid.
   */
  rows(prepared: Prepared, index: number, wanted: RowsWanted, signal: AbortSignal): Promise<EncodedRows>;
  /** Those different texts in columns of this organisation's own rows that are wanted. Run by: a receiver. */
  texts(
    prepared: Prepared,
    of: { readonly table: string; readonly columns: readonly string[] },
    wanted: (text: string) => boolean,
    dataset: DatasetRecord,
    signal: AbortSignal,
  ): Promise<string[]>;
}

/** What the agreement declares for the source, and the data. */
export interface RowsWanted {
  readonly table: Table;
  readonly matchings: readonly RecordTerms[];
  readonly dataset: DatasetRecord;
}

export interface EncodedRows {
  readonly vectors: Vectors;
  /** For the owner only. */
  readonly own: readonly OwnMatching[];
}

/** What became of the own rows' keys under a matching. */
export interface OwnMatching {
  readonly matching: string;
  readonly keys: readonly OwnKey[];
  /** Rows without any value to be compared by likeness. */
  readonly empty: number;
}

/** The receiver's engine: turns opened integers into the answer (types, expressions, HAVING, ORDER BY, LIMIT). */
export interface Finaliser {
  /** `texts` are those behind opened hashes of keys, as far as the receiver has them; InvalidError for any other. */
  finalise(prepared: Prepared, released: Released, texts?: readonly string[]): Promise<ResultTable>;
}

/** Some of a deposit's rows: all columns of its table, as `rowVectors(encodingsOf(table))` lists them. */
export interface DepositedPiece {
  readonly rows: number;
  /** This compute party's message, for `SharingTechnique.combine(me, message, rows, words)` with one word per vector. */
  open(): Promise<Uint8Array>;
}

/** Rows that somebody deposited, as one compute party holds them: two of three components, encrypted at rest. */
export interface DepositedBatch {
  /** 32 hexadecimal digits, the same at all three compute parties. */
  readonly batch: string;
  /** Name in the agreement; an anonymous member's deposit has a name of its own that says nothing about who it is. */
  readonly contributor: string;
  /** Rows in all pieces together. */
  readonly rows: number;
  /** Whether this party has found all values within bounds (see `markChecked`). */
  readonly checked: boolean;
  /** The deposit that takes its place in every run in which all three compute parties have that one. */
  readonly successor: string | null;
  /**
   * Digest (hexadecimal) of component `which` over all pieces, bound to batch and agreement: equal at its two holders, or
   * the contributor or a compute party cheats. RangeError for the component that this party lacks.
   */
  digest(which: 0 | 1 | 2): string;
  /** In the order of the rows; at most 65,536 rows each, so that they can be read one after the other. */
  readonly pieces: readonly DepositedPiece[];
}

/** What a compute party holds of others' deposits. Every method is durable when it resolves. */
export interface Deposits {
  /** Deposits that count now (accepted, not replaced, withdrawn, rejected or expired), in the order of their ids. */
  batches(collaboration: string, table: string, agreementId: string): Promise<readonly DepositedBatch[]>;
  /** Remembers that the compute parties together found all values of these deposits within bounds. */
  markChecked(batches: readonly string[]): Promise<void>;
  /** Takes a deposit out for good, deletes its shares, and logs why; the contributor sees the code. */
  reject(batch: string, reason: string): Promise<void>;
}

export type { CellValue, Plan };
