/** Runs that are not over at a station: as they were admitted, what has arrived for them, and whether they can still be started. */
import type { SluisError } from '@sluis/base';
import { layoutOf, pushdownProviders } from '@sluis/model';
import { requiredApprovals } from './approvals.ts';
import { deliveryLimit, type Mailboxes, rowsLimits, shareLimit } from './attempt.ts';
import type { AdmittedRun, StationContext } from './context.ts';
import { Mailbox } from './mailbox.ts';
import type { SignedProposal } from './messages.ts';
import { CheckMailbox, CheckReports } from './output-checking.ts';
import { RowsMailbox } from './rows-mailbox.ts';
import type { BadEnd, RunEnds } from './run-ends.ts';
import { WrittenRuns } from './written-runs.ts';

/** A question that nobody has to approve is started at once; after this its coordinator has given up or is gone. */
const START_MS = 120_000;

export interface ActiveRun {
  readonly admitted: AdmittedRun;
  readonly controller: AbortController;
  readonly mailboxes: Mailboxes;
  /** At an output checker's station: what the compute parties told. */
  readonly reports: CheckReports;
  /** Resolves when the run is over at this station. */
  readonly over: PromiseWithResolvers<void>;
}

export class KnownRuns {
  readonly #station: StationContext;
  readonly #ends: RunEnds;
  readonly #written: WrittenRuns;
  readonly #active = new Map<string, ActiveRun>();
  /** Runs that are not started yet, and whether they never will be any more. */
  readonly #pending = new Map<string, () => boolean>();

  constructor(station: StationContext, ends: RunEnds) {
    this.#station = station;
    this.#ends = ends;
    this.#written = new WrittenRuns(station);
  }

  /** Checks a proposal and writes it down; from now on messages of the run are taken. Throws RefusedError. */
  async add(signed: SignedProposal, claimedPlan: unknown): Promise<AdmittedRun> {
    const admitted = await this.#written.add(signed, claimedPlan);
    this.open(admitted);
    this.expect(admitted);
    return admitted;
  }

  /** The run as this station admitted it; planned anew after a restart. */
  async admitted(id: string): Promise<AdmittedRun> {
    return this.#active.get(id)?.admitted ?? this.#written.read(id);
  }

  /** Undefined for a run of which nothing is under way here. */
  active(id: string): ActiveRun | undefined {
    return this.#active.get(id);
  }

  all(): ActiveRun[] {
    return [...this.#active.values()];
  }

  /** Makes room for what will arrive, once a run. */
  open(admitted: AdmittedRun): ActiveRun {
    const known = this.#active.get(admitted.proposal.run);
    if (known !== undefined) return known;
    const { plan } = admitted.prepared;
    const words = layoutOf(plan).reduce((n, c) => n + c.words, 0);
    const active: ActiveRun = {
      admitted,
      controller: new AbortController(),
      over: Promise.withResolvers(),
      reports: new CheckReports(),
      mailboxes: {
        shares: new Mailbox('share', pushdownProviders(plan), shareLimit(plan.cellCount, words)),
        rows: new RowsMailbox(plan, rowsLimits(plan, admitted.agreement)),
        checks: new CheckMailbox(),
        data: new Map(),
        deliveries: new Mailbox('delivery', plan.committee, deliveryLimit(plan, admitted.agreement)),
      },
    };
    this.#active.set(admitted.proposal.run, active);
    return active;
  }

  /** Notes until when a run must have been started. */
  expect(run: AdmittedRun): void {
    const { clock } = this.#station;
    const [since, expires] = [clock.elapsed(), Date.parse(run.proposal.expires_at)];
    const waits = requiredApprovals(run).length > 0;
    this.#pending.set(run.proposal.run, () => (waits ? clock.now() >= expires : clock.elapsed() >= since + START_MS));
  }

  started(id: string): void {
    this.#pending.delete(id);
  }

  /** Runs that should have been started by now; each is named once. */
  takeLate(): string[] {
    const late = [...this.#pending].filter(([, isLate]) => isLate()).map(([id]) => id);
    for (const id of late) this.#pending.delete(id);
    return late;
  }

  /** Marks a run as ended here, and stops whatever part of it is being played. Idempotent. */
  async end(id: string, state: BadEnd, error: SluisError): Promise<void> {
    this.#active.get(id)?.controller.abort(error);
    await this.#ends.end(id, state, error);
    this.over(id);
  }

  over(id: string): void {
    this.#pending.delete(id);
    this.#active.get(id)?.over.resolve();
    this.#active.delete(id);
  }
}
