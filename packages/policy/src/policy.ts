/** The policy of a station: Cedar, default deny. Whatever goes wrong while deciding is a deny. */
import { readFileSync } from 'node:fs';
import { SluisError, StationError } from '@sluis/base';
import { readExtraPolicies, requireForbidOnly } from './extra-policies.ts';
import { POLICY_ACTIONS, POLICY_ROLES, type PolicyDecision, type PolicyRequest } from './requests.ts';

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

const deny = (...reasons: string[]): PolicyDecision => ({ allowed: false, reasons });

/** Several sets may be open in one process; the engine keeps each under its name. */
let opened = 0;

/** Decides for one station. Policies are parsed once, at the first decision. */
export class Policy {
  readonly #policies: string;
  readonly #name = `sluis-${++opened}`;
  #cedar: Promise<Cedar> | null = null;

  /** @param policies - Cedar text. Production code uses `openPolicy`. */
  constructor(policies: string) {
    this.#policies = policies;
  }

  /** Whether this person may do this. Never throws: an error, a warning or an unknown action is a deny. */
  async decide(request: PolicyRequest): Promise<PolicyDecision> {
    try {
      if (!POLICY_ACTIONS.includes(request.action)) return deny('unknown action');
      if (!request.principal.roles.every((role) => POLICY_ROLES.includes(role))) return deny('unknown role');
      return evaluate(await this.#engine(), this.#name, request);
    } catch (thrown) {
      return deny(thrown instanceof SluisError ? thrown.code : 'the policy could not be evaluated');
    }
  }

  /** Throws StationError `access/policy-invalid` if the policies don't parse. */
  async check(): Promise<void> {
    await this.#engine();
  }

  #engine(): Promise<Cedar> {
    this.#cedar ??= load(this.#name, this.#policies);
    return this.#cedar;
  }
}

async function load(name: string, policies: string): Promise<Cedar> {
  // Loaded late: compiling the engine takes longer than the rest of a station's start.
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const answer = cedar.preparsePolicySet(name, { staticPolicies: policies });
  if (answer.type !== 'success') {
    throw new StationError('access/policy-invalid', {
      stage: 'access',
      message: `The station's policies can not be read: ${answer.errors.map((e) => e.message).join('; ')}`,
      remedy: 'Correct the .cedar files in the folder "policies" of the station.',
    });
  }
  return cedar;
}

function evaluate(cedar: Cedar, name: string, request: PolicyRequest): PolicyDecision {
  const { principal, action, resource, context } = request;
  const person = `${principal.organisation}/${principal.name}`;
  const uid = { type: 'Person', id: person };
  const target = { type: 'Resource', id: resource.id };
  const answer = cedar.statefulIsAuthorized({
    principal: uid,
    action: { type: 'Action', id: action },
    resource: target,
    context: { ...context },
    preparsedPolicySetId: name,
    entities: [
      { uid, attrs: { organisation: principal.organisation, person, roles: [...principal.roles] }, parents: [] },
      { uid: target, attrs: { id: resource.id, ...(resource.askedBy === undefined ? {} : { askedBy: resource.askedBy }) }, parents: [] },
    ],
  });
  if (answer.type !== 'success') return deny('the policy could not be evaluated');
  const { decision, diagnostics } = answer.response;
  // Cedar skips a policy that fails, and a skipped `forbid` would allow: any diagnostic is a deny.
  if (diagnostics.errors.length > 0 || answer.warnings.length > 0) return deny(...diagnostics.errors.map((e) => `${e.policyId} failed`));
  return { allowed: decision === 'allow', reasons: diagnostics.reason };
}

/**
 * The policy that Sluis brings, narrowed by the `.cedar` files in `folder` (which need not exist). They may only forbid.
 *
 * @throws StationError `access/policy-invalid` if one doesn't parse or permits something.
 */
export async function openPolicy(options: { folder?: string } = {}): Promise<Policy> {
  const own = readFileSync(new URL('./station.cedar', import.meta.url), 'utf8');
  const extra = options.folder === undefined ? [] : readExtraPolicies(options.folder);
  if (extra.length === 0) return new Policy(own);
  const texts = await requireForbidOnly(extra);
  const policy = new Policy([own, ...texts].join('\n'));
  await policy.check();
  return policy;
}
