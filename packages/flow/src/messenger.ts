/** The flow over the wire: how runs are told to other stations, and what they may tell this one. */
import { canonicalBytes, errorFromRecord, PeerError, RefusedError, SluisError, StationError } from '@sluis/base';
import { type Agreement, type Receipt, receiptSchema } from '@sluis/model';
import type { Incoming, RequestOptions } from '@sluis/wire';
import { type AdmittedRun, participantsOf, peerOf, type RunMessage, type StationContext } from './context.ts';
import {
  endSchema,
  parseBody,
  progressSchema,
  readMessage,
  rowsReferenceSchema,
  runOnlySchema,
  runReferenceSchema,
  shareReferenceSchema,
  type SignedApproval,
  type SignedProposal,
  signedApprovalSchema,
  signedProposalSchema,
  startSchema,
} from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import type { Runs } from './run.ts';
import type { BadEnd } from './run-ends.ts';
import { signedAgreementOf } from './admission.ts';

/** Waits for peers that only check and write down. */
const SHORT_MS = 30_000;
/** What a run's start may take beyond the agreed time before the coordinator gives up on a silent peer. */
const GRACE_MS = 5_000;
/** For telling the end of a run to a station that may be gone. */
const END_MS = 10_000;
const NOTHING = new Uint8Array(0);

/** What was being done with a peer, for error texts. */
const DOING: Readonly<Record<string, string>> = {
  'run.propose': 'it was asked to check the question (step "propose")',
  'run.start': 'it was playing its part of the run',
  'run.finished': 'it was given the receipt (step "receipt")',
  'run.approval': 'it was given the approval (step "approve")',
  'run.share': 'it was given a share (step "share")',
  'run.rows': 'it was given rows (step "share")',
  'run.report': 'it was told what is to be checked (step "check")',
  'run.verdict': 'it was given the word of an output checker (step "check")',
  'run.delivery': 'it was given the result (step "receipt")',
};

export class WireMessenger implements Messenger {
  readonly #station: Pick<StationContext, 'wire' | 'organisation'>;

  constructor(station: Pick<StationContext, 'wire' | 'organisation'>) {
    this.#station = station;
  }

  async propose(to: string, run: AdmittedRun, signed: SignedProposal): Promise<void> {
    await this.#request(to, run, 'run.propose', { proposal: signed }, canonicalBytes(run.prepared.plan));
  }

  async start(
    to: string,
    run: AdmittedRun,
    attempt: number,
    approvals: readonly SignedApproval[],
    signal: AbortSignal,
  ): Promise<Receipt | null> {
    const timeoutMs = run.agreement.limits.run_seconds * 1000 + GRACE_MS;
    const message = { run: run.proposal.run, attempt, approvals };
    const reply = await this.#request(to, run, 'run.start', { run: run.proposal.run }, canonicalBytes(message), { timeoutMs, signal });
    return receiptIn(reply.body, to);
  }

  async finish(to: string, run: AdmittedRun, receipt: Receipt): Promise<void> {
    await this.#request(to, run, 'run.finished', { run: run.proposal.run }, canonicalBytes(receipt));
  }

  async end(to: string, run: AdmittedRun, state: BadEnd, error: SluisError): Promise<void> {
    const message = { run: run.proposal.run, state, error: { ...error.toRecord(), exitCode: Math.max(1, error.exitCode) } };
    const bounds = { timeoutMs: END_MS };
    await this.#request(to, run, 'run.end', { run: run.proposal.run }, canonicalBytes(message), bounds);
  }

  async approve(to: string, run: AdmittedRun, approval: SignedApproval): Promise<void> {
    await this.#request(to, run, 'run.approval', { run: run.proposal.run }, canonicalBytes(approval));
  }

  async receipt(from: string, run: AdmittedRun): Promise<Receipt | null> {
    const reply = await this.#request(from, run, 'run.receipt', { run: run.proposal.run }, NOTHING, { timeoutMs: END_MS });
    return receiptIn(reply.body, from);
  }

  async body(
    to: string,
    run: AdmittedRun,
    attempt: number,
    type: RunMessage,
    header: Record<string, unknown>,
    body: Uint8Array,
    bounds: RequestOptions,
  ): Promise<void> {
    await this.#request(to, run, `run.${type}`, { ...header, run: run.proposal.run, attempt }, body, bounds);
  }

  progress(to: string, run: AdmittedRun, step: string, detail: string): void {
    const peer = peerOf(run.agreement, to);
    // Progress is a courtesy: a coordinator that can't be told misses a line, nothing else.
    this.#station.wire.push(peer, 'run.progress', { run: run.proposal.run, step, detail }, NOTHING, {}).catch(() => undefined);
  }

  async #request(
    to: string,
    run: AdmittedRun,
    type: string,
    header: Record<string, unknown>,
    body: Uint8Array,
    bounds: RequestOptions = { timeoutMs: SHORT_MS },
  ) {
    try {
      return await this.#station.wire.request(peerOf(run.agreement, to), type, header, body, bounds);
    } catch (thrown) {
      throw whileDoing(thrown, to, DOING[type] ?? null);
    }
  }
}

/** A failure of the wire says what was being done; a failure inside the peer's own station is, for this one, a peer's failure. */
function whileDoing(thrown: unknown, to: string, doing: string | null): unknown {
  if (!(thrown instanceof SluisError)) return thrown;
  const broken = thrown.code.startsWith('wire/') && thrown.party === to && doing !== null;
  const inside = thrown instanceof StationError;
  if (!broken && !inside) return thrown;
  const { stage, party, message, remedy } = thrown;
  return new PeerError(thrown.code, {
    stage: stage === 'wire' ? 'run' : stage,
    party: party ?? to,
    message: inside ? `At ${party ?? to}: ${message}` : during(message, doing ?? ''),
    ...(remedy === null ? {} : { remedy }),
    cause: thrown,
  });
}

