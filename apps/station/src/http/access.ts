/** Who may call the API: the holder of the folder's token, acting under a name in the single-user mode, as policy allows. */
import { RefusedError, utf8 } from '@sluis/base';
import { constantTimeEqual, sha256 } from '@sluis/crypto';
import type { Policy, PolicyAction } from '@sluis/policy';

export interface Access {
  /** Throws RefusedError `access/token` unless the header carries the token. */
  authenticate(authorization: string | undefined): void;
  /** Throws RefusedError `access/denied` unless policy lets this person do this. */
  require(action: PolicyAction, person: string, resource: { id: string; askedBy?: string }): Promise<void>;
}

export function createAccess(options: { organisation: string; token: string; policy: Policy }): Access {
  const expected = sha256(utf8(options.token));
  return {
    authenticate(authorization) {
      const given = /^Bearer ([\x21-\x7e]{1,200})$/.exec(authorization ?? '')?.[1];
      // Hashes are compared so that neither length nor content shows in the time taken.
      if (given === undefined || !constantTimeEqual(sha256(utf8(given)), expected)) {
        throw new RefusedError('access/token', {
          stage: 'access',
          party: options.organisation,
          message: 'The request carries no valid token of this station.',
          remedy: 'Use --home with the station\'s folder, or set SLUIS_TOKEN to the content of its file "token".',
        });
      }
    },
    async require(action, person, resource) {
      const decision = await options.policy.decide({
        principal: { organisation: options.organisation, name: person, roles: ['owner'] },
        action,
        resource,
        context: {},
      });
      if (!decision.allowed) {
        throw new RefusedError('access/denied', {
          stage: 'access',
          party: options.organisation,
          message: `Policy of ${options.organisation} does not let ${person} do "${action}".`,
          remedy: 'Ask the administrator of your station.',
        });
      }
    },
  };
}
