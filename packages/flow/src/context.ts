/** What the flow needs of its station, and what belongs to one run. */
import type { Clock, Random, Stopwatch } from '@sluis/base';
import type { Agreement, AuditSink, Opener, Organisation, Signer } from '@sluis/model';
import type { Prepared, SqlEngine } from '@sluis/planner';
import type { Registry } from '@sluis/technique';
import type { Peer, Wire } from '@sluis/wire';
import type { BudgetBook } from './budget-book.ts';
import type { Proposal } from './messages.ts';
import type { Deposits, Finaliser, ProviderEngine, StationStore } from './ports.ts';
import type { RunEvents } from './run-events.ts';

/** Proof that a release stands in a station's log, as receipts carry it. */
export interface LogProof {
  readonly checkpoint: string;
  readonly index: number;
  readonly leaf: string;
  readonly salt: string;
  readonly proof: string[];
}

export interface StationContext {
  readonly organisation: string;
  /** What agreements must name this station by. */
  readonly card: Pick<Organisation, 'identity' | 'sealing' | 'certificate'>;
  readonly store: StationStore;
  /** What has been spent on the tables of runs that this station took part in. */
  readonly budget: BudgetBook;
  readonly audit: AuditSink;
  /** Checkpoint and inclusion proof of a log entry. */
  readonly proveLogged: (index: number) => Promise<LogProof>;
  readonly signer: Signer;
  readonly opener: Opener;
  readonly wire: Wire;
  readonly sql: SqlEngine;
  readonly engine: ProviderEngine;
  readonly finaliser: Finaliser;
  readonly registry: Registry;
  /** What this station holds of others' deposits, if it is a compute party; absent where nothing can be deposited. */
  readonly deposits?: Deposits;
  readonly events: RunEvents;
  /** `now` for what is written down or compared with other stations, `elapsed` for how long something may still take. */
  readonly clock: Clock & Stopwatch;
  readonly random: Random;
}

/** A question this station has checked and planned for itself. */
export interface AdmittedRun {
  readonly proposal: Proposal;
  readonly agreement: Agreement;
  readonly prepared: Prepared;
}

/** One attempt of an admitted run at this station. */
export interface Attempt extends AdmittedRun {
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** How long any wait of this attempt may still take. */
  readonly timeLeftMs: () => number;
  /** Tells the coordinator (and the local log of events) which step this station has reached. */
  readonly progress: (step: string, detail: string) => void;
  /** Sends a message of this run to another participant's station (or hands it over locally to oneself). */
  readonly send: (to: string, type: RunMessage, header: Record<string, unknown>, body: Uint8Array) => Promise<void>;
}

/** Sealed bodies that participants send each other within a run. */
export type RunMessage = 'share' | 'rows' | 'delivery' | 'report' | 'verdict';

export function organisationOf(agreement: Agreement, name: string): Organisation {
  const found = agreement.organisations.find((o) => o.name === name);
  if (found === undefined) throw new RangeError(`the agreement names no organisation ${name}`);
  return found;
}

export function peerOf(agreement: Agreement, name: string): Peer {
  const o = organisationOf(agreement, name);
  return { name: o.name, address: o.station, certificate: o.certificate };
}

/** Everybody whose station takes part in a run: providers, compute parties, receivers, checkers and the coordinator. */
export function participantsOf(run: Pick<AdmittedRun, 'proposal' | 'prepared'>): string[] {
  const { plan } = run.prepared;
  return [...new Set([...plan.providers, ...plan.committee, ...plan.receivers, ...(plan.checking?.by ?? []), run.proposal.coordinator])];
}

/** Place of an organisation in the committee, or null. */
export function seatOf(plan: Prepared['plan'], organisation: string): 0 | 1 | 2 | null {
  const seat = plan.committee.indexOf(organisation);
  return seat === 0 || seat === 1 || seat === 2 ? seat : null;
}
