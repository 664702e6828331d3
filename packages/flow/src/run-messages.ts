/** What participants send each other within a run: shares, rows, deliveries, output checks, and how far they are. */
import type { AdmittedRun, RunMessage, StationContext } from './context.ts';
import { participantsOf } from './context.ts';
import type { KnownRuns } from './known-runs.ts';
import { readMessage } from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import { type CheckDecision, type OpenCheck, reported, sendCheck } from './output-checking.ts';
import { rowsPieceSchema } from './row-pieces.ts';
import { OPEN, type RunEnds } from './run-ends.ts';

/** For bringing a checker's word to a compute party. */
const VERDICT_MS = 30_000;

export class RunMessages {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #runs: KnownRuns;
  readonly #ends: RunEnds;

  constructor(station: StationContext, messenger: Messenger, runs: KnownRuns, ends: RunEnds) {
    this.#station = station;
    this.#messenger = messenger;
    this.#runs = runs;
    this.#ends = ends;
  }

  /** Takes a sealed body that another participant sends within a run. */
  async bodyArrived(
    id: string,
    attempt: number,
    type: RunMessage,
    from: string,
    body: Uint8Array,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const run = await this.#runs.admitted(id);
    await this.#ends.require(id, OPEN);
    if (attempt !== 1) throw new RangeError('runs have one attempt');
    const { mailboxes, reports } = this.#runs.open(run);
    if (type === 'rows') mailboxes.rows.put(from, readMessage(rowsPieceSchema, header, 'rows', from), body);
    else if (type === 'share') {
      mailboxes.shares.put(from, body);
      if (typeof header['data'] === 'string') mailboxes.data.set(from, header['data']);
    } else if (type === 'report') reported(this.#station, reports, run, from, body);
    else if (type === 'verdict') mailboxes.checks.put(run, from, body);
    else mailboxes.deliveries.put(from, body);
  }

  /** Sends a body to another participant, or hands it over here. */
  send(
    run: AdmittedRun,
    message: { readonly attempt: number; readonly type: RunMessage; readonly to: string; readonly header: Record<string, unknown> },
    body: Uint8Array,
    wait: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<void> {
    const { attempt, type, to, header } = message;
    const { organisation } = this.#station;
    return to === organisation
      ? this.bodyArrived(run.proposal.run, attempt, type, organisation, body, header)
      : this.#messenger.body(to, run, attempt, type, header, body, wait);
  }

  /** Another participant's step, as its coordinator shows it. What is told of a run that is not under way here is not kept. */
  progressArrived(id: string, certificate: string, step: string, detail: string): void {
    const admitted = this.#runs.active(id)?.admitted;
    if (admitted === undefined || admitted.proposal.coordinator !== this.#station.organisation) return;
    const sender = admitted.agreement.organisations.find((o) => o.certificate === certificate)?.name;
    if (sender !== undefined && participantsOf(admitted).includes(sender)) this.#station.events.emit(id, step, sender, detail);
  }

  /** Shows a step of this station here and at the coordinator. */
  progress(run: AdmittedRun, step: string, detail: string): void {
    const { events, organisation } = this.#station;
    const { coordinator, run: id } = run.proposal;
    events.emit(id, step, organisation, detail);
    if (coordinator !== organisation) this.#messenger.progress(coordinator, run, step, detail);
  }

  /** Releases that wait for an output checker of this organisation. */
  openChecks(): OpenCheck[] {
    return this.#runs.all().flatMap(({ admitted, reports }) => reports.waiting(admitted) ?? []);
  }

  /** This organisation's word on a release that waits for it. Run by: an output checker. */
  async check(id: string, decision: CheckDecision): Promise<void> {
    const run = await this.#runs.admitted(id);
    await this.#ends.require(id, ['running']);
    const { controller, reports } = this.#runs.open(run);
    const wait = { signal: controller.signal, timeoutMs: VERDICT_MS };
    await sendCheck(this.#station, reports, run, decision, (to, body) =>
      this.send(run, { attempt: 1, type: 'verdict', to, header: {} }, body, wait),
    );
  }
}
