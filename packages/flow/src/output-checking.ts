/**
 * Output checking: before values are opened to anybody, people of organisations that the agreement names see which groups
 * would be shown and how risky that is by public reasons, and say yes or no. The committee holds its secrets meanwhile, for
 * no longer than a run may take; without an answer by then nothing is released.
 */
import { canonicalBytes, fromBase64, ProtocolError, RefusedError, toBase64, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { decodeMask, encodeMask } from '@sluis/ledger';
import { assessRelease, type ReleaseAssessment } from '@sluis/model';
import { z } from 'zod';
import { requireSignature } from './admission.ts';
import { Arrivals } from './arrivals.ts';
import type { AdmittedRun, Attempt, StationContext } from './context.ts';
import { type Check, parseBody, readMessage, type SignedCheck, signedCheckSchema } from './messages.ts';

const reportSchema = z.strictObject({ mask: z.base64(), asked: z.boolean() });

const digestOf = (mask: Uint8Array): string => toHex(taggedHash('sluis/check-mask/1', mask));

/** What checkers said, as it arrives at one compute party: the first word counts. */
export class CheckMailbox {
  readonly #checks: SignedCheck[] = [];
  readonly #arrivals = new Arrivals('verdict');

  /** Throws ProtocolError unless the sender is a checker. */
  put({ prepared }: AdmittedRun, from: string, body: Uint8Array): void {
    if (prepared.plan.checking?.by.includes(from) !== true) throw this.#arrivals.refused(from, 'was not expected from this organisation');
    this.#checks.push(readMessage(signedCheckSchema, parseBody(body), 'verdict', from));
    this.#arrivals.came();
  }

  /** Throws PeerError naming the checkers when time runs out, or the signal's reason. */
  async first(from: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<SignedCheck> {
    await this.#arrivals.until(() => (this.#checks.length > 0 ? [] : from), timeoutMs, signal);
    return this.#checks[0] as SignedCheck;
  }
}

/**
 * Tells the checkers what would be shown, and waits for one of them where a person is to be asked. Run by: each compute
 * party, when it is decided which cells are shown and before any value is opened. Throws RefusedError
 * `release/checker-refused`, or `release/not-checked` if nobody answers in time. Checkers learn which groups would be shown.
 */
export async function awaitCheck(
  station: StationContext,
  run: Attempt,
  passed: readonly Uint8Array[],
  arriving: CheckMailbox,
): Promise<void> {
  const { plan } = run.prepared;
  const { checking } = plan;
  if (checking === undefined) return;
  const mask = encodeMask(passed);
  const { score, verdict } = assessRelease(plan, passed, run.proposal.template);
  const asked = checking.when === 'always' || verdict === 'ask';
  const id = run.proposal.run;
  await station.audit.append({ kind: 'release.assessed', details: { run: id, plan: run.prepared.hash, score, asked } });
  const body = canonicalBytes({ mask: toBase64(mask), asked });
  const told = await Promise.allSettled(checking.by.map((to) => run.send(to, 'report', {}, body)));
  const [first] = told;
  if (told.every((t) => t.status === 'rejected') && first?.status === 'rejected') throw first.reason;
  if (!asked) return;
  run.progress('waiting', `waiting for an output checker of ${checking.by.join(' or ')}`);
  // A little less than receivers wait for the answer, so that all hear why there is none.
  const left = run.timeLeftMs();
  const check = await arriving.first(checking.by, left - Math.min(5_000, left / 10), run.signal).catch((cause: unknown) => {
    run.signal.throwIfAborted();
    throw notChecked(station, run, cause);
  });
  requireCheck(station, run, check, digestOf(mask));
  const { organisation, checker, reason } = check.statement;
  const details = { run: id, plan: run.prepared.hash, organisation, checker, verdict: check.statement.verdict };
  await station.audit.append({ kind: 'release.checked', details });
  if (check.statement.verdict === 'refuse') throw refusedBy(organisation, checker, reason);
  run.progress('release', `checked by ${organisation}`);
}

function requireCheck(station: StationContext, run: AdmittedRun, { statement, signature }: SignedCheck, mask: string): void {
  const { plan, hash } = run.prepared;
  const same = statement.run === run.proposal.run && statement.plan === hash && statement.agreement === run.proposal.agreement;
  if (!same || statement.mask !== mask || plan.checking?.by.includes(statement.organisation) !== true) {
    throw new ProtocolError('release/check-does-not-apply', {
      stage: 'release',
      party: station.organisation,
      message: `What ${statement.organisation} checked is another release than that of run ${run.proposal.run}; nothing was released.`,
      remedy: 'Ask again; if it repeats, one of the compute parties told the checker of other groups.',
    });
  }
  requireSignature(run.agreement, statement.organisation, 'check', statement, signature);
}

const notChecked = (station: StationContext, run: AdmittedRun, cause: unknown): RefusedError =>
  new RefusedError('release/not-checked', {
    stage: 'release',
    party: station.organisation,
    message: `No output checker of ${run.prepared.plan.checking?.by.join(' or ')} answered within the time that a run may take; nothing was released.`,
    remedy: 'Ask again when somebody can check, or agree on more seconds (limits.run_seconds).',
    cause,
  });

const refusedBy = (organisation: string, checker: string, reason: string): RefusedError =>
  new RefusedError('release/checker-refused', {
    stage: 'release',
    party: organisation,
    message: `${checker} of ${organisation} did not let the answer be released${reason === '' ? '.' : `: ${reason}`}`,
    remedy: 'Nothing was released. Talk to them, then ask another question.',
  });

/** A release that waits at a checker's station, or was let through without asking. */
export interface OpenCheck {
  readonly run: AdmittedRun;
  readonly asked: boolean;
  readonly passed: readonly Uint8Array[];
  readonly mask: string;
  readonly assessment: ReleaseAssessment;
}

/** What the three compute parties of a run told one checker's station: the same, or it can't be checked. */
export class CheckReports {
  readonly #bodies = new Map<string, Uint8Array>();
  /** Whether this station's word is given. */
  decided = false;

  /** Throws ProtocolError for a second report of the same party. */
  put(run: AdmittedRun, from: string, body: Uint8Array): void {
    if (!run.prepared.plan.committee.includes(from) || this.#bodies.has(from)) {
      throw new ProtocolError('run/unexpected-message', {
        stage: 'wire',
        party: from,
        message: `The message "report" of ${from} was not expected; it was refused.`,
      });
    }
    this.#bodies.set(from, body);
  }

  /** What still waits for a person here; null if nothing does. */
  waiting(run: AdmittedRun): OpenCheck | null {
    if (this.decided || this.#bodies.size === 0) return null;
    const open = this.open(run);
    return open?.asked === true ? open : null;
  }

  /** Null until all three have told; throws ProtocolError `release/reports-differ`. */
  open(run: AdmittedRun): OpenCheck | null {
    const { plan } = run.prepared;
    const told = plan.committee.flatMap((from) => {
      const body = this.#bodies.get(from);
      return body === undefined ? [] : [readMessage(reportSchema, parseBody(body), 'report', from)];
    });
    const [first] = told;
    if (first === undefined || told.length < plan.committee.length) return null;
    if (told.some((t) => t.mask !== first.mask || t.asked !== first.asked)) {
      throw new ProtocolError('release/reports-differ', {
        stage: 'release',
        message: `The compute parties of run ${run.proposal.run} say different things about what would be shown.`,
        remedy: 'Refuse it: one of them is faulty.',
      });
    }
    const mask = fromBase64(first.mask);
    const passed = decodeMask(plan, mask);
    return { run, asked: first.asked, passed, mask: digestOf(mask), assessment: assessRelease(plan, passed, run.proposal.template) };
  }
}

export interface CheckDecision {
  readonly verdict: 'pass' | 'refuse';
  readonly checker: string;
  readonly reason: string;
}

/** Takes what a compute party tells. Run by: an output checker's station. */
export function reported(station: StationContext, reports: CheckReports, run: AdmittedRun, from: string, body: Uint8Array): void {
  if (run.prepared.plan.checking?.by.includes(station.organisation) !== true)
    throw new RangeError('only stations of checkers are told what is to be checked');
  reports.put(run, from, body);
  const open = reports.open(run);
  if (open === null) return;
  const text = open.asked ? 'an output checker is asked: sluis check list' : 'let through without asking a person';
  station.events.emit(run.proposal.run, 'check', station.organisation, `${text} (score ${open.assessment.score})`);
}

/**
 * Signs and logs a checker's word and brings it to the compute parties. Run by: an output checker at a station that the
 * agreement names. Throws RefusedError `release/nothing-to-check`; if it reaches no compute party, it can be given again.
 */
export async function sendCheck(
  station: StationContext,
  reports: CheckReports,
  run: AdmittedRun,
  decision: CheckDecision,
  send: (to: string, body: Uint8Array) => Promise<void>,
): Promise<void> {
  const open = reports.waiting(run);
  if (open === null) {
    throw new RefusedError('release/nothing-to-check', {
      stage: 'release',
      party: station.organisation,
      message: `Run ${run.proposal.run} does not wait for an output checker of ${station.organisation}.`,
      remedy: 'See which do: sluis check list',
    });
  }
  reports.decided = true;
  const body = await signCheck(station, open, decision);
  const sent = await Promise.allSettled(run.prepared.plan.committee.map((to) => send(to, body)));
  const failed = sent.find((s) => s.status === 'rejected');
  if (failed === undefined || sent.some((s) => s.status === 'fulfilled')) return;
  reports.decided = false;
  throw failed.reason;
}

async function signCheck(station: StationContext, open: OpenCheck, decision: CheckDecision): Promise<Uint8Array> {
  const { run } = open;
  const statement: Check = {
    format: 'sluis-check/1',
    run: run.proposal.run,
    plan: run.prepared.hash,
    agreement: run.proposal.agreement,
    mask: open.mask,
    organisation: station.organisation,
    ...decision,
    checked_at: new Date(station.clock.now()).toISOString(),
  };
  const { run: id, plan, organisation, checker, verdict } = statement;
  await station.audit.append({ kind: 'release.checked', details: { run: id, plan, organisation, checker, verdict } });
  return canonicalBytes({ statement, signature: toHex(await station.signer.sign('check', canonicalBytes(statement))) });
}
