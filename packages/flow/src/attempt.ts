/** One attempt of a run at one station: it plays every role the plan gives it, through the six steps in order. */
import { canonicalBytes } from '@sluis/base';
import { type Agreement, encodingsOf, type Plan, pushdownProviders, type Receipt, type ResultTable, rowVectors } from '@sluis/model';
import { combine } from './aggregate.ts';
import { agreementInForce } from './admission.ts';
import { type Attempt, peerOf, seatOf, type StationContext } from './context.ts';
import { contribute } from './contribution.ts';
import { guardContribution, unchanging } from './differencing.ts';
import type { Mailbox } from './mailbox.ts';
import { addNoise } from './noisy-aggregate.ts';
import type { CheckMailbox } from './output-checking.ts';
import { ownTexts } from './own-texts.ts';
import { deliver, receive, signReceipt } from './receipt.ts';
import { prepareRelease } from './release.ts';
import type { RowsLimit, RowsMailbox } from './rows-mailbox.ts';
import { acceptShares, sealShares } from './share.ts';
import { ownSources, shareRows, tableOfSource } from './share-rows.ts';

export interface Mailboxes {
  readonly shares: Mailbox;
  readonly rows: RowsMailbox;
  /** What providers call the data that their shares are made of. */
  readonly data: Map<string, string>;
  readonly deliveries: Mailbox;
  /** At compute parties: what output checkers say. */
  readonly checks: CheckMailbox;
}

/** What a station has at the end of its part. */
export interface AttemptOutcome {
  /** Without openings; null at stations that only provided data. */
  readonly receipt: Receipt | null;
  /** At receivers only. */
  readonly result: { readonly table: ResultTable; readonly receiptBytes: Uint8Array } | null;
}

/** Plays this station's roles concurrently; the first failure ends the others. `fail` aborts the attempt's signal. */
export async function playAttempt(
  station: StationContext,
  run: Attempt,
  mailboxes: Mailboxes,
  fail: (reason: unknown) => void,
): Promise<AttemptOutcome> {
  const { plan } = run.prepared;
  const seat = seatOf(plan, station.organisation);
  const roles: Promise<Partial<AttemptOutcome>>[] = [];
  if (plan.providers.includes(station.organisation)) roles.push(provide(station, run));
  if (seat !== null) roles.push(compute(station, run, seat, mailboxes));
  if (plan.receivers.includes(station.organisation)) roles.push(collect(station, run, mailboxes.deliveries));
  let outcome: AttemptOutcome = { receipt: null, result: null };
  const ended = await Promise.allSettled(
    roles.map((role) =>
      role.catch((reason: unknown) => {
        fail(reason);
        throw reason;
      }),
    ),
  );
  // The signal's reason is the first failure; later ones are its consequences.
  run.signal.throwIfAborted();
  for (const end of ended) {
    if (end.status === 'rejected') throw end.reason;
    outcome = { ...outcome, ...end.value };
  }
  return outcome;
}

async function provide(station: StationContext, run: Attempt): Promise<Partial<AttemptOutcome>> {
  const { plan } = run.prepared;
  const data = await guardContribution(station, run);
  if (pushdownProviders(plan).includes(station.organisation)) {
    const share = await sealShares(station, run, await contribute(station, run));
    run.progress('share', 'sending sealed shares to the compute parties');
    await Promise.all(
      plan.committee.map((to, seat) =>
        run.send(to, 'share', run.prepared.footprint === undefined ? {} : { data }, share.boxes[seat as 0 | 1 | 2]),
      ),
    );
  }
  for (const source of ownSources(run, station.organisation)) await shareRows(station, run, source);
  run.progress('share', 'shares delivered');
  return {};
}

async function compute(station: StationContext, run: Attempt, seat: 0 | 1 | 2, arriving: Mailboxes): Promise<Partial<AttemptOutcome>> {
  const { plan } = run.prepared;
  const links = station.wire.links({
    run: run.proposal.run,
    attempt: run.attempt,
    me: seat,
    peers: plan.committee.map((name) => (name === station.organisation ? null : peerOf(run.agreement, name))) as never,
    timeoutMs: run.timeLeftMs(),
    signal: run.signal,
  });
  try {
    const boxes = await arriving.shares.all(run.timeLeftMs(), run.signal);
    await arriving.rows.all(run.timeLeftMs(), run.signal);
    const computation = station.registry.get('computation', plan.techniques.computation);
    const context = canonicalBytes({ purpose: 'sluis/committee/1', run: run.proposal.run, attempt: run.attempt, plan: run.prepared.hash });
    const committee = await computation.convene(links, context, station.random);
    const shares = await acceptShares(station, run, links, committee, { boxes, rows: arriving.rows });
    run.progress('share', 'shares of all providers accepted');
    const aggregate = await combine(station, run, committee, shares);
    const data = [...plan.providers.map((p) => arriving.data.get(p) ?? unchanging(p)), ...shares.batches.map((b) => `deposit ${b}`)];
    const release = await prepareRelease(station, run, links, committee, await addNoise(station, run, committee, aggregate), {
      data,
      checks: arriving.checks,
    });
    const receipt = await signReceipt(station, run, links, release, await agreementInForce(station, run.proposal.agreement));
    await deliver(station, run, seat, release, receipt);
    run.progress('receipt', 'signed and delivered to the receivers');
    return { receipt };
  } finally {
    links.close();
  }
}

async function collect(station: StationContext, run: Attempt, mailbox: Mailbox): Promise<Partial<AttemptOutcome>> {
  const boxes = await mailbox.all(run.timeLeftMs(), run.signal);
  const received = await receive(station, run, boxes);
  const texts = await ownTexts(station, run, received.released);
  const table = await station.finaliser.finalise(run.prepared, received.released, texts);
  await station.audit.append({ kind: 'release.received', details: { run: run.proposal.run, plan: run.prepared.hash } });
  const { openings: _, ...receipt } = received.receipt;
  return { receipt, result: { table, receiptBytes: bytesWith(received.receipt, texts) } };
}

/** The receiver's own copy holds the texts that it has read, so that verifying it gives the same answer. */
function bytesWith(receipt: Receipt, texts: string[]): Uint8Array {
  const { openings } = receipt;
  return canonicalBytes(openings === undefined || texts.length === 0 ? receipt : { ...receipt, openings: { ...openings, texts } });
}

/** Largest sealed delivery a plan can need, generously: masks and a component in base64, and the receipt with its agreement. */
export function deliveryLimit(plan: Plan, agreement: Agreement): number {
  const words = plan.contributions.length + plan.accumulators.reduce((n, a) => n + a.words, 0);
  const opened = plan.cellCount * (words * 8 + plan.outputs.length / 8 + 1);
  return Math.ceil(opened * 1.5) + 2 * canonicalBytes(agreement).length + 1_000_000;
}

/** Largest sealed share a plan can need, generously: data, header and the box around it. */
export function shareLimit(cells: number, words: number): number {
  return cells * words * 8 + 1_000_000;
}

/** What one provider may share of each source of a plan on rows. */
export function rowsLimits(plan: Plan, agreement: Agreement): RowsLimit[] {
  return (plan.rows?.sources ?? []).map((source) => {
    const table = tableOfSource({ agreement }, source);
    return { vectors: rowVectors(encodingsOf(table, source.columns)).length, maximumRows: table.maximum_rows };
  });
}
