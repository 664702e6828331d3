/** A question that asks for a relative error, planned on the asking side: which questions would be put, and at what price. */
import { InvalidError, RefusedError } from '@sluis/base';
import { spentText } from '@sluis/flow';
import { type Agreement, agreementId, type AgreementSummary, type AskRequest } from '@sluis/model';
import { prepareRelative, type RelativePlan, type SqlEngine } from '@sluis/planner';
import type { StationClient } from './station-client.ts';

export interface RelativeQuestion {
  readonly plan: RelativePlan;
  readonly agreement: Agreement;
  readonly agreementId: string;
  /** Whose station is asked, and who asks there. */
  readonly organisation: string;
  readonly analyst: string;
  /** Per step, the request that puts it. */
  readonly requests: readonly AskRequest[];
}

/** Who somebody is that gives no name, in the single-user mode. */
const NOBODY_ELSE = 'owner';

/**
 * Plans the sequence under the agreement in force at the station. Run by: an analyst's program. Nothing is asked or charged.
 *
 * @throws RefusedError `plan/…` as `prepareRelative`, `plan/relative-receiver` where this station would not see the answers
 *   from which the asking side decides whether to go on; InvalidError `usage/no-collaboration`.
 */
export async function planRelative(client: StationClient, request: AskRequest, sql: SqlEngine): Promise<RelativeQuestion> {
  const found = inForce((await client.agreements()).agreements, request.collaboration);
  const { agreement } = await client.agreement(found.id);
  const id = agreementId(agreement);
  const { organisation } = await client.status();
  const receivers = request.receivers ?? agreement.receivers;
  if (!receivers.includes(organisation)) throw notReceiver(organisation);
  const asking = { sql: request.sql ?? '', agreement, agreementId: id };
  const plan = await prepareRelative(request.receivers === undefined ? asking : { ...asking, receivers: request.receivers }, sql);
  const requests = plan.steps.map((step) => ({ ...request, collaboration: agreement.collaboration, sql: step.sql }));
  return { plan, agreement, agreementId: id, organisation, analyst: request.as ?? NOBODY_ELSE, requests };
}

/** What steps cost together by the rule of privacy budgets, as text of an ε at the ceiling's δ, rounded up. */
export const spentBy = ({ steps, ceiling }: RelativePlan, charged: readonly number[]): string =>
  spentText(
    charged.map((i) => steps[i]?.prepared.plan.noise?.events ?? []),
    ceiling.delta,
  );

/**
 * Who takes part in every step and receives no answer. Whether another step follows shows them whether what was released was
 * exact enough, and so about how large its smallest value is.
 */
export function onlookersOf({ plan: { steps } }: Pick<RelativeQuestion, 'plan'>): string[] {
  const { providers = [], committee = [], receivers = [], checking } = steps[0]?.prepared.plan ?? {};
  return [...new Set([...providers, ...committee, ...(checking?.by ?? [])])].filter((name) => !receivers.includes(name));
}

function inForce(agreements: readonly AgreementSummary[], collaboration: string | undefined): AgreementSummary {
  const found = agreements.filter((a) => a.state === 'in-force' && (collaboration === undefined || a.collaboration === collaboration));
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  throw new InvalidError('usage/no-collaboration', {
    stage: 'usage',
    message: one === undefined ? 'No agreement is in force here.' : 'There are several collaborations.',
    remedy: 'Name one: --collaboration NAME.',
  });
}

const notReceiver = (organisation: string): RefusedError =>
  new RefusedError('plan/relative-receiver', {
    stage: 'plan',
    party: organisation,
    message: `Whether a relative error is reached is decided from the answers, and ${organisation} does not receive them.`,
    remedy: 'Ask at the station of a receiver, and leave --receivers out or name it there.',
  });
