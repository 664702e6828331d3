/** Step 6, Receipt: the compute parties log and sign what they release; receivers verify it and hold the openings. */
import { canonicalBytes, canonicalText, fromBase64, ProtocolError, toBase64, toHex } from '@sluis/base';
import { seal } from '@sluis/crypto';
import { receiptBodyDigest, recombine, releaseEvent, type VerifiedReceipt, verifyReceipt } from '@sluis/ledger';
import {
  type Agreement,
  type CommitteeLinks,
  type Plan,
  type Receipt,
  type ReceiptBody,
  type ReceiptNoise,
  receiptSchema,
  type Released,
  type SignedAgreement,
} from '@sluis/model';
import type { Prepared } from '@sluis/planner';
import { z } from 'zod';
import { unitText } from './charges.ts';
import { type Attempt, type LogProof, organisationOf, type StationContext } from './context.ts';
import { parseBody, readMessage } from './messages.ts';
import type { Release } from './release.ts';

/** How far the compute parties' clocks may differ. */
const SKEW_MS = 5 * 60_000;

const opening = z.strictObject({ salt: z.string().regex(/^[0-9a-f]{64}$/), data: z.base64() });
/** What one compute party sends, sealed, to each receiver. */
const deliverySchema = z.strictObject({
  receipt: receiptSchema,
  mask: opening,
  which: z.number().int().min(0).max(2),
  component: opening,
});

function deliveryInfo(run: Attempt, from: string, to: string): Uint8Array {
  return canonicalBytes({ purpose: 'sluis/delivery/1', run: run.proposal.run, attempt: run.attempt, plan: run.prepared.hash, from, to });
}

/**
 * Logs the release durably, then signs it, and gathers the other compute parties' signatures and log proofs.
 * Run by: the three compute parties, in step. Two rounds. The result has no openings.
 */
export async function signReceipt(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  from: Release,
  signed: SignedAgreement,
): Promise<Receipt> {
  const body = await agreeOnBody(station, run, links, from);
  const digest = receiptBodyDigest(body);
  const entry = await station.audit.append(releaseEvent(body));
  const log = await station.proveLogged(entry.index);
  const signature = toHex(await station.signer.sign('receipt', digest));
  const own = canonicalBytes({ signature, log });
  const others = ([0, 1, 2] as const).filter((p) => p !== links.me);
  await Promise.all(others.map((p) => links.send(p, 'receipt', own)));
  links.round();
  const signatures: Record<string, string> = { [station.organisation]: signature };
  const logs: Record<string, LogProof> = { [station.organisation]: log };
  for (const p of others) {
    const name = run.prepared.plan.committee[p];
    const part = readMessage(partSchema, parseBody(await links.receive(p, 'receipt')), 'receipt', name);
    signatures[name] = part.signature;
    logs[name] = part.log;
  }
  const receipt: Receipt = { body, signatures, agreement: signed, log: logs };
  verifyReceipt(receipt);
  return receipt;
}

const partSchema = z.strictObject({
  signature: z.string().regex(/^[0-9a-f]{128}$/),
  log: z.strictObject({
    checkpoint: z.string().max(10_000),
    index: z.number().int().min(0),
    leaf: z.string(),
    salt: z.string(),
    proof: z.array(z.string()).max(64),
  }),
});

