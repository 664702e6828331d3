/** Storage port of intersections between two stations: their runs, what was begun, and what this station put in. */
import type { IntersectionState } from '@sluis/model';

/** What both sides said of their inputs; `salt` is this station's, for its own commitment. */
export interface KeptInputs {
  readonly own: { readonly declared: number; readonly commitment: string | null; readonly salt: string };
  readonly peer: { readonly declared: number; readonly commitment: string | null } | null;
}

/** A run without its result, which may be many megabytes. */
export interface IntersectionRecord {
  readonly run: string;
  readonly collaboration: string;
  readonly agreement: string;
  readonly intersection: string;
  readonly coordinator: string;
  readonly analyst: string;
  readonly state: IntersectionState;
  readonly attempt: number;
  /** Signed proposal, canonical JSON. */
  readonly proposal: string;
  /** Organisation → signed approval, JSON. */
  readonly approvals: string;
  /** Lots as JSON: this station's half, and the other's once it is known. */
  readonly lots: string;
  /** KeptInputs as JSON, from the first attempt on: later ones must have the same. */
  readonly inputs: string | null;
  readonly error: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type IntersectionChange = Partial<Pick<IntersectionRecord, 'state' | 'attempt' | 'approvals' | 'lots' | 'inputs' | 'error'>>;

/** One attempt that was begun here. Never deleted: limits count them. */
export interface BegunAttempt {
  readonly run: string;
  readonly attempt: number;
  readonly ownSize: number;
  readonly peerSize: number;
}

/** An attempt as it is written down. */
export interface NewAttempt extends BegunAttempt {
  readonly collaboration: string;
  readonly intersection: string;
  /** Sorted 8-byte fingerprints of this station's items, base64; empty where no limit needs them. */
  readonly fingerprints: string;
  readonly at: number;
}

/** Every method is one transaction, durable when it resolves. Absence is null. */
export interface IntersectionStore {
  /** Throws RefusedError `run/replayed` if the run is there. */
  createIntersection(record: IntersectionRecord): Promise<void>;
  intersection(run: string): Promise<IntersectionRecord | null>;
  /** Newest first. */
  intersections(limit: number): Promise<IntersectionRecord[]>;
  /** All runs in one of these states, by id. */
  intersectionsIn(states: readonly IntersectionState[]): Promise<string[]>;
  /** Changes a run that is in one of these states; false if it is in another. */
  changeIntersection(run: string, from: readonly IntersectionState[], change: IntersectionChange, at: number): Promise<boolean>;
  /** Keeps the result (IntersectionResult as JSON) of a run that is running, which is then released; false if it is in another state. */
  releaseIntersection(run: string, result: string, at: number): Promise<boolean>;
  intersectionResult(run: string): Promise<string | null>;
  /** Throws RefusedError `run/replayed` if the attempt was begun before. */
  beginAttempt(attempt: NewAttempt): Promise<void>;
  /** Attempts since then, oldest first; without reading fingerprints, which may be many megabytes each. */
  begunAttempts(collaboration: string, intersection: string, since: number): Promise<BegunAttempt[]>;
  /** Null if the attempt was never begun. */
  attemptFingerprints(run: string, attempt: number): Promise<string | null>;
  /** How many attempts were begun since then. */
  countAttempts(collaboration: string, intersection: string, since: number): Promise<number>;
  countProposals(collaboration: string, intersection: string, coordinator: string, since: number): Promise<number>;
}
