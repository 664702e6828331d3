/** Admission: a station checks a question for itself, from the signed agreement and the SQL text alone. */
import { canonicalBytes, canonicalText, type ErrorDetails, fromHex, InvalidError, RefusedError } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import { type Agreement, agreementSchema, isInForce, type Plan, type SignaturePurpose, type SignedAgreement } from '@sluis/model';
import { prepare, type Prepared } from '@sluis/planner';
import type { Cost, Registry, Technique } from '@sluis/technique';
import { layoutOf } from '@sluis/model';
import { checkNoiseTerms } from './charges.ts';
import { type AdmittedRun, organisationOf, type StationContext } from './context.ts';
import { type Proposal, readMessage, type SignedProposal } from './messages.ts';
import type { AgreementRecord } from './ports.ts';
import { checkAffordable } from './spending.ts';

/** How far a proposal's time may differ from this station's clock. */
export const SKEW_MS = 5 * 60_000;

/** Validated agreements by their canonical text: an id's text never changes, and large ones take long to validate. */
const validated = new Map<string, Agreement>();
const VALIDATED_LIMIT = 32;

export function signedAgreementOf(record: AgreementRecord): SignedAgreement {
  let agreement = validated.get(record.canonical);
  if (agreement === undefined) {
    agreement = readMessage(agreementSchema, JSON.parse(record.canonical), 'agreement', 'the store');
    if (validated.size >= VALIDATED_LIMIT) validated.delete(validated.keys().next().value ?? '');
    validated.set(record.canonical, agreement);
  }
  return { agreement, signatures: { ...record.signatures } };
}

/** Throws a RefusedError unless the signature is the organisation's over this statement for this purpose. */
export function requireSignature(
  agreement: Agreement,
  organisation: string,
  purpose: SignaturePurpose,
  statement: unknown,
  signature: string,
): void {
  const key = fromHex(organisationOf(agreement, organisation).identity);
  if (!verifySignature(key, purpose, canonicalBytes(statement), fromHex(signature))) {
    throw refused('run/bad-signature', {
      stage: 'run',
      party: organisation,
      message: `The ${purpose} that claims to be of ${organisation} does not carry its signature.`,
      remedy: `Do not act on it; ask ${organisation} which key its station uses.`,
    });
  }
}

/** The agreement a run is under, if it is in force here and now. */
export async function agreementInForce(station: StationContext, id: string): Promise<SignedAgreement> {
  const record = await station.store.agreement(id);
  if (record === null || record.state !== 'in-force') {
    throw refused('agreement/not-in-force', {
      stage: 'agreement',
      party: station.organisation,
      message: `Agreement ${id.slice(0, 12)}… is ${record === null ? 'not known' : record.state} at ${station.organisation}.`,
      remedy: 'All named organisations must sign this version: sluis agreement show',
    });
  }
  const signed = signedAgreementOf(record);
  const state = isInForce(signed, station.clock.now());
  if (!state.ok) {
    throw refused('agreement/not-in-force', {
      stage: 'agreement',
      party: station.organisation,
      message: `Agreement "${signed.agreement.collaboration}" version ${signed.agreement.version} is not in force at ${station.organisation}: ${state.reason}`,
      remedy: 'Sign a version that covers today.',
    });
  }
  return signed;
}

/** Plans a question, with costs from the techniques of this station's registry. Refuses what a technique can't do. */
export async function planQuestion(
  station: Pick<StationContext, 'sql' | 'registry'>,
  signed: { agreement: Agreement; id: string },
  sql: string,
  receivers?: readonly string[],
): Promise<Prepared> {
  const prepared = await prepare(
    {
      sql,
      agreement: signed.agreement,
      agreementId: signed.id,
      ...(receivers === undefined ? {} : { receivers: [...receivers] }),
      costs: (plan: Plan) => costOf(station.registry, plan, signed.agreement),
    },
    station.sql,
  );
  const { techniques } = prepared.plan;
  for (const technique of techniquesOf(station.registry, techniques)) technique.checkPlan(prepared.plan);
  return prepared;
}

/** The techniques a plan names, in the order in which they act. Refuses those this station lacks. */
function techniquesOf(registry: Registry, named: Plan['techniques']): readonly Technique[] {
  return [
    registry.get('sharing', named.sharing),
    registry.get('computation', named.computation),
    ...(named.rows === undefined ? [] : [registry.get('rows', named.rows)]),
    registry.get('mechanism', named.mechanism),
  ];
}

/** Rounds of the flow itself: digests of shares, salts, commitments, meters, signatures. */
const FLOW_ROUNDS = 5;
/** Planning, durable log entries and signatures of a small question, measured on two cores. */
const FLOW_SECONDS = 0.5;
/** Encapsulation and tag of a sealed box. */
const BOX_BYTES = 1_136;
/** A receipt without its agreement: body, signatures, log proofs. */
const RECEIPT_BYTES = 6_000;

/** Rounds, bytes and seconds of a plan: the sum over its techniques, and what the flow itself sends. */
export function costOf(registry: Registry, plan: Plan, agreement: Agreement): Cost {
  const shape = {
    cells: plan.cellCount,
    providers: plan.providers.length,
    wordsPerCell: layoutOf(plan).reduce((n, c) => n + c.words, 0),
    plan,
  };
  const deliveries = 3 * plan.receivers.length * (BOX_BYTES + RECEIPT_BYTES + canonicalText(agreement).length);
  const flow: Cost = { rounds: FLOW_ROUNDS, bytes: deliveries + 3 * plan.providers.length * BOX_BYTES, seconds: FLOW_SECONDS };
  return techniquesOf(registry, plan.techniques)
    .map((t) => t.cost(shape))
    .reduce((a, b) => ({ rounds: a.rounds + b.rounds, bytes: a.bytes + b.bytes, seconds: a.seconds + b.seconds }), flow);
}