/** The wire's text ends with the type of the message; people are told what it was for. */
function during(message: string, doing: string): string {
  const cut = message.replace(/ \("run\.[a-z]+"\)\.$/, ` while ${doing}.`);
  return cut === message ? `${message} This happened while ${doing}.` : cut;
}

const receiptIn = (body: Uint8Array, from: string): Receipt | null =>
  body.length === 0 ? null : readMessage(receiptSchema, parseBody(body), 'receipt', from);

/** Registers what other stations may tell this one about runs. Senders are known by certificate and agreement only. */
export function serveRuns(station: StationContext, runs: Runs): void {
  const { wire } = station;
  wire.onRequest('run.propose', async (m) => {
    const signed = readMessage(signedProposalSchema, (m.header as Record<string, unknown>)['proposal'], 'run.propose', nameOf(m));
    const record = await station.store.agreement(signed.statement.agreement);
    if (record === null) throw notNamed(m);
    requireSender(signedAgreementOf(record).agreement, m, signed.statement.coordinator);
    await runs.accept(signed, parseBody(m.body));
    return {};
  });
  wire.onRequest('run.approval', async (m) => {
    const approval = readMessage(signedApprovalSchema, parseBody(m.body), 'run.approval', nameOf(m));
    const run = await runs.admitted(approval.statement.run);
    requireSender(run.agreement, m, approval.statement.organisation);
    await runs.approvalArrived(approval.statement.run, approval);
    return {};
  });
  wire.onRequest('run.start', async (m) => {
    const start = readMessage(startSchema, parseBody(m.body), 'run.start', nameOf(m));
    const run = await runs.admitted(start.run);
    requireSender(run.agreement, m, run.proposal.coordinator);
    const { receipt } = await runs.participate(start.run, start.attempt, start.approvals, m.signal);
    return { body: receipt === null ? NOTHING : canonicalBytes(receipt) };
  });
  wire.onRequest('run.finished', async (m) => {
    const receipt = readMessage(receiptSchema, parseBody(m.body), 'run.finished', nameOf(m));
    const run = await runs.admitted(receipt.body.run);
    requireSender(run.agreement, m, run.proposal.coordinator);
    await runs.finished(receipt.body.run, receipt);
    return {};
  });
  wire.onRequest('run.receipt', async (m) => {
    const { run: id } = readMessage(runOnlySchema, m.header, 'run.receipt', nameOf(m));
    const run = await runs.admitted(id);
    if (!participantsOf(run).includes(requireSender(run.agreement, m, null))) throw notNamed(m);
    const receipt = await runs.receiptOf(id);
    return { body: receipt === null ? NOTHING : canonicalBytes(receipt) };
  });
  wire.onRequest('run.end', async (m) => {
    const end = readMessage(endSchema, parseBody(m.body), 'run.end', nameOf(m));
    const run = await runs.admitted(end.run);
    const from = requireSender(run.agreement, m, null);
    const { exitCode, ...record } = end.error;
    // A provider's no reaches everybody from its own station; any other end is the coordinator's to tell.
    if (from !== run.proposal.coordinator && !run.prepared.plan.providers.includes(from)) throw notNamed(m);
    // Only who saw the whole run may say that it was somebody else: a provider speaks for itself.
    const party = from === run.proposal.coordinator ? (record.party ?? from) : from;
    await runs.ended(end.run, end.state, errorFromRecord({ ...record, party }, exitCode));
    return {};
  });
  for (const type of ['share', 'delivery', 'report', 'verdict'] as const) {
    wire.onRequest(`run.${type}`, async (m) => {
      const header = readMessage(type === 'share' ? shareReferenceSchema : runReferenceSchema, m.header, `run.${type}`, nameOf(m));
      const run = await runs.admitted(header.run);
      await runs.bodyArrived(header.run, header.attempt, type, requireSender(run.agreement, m, null), m.body, header);
      return {};
    });
  }
  wire.onRequest('run.rows', async (m) => {
    const { run: id, attempt, ...piece } = readMessage(rowsReferenceSchema, m.header, 'run.rows', nameOf(m));
    const run = await runs.admitted(id);
    await runs.bodyArrived(id, attempt, 'rows', requireSender(run.agreement, m, null), m.body, piece);
    return {};
  });
  wire.onPush('run.progress', (m) => {
    const p = progressSchema.safeParse(m.header);
    if (p.success) runs.progressArrived(p.data.run, m.from.certificate, p.data.step, p.data.detail);
  });
}

/** The organisation that the agreement names for the sender's certificate; refuses others, and others than `expected`. */
export function requireSender(agreement: Agreement, message: Incoming, expected: string | null): string {
  const sender = agreement.organisations.find((o) => o.certificate === message.from.certificate);
  if (sender === undefined || (expected !== null && sender.name !== expected)) throw notNamed(message);
  return sender.name;
}

function notNamed(message: Incoming): RefusedError {
  return new RefusedError('wire/sender-not-agreed', {
    stage: 'wire',
    message: `The sender's certificate does not match what the agreement names for "${message.type}".`,
    remedy: 'Check that both stations use the same agreement version and the certificates named in it.',
  });
}

const nameOf = (m: Incoming): string => m.from.name ?? 'an unknown station';