/** All three build the same body; the meters and the first party's time are exchanged in one round. */
async function agreeOnBody(station: StationContext, run: Attempt, links: CommitteeLinks, from: Release): Promise<ReceiptBody> {
  const { plan } = run.prepared;
  const metered = station.wire.meter(run.proposal.run);
  const mine = new BigUint64Array([BigInt(metered.rounds), BigInt(metered.bytesSent), BigInt(station.clock.now())]);
  const others = ([0, 1, 2] as const).filter((p) => p !== links.me);
  await Promise.all(others.map((p) => links.send(p, 'meter', new Uint8Array(mine.buffer.slice(0)))));
  links.round();
  const meters: BigUint64Array[] = [mine, mine, mine];
  for (const p of others) {
    const bytes = await links.receive(p, 'meter');
    if (bytes.length !== 24)
      throw new ProtocolError('receipt/malformed', {
        stage: 'receipt',
        party: plan.committee[p],
        message: 'A meter reading is not of the agreed form.',
      });
    meters[p] = new BigUint64Array(bytes.slice().buffer);
  }
  meters[links.me] = mine;
  const finished = Number(meters[0]?.[2] ?? 0n);
  if (Math.abs(finished - station.clock.now()) > SKEW_MS) {
    throw new ProtocolError('receipt/clock-skew', {
      stage: 'receipt',
      party: plan.committee[0],
      message: `The clocks of ${plan.committee[0]} and ${station.organisation} differ by more than five minutes; nothing was released.`,
      remedy: 'Synchronise the clocks of both stations (NTP) and ask again.',
    });
  }
  return {
    format: 'sluis-receipt/1',
    run: run.proposal.run,
    attempt: run.attempt,
    template: run.proposal.template,
    asked_by: { organisation: run.proposal.coordinator, analyst: run.proposal.analyst },
    ...plannedFacts(run.prepared, run.agreement),
    ...traffic(plan, meters),
    finished: new Date(finished).toISOString(),
    commitments: {
      mask: toHex(from.commitments.mask),
      components: from.commitments.components.map(toHex) as [string, string, string],
    },
  };
}

/**
 * What each compute party sent. Over shared rows it tells how many rows there are, to the row, which no noise covers: beside
 * a noisy answer it is left at 0.
 */
export function traffic({ noise, rows }: Plan, meters: readonly BigUint64Array[]): Pick<ReceiptBody, 'rounds' | 'bytes'> {
  const told = noise === undefined || rows === undefined;
  const of = (at: 0 | 1): number[] => meters.map((m) => (told ? Number(m[at]) : 0));
  return { rounds: of(0), bytes: of(1) };
}

/** What a receipt says that follows from plan and agreement alone; whoever verifies it recomputes these. */
export function plannedFacts(
  prepared: Prepared,
  agreement: Agreement,
): Pick<
  ReceiptBody,
  'collaboration' | 'agreement' | 'plan' | 'sql' | 'receivers' | 'techniques' | 'rules' | 'sandbox' | 'contributing_organisations'
> & { readonly noise: ReceiptNoise } {
  const { plan } = prepared;
  const { sharing, computation, rows, mechanism } = plan.techniques;
  return {
    collaboration: plan.collaboration,
    agreement: plan.agreement,
    plan: prepared.hash,
    sql: plan.sql,
    receivers: [...plan.receivers],
    techniques: [sharing, computation, ...(rows === undefined ? [] : [rows]), mechanism].map((t) => ({ ...t })),
    rules: {
      minimum_rows: plan.rules.minimumRows,
      minimum_organisations: plan.rules.minimumOrganisations,
      dominance: plan.rules.dominance === null ? null : { ...plan.rules.dominance },
      p_percent: plan.rules.pPercent,
      without_receivers: [...plan.rules.withoutReceivers],
      ...(plan.rounding === undefined
        ? {}
        : { rounding: { counts: plan.rounding.counts, sums: plan.rounding.accumulators.some((base) => base !== null) } }),
      ...(plan.checking === undefined ? {} : { checking: plan.checking.when }),
      ...(plan.rules.secondary === undefined ? {} : { totals: 'secondary-suppression' as const }),
      ...(plan.rules.guarded === undefined ? {} : { differencing: 'guard' as const }),
    },
    noise: noiseFacts(plan),
    sandbox: agreement.sandbox,
    contributing_organisations: plan.providers.length,
  };
}

