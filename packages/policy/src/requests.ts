/** What may be asked of the policy. */

export const POLICY_ACTIONS = [
  'agreement.sign',
  'agreement.propose',
  'dataset.connect',
  'dataset.remove',
  'question.ask',
  'question.explain',
  'run.approve',
  'run.cancel',
  'run.view',
  'release.check',
  'result.view',
  'station.status',
] as const;
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

/** `owner` is the embedded single-user mode: one person with all roles. */
export const POLICY_ROLES = ['administrator', 'data-provider', 'analyst', 'approver', 'output-checker', 'auditor', 'owner'] as const;
export type PolicyRole = (typeof POLICY_ROLES)[number];

export interface PolicyRequest {
  readonly principal: { readonly organisation: string; readonly name: string; readonly roles: readonly PolicyRole[] };
  readonly action: PolicyAction;
  /** What is acted on; `askedBy` is `organisation/name` of who asked the question, for runs. */
  readonly resource: { readonly id: string; readonly askedBy?: string };
  readonly context: Readonly<Record<string, string | number | boolean>>;
}

export interface PolicyDecision {
  readonly allowed: boolean;
  /** Ids of the policies that decided, or why nothing could be decided: for the station's own log. */
  readonly reasons: readonly string[];
}