/**
 * Checks a proposal for this station: agreement, signatures, clock, receivers, template, rate limit, the plan, which is
 * made anew here and compared, and whether the privacy budget could pay for it now. `claimedPlan` (what the coordinator says the plan is) only serves to name the
 * difference. Throws RefusedError; writes nothing.
 */
export async function admit(station: StationContext, signed: SignedProposal, claimedPlan: unknown): Promise<AdmittedRun> {
  const proposal = signed.statement;
  const agreed = await agreementInForce(station, proposal.agreement);
  const { agreement } = agreed;
  checkTerms(station, agreement, proposal);
  requireSignature(agreement, proposal.coordinator, 'proposal', proposal, signed.signature);
  await checkRate(station, agreement, proposal);
  const prepared = await planQuestion(station, { agreement, id: proposal.agreement }, proposal.sql, proposal.receivers);
  if (prepared.hash !== proposal.plan) {
    const where = firstDifference(prepared.plan, claimedPlan);
    throw refused('run/plan-differs', {
      stage: 'run',
      party: station.organisation,
      message: `${station.organisation} plans this question differently from ${proposal.coordinator}${where === null ? '' : `: ${where}`}.`,
      remedy:
        'Nothing ran. Check that both stations run the same release of Sluis; if they do, the coordinator misrepresented the question.',
    });
  }
  checkNoiseTerms(station.organisation, agreement, prepared.plan);
  const admitted = { proposal, agreement, prepared };
  await checkAffordable(station, admitted);
  return admitted;
}

function checkTerms(station: StationContext, agreement: Agreement, proposal: Proposal): void {
  const names = new Set(agreement.organisations.map((o) => o.name));
  const say = (code: string, message: string, remedy: string) =>
    refused(code, { stage: 'run', party: station.organisation, message, remedy });
  if (proposal.collaboration !== agreement.collaboration || !names.has(proposal.coordinator)) {
    throw say('run/wrong-agreement', 'The proposal does not match the agreement it names.', 'Ask again under the agreement in force.');
  }
  if (!agreement.askers.includes(proposal.coordinator)) {
    throw say(
      'run/may-not-ask',
      `${proposal.coordinator} may not ask questions under this agreement.`,
      'The agreement lists who may under "askers".',
    );
  }
  const outside = proposal.receivers.filter((r) => !agreement.receivers.includes(r));
  if (outside.length > 0 || new Set(proposal.receivers).size !== proposal.receivers.length) {
    throw say(
      'run/receiver-not-agreed',
      `${outside.join(', ') || 'A receiver'} may not receive results under this agreement.`,
      'The agreement lists "receivers".',
    );
  }
  if (proposal.template !== null && agreement.templates[proposal.template]?.sql !== proposal.sql) {
    throw say(
      'run/template-differs',
      `The text is not that of template "${proposal.template}" in the agreement.`,
      'Ask the template by name.',
    );
  }
  const asked = Date.parse(proposal.asked_at);
  const now = station.clock.now();
  if (Math.abs(asked - now) > SKEW_MS) {
    throw say(
      'run/clock-skew',
      `The clocks of ${proposal.coordinator} and ${station.organisation} differ by more than five minutes (${proposal.asked_at} against ${new Date(now).toISOString()}).`,
      'Synchronise the clocks of both stations (NTP) and ask again.',
    );
  }
  const expires = Date.parse(proposal.expires_at);
  if (expires <= now || expires - asked > 30 * 86_400_000) throw say('run/expired', 'The proposal has expired.', 'Ask again.');
}

/** Throws RefusedError `run/rate-limit` if this analyst has asked as often today as the agreement allows. */
export async function checkRate(station: StationContext, agreement: Agreement, proposal: Proposal): Promise<void> {
  const limit = agreement.limits.questions_per_day;
  if (limit === null) return;
  const day = Math.floor(station.clock.now() / 86_400_000) * 86_400_000;
  const count = await station.store.countRuns(agreement.collaboration, proposal.coordinator, proposal.analyst, day);
  if (count >= limit) {
    throw refused('run/rate-limit', {
      stage: 'run',
      party: station.organisation,
      message: `${proposal.analyst} of ${proposal.coordinator} has asked ${count} questions today; the agreement allows ${limit}.`,
      remedy: 'Wait until tomorrow (UTC), or agree on another limit.',
    });
  }
}

/** Path of the first member that differs, with neither value: plans name columns, never data. */
export function firstDifference(mine: unknown, claimed: unknown, path = 'plan'): string | null {
  if (claimed === null || typeof claimed !== 'object' || mine === null || typeof mine !== 'object') {
    return safeText(mine) === safeText(claimed) ? null : `"${path}" differs`;
  }
  for (const key of new Set([...Object.keys(mine), ...Object.keys(claimed)])) {
    const found = firstDifference((mine as Record<string, unknown>)[key], (claimed as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function safeText(value: unknown): string {
  try {
    return canonicalText(value ?? null);
  } catch {
    return 'not canonical';
  }
}

function refused(code: string, details: ErrorDetails): RefusedError {
  return new RefusedError(code, details);
}

export function unknownRun(station: StationContext, run: string): InvalidError {
  return new InvalidError('run/unknown', {
    stage: 'run',
    party: station.organisation,
    message: `${station.organisation} knows no run ${run}.`,
    remedy: 'List them with: sluis runs',
  });
}
