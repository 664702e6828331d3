/** Ports through which services of floor 3 and higher meet without importing each other. The station wires them. */

/** Signs for one organisation. `purpose` separates domains; a signature for one purpose verifies for no other. */
export interface Signer {
  readonly organisation: string;
  /** Ed25519 signature (64 bytes) over purpose and message. */
  sign(purpose: SignaturePurpose, message: Uint8Array): Promise<Uint8Array>;
}
export type SignaturePurpose =
  | 'agreement'
  | 'proposal'
  | 'answer'
  | 'approval'
  | 'share'
  | 'receipt'
  | 'checkpoint'
  /** A version of a database for private lookup. */
  | 'lookup'
  | 'cancel'
  /** An output checker's word on one release. */
  | 'check'
  /** Manifest of rows that are deposited, and what a contributor asks about them afterwards. */
  | 'deposit'
  | 'deposit-request'
  /** That a deposit shall count (its giver's word), and that it does (a compute party's). */
  | 'deposit-accept'
  | 'deposit-accepted'
  /** Never sent, as below: the key under which a station fingerprints what it has put into intersections. */
  | 'fingerprint-secret'
  /** Never sent: Ed25519 signatures are deterministic, so this one is a secret that only the key's owner can make again. */
  | 'deposit-secret';

/** Opens what was sealed to this organisation. */
export interface Opener {
  /** Throws ProtocolError `crypto/cannot-open` if the box was not sealed to this key with this info and context. */
  open(box: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

export type LedgerEventKind =
  | 'station.started'
  | 'agreement.proposed'
  | 'agreement.signed'
  | 'agreement.in-force'
  | 'dataset.connected'
  | 'dataset.removed'
  | 'run.proposed'
  | 'run.refused'
  | 'run.approved'
  | 'run.started'
  | 'run.step'
  | 'run.failed'
  | 'run.cancelled'
  | 'contribution.computed'
  | 'share.sent'
  | 'share.accepted'
  | 'aggregate.decided'
  | 'noise.none'
  | 'noise.added'
  | 'budget.charged'
  | 'deposit.accepted'
  | 'deposit.replaced'
  | 'deposit.withdrawn'
  | 'deposit.rejected'
  | 'deposit.expired'
  | 'token.issued'
  | 'collection.released'
  | 'collection.received'
  | 'intersection.proposed'
  | 'intersection.approved'
  | 'intersection.committed'
  | 'intersection.computed'
  | 'intersection.failed'
  | 'intersection.received'
  | 'intersection.audited'
  | 'release.opened'
  | 'release.assessed'
  | 'release.checked'
  | 'release.received'
  | 'receipt.issued';

export interface LedgerEvent {
  readonly kind: LedgerEventKind;
  /** Identifiers and counts only: never a value of a dataset. */
  readonly details: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/** The tamper-evident log. `append` returns only when the entry is durable. */
export interface AuditSink {
  append(event: LedgerEvent): Promise<{ readonly index: number }>;
}

/** Ordered, authenticated messages between the three compute parties of one run and attempt. */
export interface CommitteeLinks {
  readonly me: 0 | 1 | 2;
  /** Sends one step's payload. Resolves when handed to the transport (with back-pressure). */
  send(to: 0 | 1 | 2, step: string, payload: Uint8Array): Promise<void>;
  /** The payload of that step from that party; throws PeerError naming peer and step on time-out or disconnection. */
  receive(from: 0 | 1 | 2, step: string): Promise<Uint8Array>;
  /** Marks the end of a communication round, for the meter. */
  round(): void;
}