/** What a receipt says of noise: exact answers are never differentially private, whatever the rules suppress. */
export function noiseFacts({ noise, rules }: Plan): ReceiptNoise {
  if (noise === undefined) return { mechanism: 'none', differentially_private: false };
  const { mechanism, generation, epsilon, delta, unit } = noise;
  const exactRules = rules.minimumRows > 1 || rules.minimumOrganisations > 1 || rules.dominance !== null || rules.pPercent !== null;
  return { mechanism, generation, epsilon, delta, unit: unitText(unit), differentially_private: !exactRules };
}

/** Sends this compute party's opening to each receiver, sealed. Run by: each compute party, after `signReceipt`. */
export async function deliver(station: StationContext, run: Attempt, seat: 0 | 1 | 2, from: Release, receipt: Receipt): Promise<void> {
  const text = (o: { salt: Uint8Array; data: Uint8Array }) => ({ salt: toHex(o.salt), data: toBase64(o.data) });
  const message = canonicalBytes({ receipt, mask: text(from.mask), which: seat, component: text(from.component) });
  await Promise.all(
    run.prepared.plan.receivers.map(async (to) => {
      const receiver = organisationOf(run.agreement, to);
      const box = await seal(fromBase64(receiver.sealing), message, deliveryInfo(run, station.organisation, to));
      await run.send(to, 'delivery', {}, box);
    }),
  );
}

/** What a receiver has after all three deliveries: the verified receipt with openings, and the opened integers. */
export interface Received {
  readonly receipt: Receipt;
  readonly verified: VerifiedReceipt;
  readonly released: Released;
}

/**
 * Opens the three deliveries, checks that they tell of one release, and verifies the receipt.
 * Run by: each receiver. Learns the integers of passing cells, nothing of other cells but that they did not pass.
 */
export async function receive(station: StationContext, run: Attempt, boxes: ReadonlyMap<string, Uint8Array>): Promise<Received> {
  const { plan } = run.prepared;
  const parts = await Promise.all(
    plan.committee.map(async (from) => {
      const box = boxes.get(from);
      if (box === undefined) throw new RangeError('a delivery is missing');
      const text = await station.opener.open(box, deliveryInfo(run, from, station.organisation));
      return readMessage(deliverySchema, parseBody(text), 'delivery', from);
    }),
  );
  const first = parts[0];
  if (first === undefined) throw new RangeError('a committee has three members');
  parts.forEach((part, seat) => {
    const same = canonicalText(part.receipt) === canonicalText(first.receipt) && canonicalText(part.mask) === canonicalText(first.mask);
    if (part.which !== seat || !same) {
      throw new ProtocolError('receipt/deliveries-differ', {
        stage: 'receipt',
        party: plan.committee[seat as 0 | 1 | 2],
        message: `${plan.committee[seat as 0 | 1 | 2]} delivered another release than ${plan.committee[0]}; the result was not accepted.`,
        remedy: 'Ask again; if it repeats, one of the compute parties is faulty.',
      });
    }
  });
  const receipt: Receipt = {
    ...first.receipt,
    openings: {
      mask: first.mask,
      components: parts.map((p) => p.component) as unknown as [typeof first.component, typeof first.component, typeof first.component],
    },
  };
  checkReceiptOfRun(run, receipt);
  const verified = verifyReceipt(receipt);
  if (verified.openings === null) throw new RangeError('the receipt has openings');
  const released = recombine(plan, verified.openings.mask, verified.openings.components);
  return { receipt, verified, released };
}

/** A receipt must tell of this run, plan and agreement and no other. */
export function checkReceiptOfRun(run: Pick<Attempt, 'proposal' | 'prepared'>, receipt: Receipt): void {
  const { body } = receipt;
  if (body.run !== run.proposal.run || body.plan !== run.prepared.hash || body.agreement !== run.proposal.agreement) {
    throw new ProtocolError('receipt/other-run', {
      stage: 'receipt',
      message: `The receipt given for run ${run.proposal.run} belongs to another run, plan or agreement; it was not accepted.`,
    });
  }
}
