/** Errors of Sluis: one base class, a stable code, and text that says what, where and what to do next. */

export type Stage =
  | 'usage'
  | 'agreement'
  | 'dataset'
  | 'plan'
  | 'approve'
  | 'run'
  | 'contribution'
  | 'share'
  | 'aggregate'
  | 'mechanism'
  | 'release'
  | 'receipt'
  | 'wire'
  | 'store'
  | 'keys'
  | 'ledger'
  | 'access';

export interface ErrorDetails {
  /** Where in the flow it happened. */
  stage: Stage;
  /** One or two sentences: what happened and where. Never a value, a share or a key. */
  message: string;
  /** What the reader can do next. */
  remedy?: string;
  /** The organisation concerned, if one is. */
  party?: string;
  cause?: unknown;
}

/** The form in which an error crosses a wire or is printed as JSON. */
export interface ErrorRecord {
  code: string;
  message: string;
  remedy: string | null;
  stage: string;
  party: string | null;
}

/** Base of every expected failure. `exitCode` is the command line's (see docs/cli). */
export class SluisError extends Error {
  readonly code: string;
  readonly stage: Stage;
  readonly remedy: string | null;
  readonly party: string | null;
  readonly exitCode: number = 1;

  constructor(code: string, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.stage = details.stage;
    this.remedy = details.remedy ?? null;
    this.party = details.party ?? null;
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, remedy: this.remedy, stage: this.stage, party: this.party };
  }
}

/** A file, argument or message is not of the required form (exit code 2). */
export class InvalidError extends SluisError {
  override readonly exitCode = 2;
}
/** Policy, agreement, column uses, budget or SQL support says no (exit code 3). */
export class RefusedError extends SluisError {
  override readonly exitCode = 3;
}
/** Everything is suppressed or empty (exit code 4). */
export class NothingReleasedError extends SluisError {
  override readonly exitCode = 4;
}
/** A peer failed, misbehaved or time ran out (exit code 5). */
export class PeerError extends SluisError {
  override readonly exitCode = 5;
}
/** A message or share breaks the protocol; the run ends (exit code 5). */
export class ProtocolError extends PeerError {}
/** This station itself failed: disk, engine, configuration (exit code 1). */
export class StationError extends SluisError {}

const CLASSES: Record<number, new (code: string, details: ErrorDetails) => SluisError> = {
  1: StationError,
  2: InvalidError,
  3: RefusedError,
  4: NothingReleasedError,
  5: PeerError,
};

/** Rebuilds an error that crossed a wire; an unknown exit code becomes a StationError. */
export function errorFromRecord(record: ErrorRecord, exitCode: number): SluisError {
  const Class = CLASSES[exitCode] ?? StationError;
  return new Class(record.code, {
    stage: record.stage as Stage,
    message: record.message,
    ...(record.remedy === null ? {} : { remedy: record.remedy }),
    ...(record.party === null ? {} : { party: record.party }),
  });
}

/** Turns anything thrown into a SluisError; text of unknown errors is withheld because it may hold values. */
export function toSluisError(thrown: unknown, stage: Stage): SluisError {
  if (thrown instanceof SluisError) return thrown;
  return new StationError('internal/unexpected', {
    stage,
    message: 'An unexpected fault happened inside this station.',
    remedy: "See the station's own log; report it if it repeats.",
    cause: thrown,
  });
}
