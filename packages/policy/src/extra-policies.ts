/** A station's own policies: files that take rights away. They can never give one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StationError } from '@sluis/base';

export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

function invalid(file: string, what: string, cause?: unknown): StationError {
  return new StationError('access/policy-invalid', {
    stage: 'access',
    message: `Policy file ${file}: ${what}`,
    remedy: 'Correct or remove the file in the folder "policies" of the station; such files may contain only "forbid" policies.',
    cause,
  });
}

/** The `.cedar` files of a folder in the order of their names; none if there is no such folder. */
export function readExtraPolicies(folder: string): PolicyFile[] {
  try {
    const names = readdirSync(folder).filter((n) => n.endsWith('.cedar'));
    return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return [];
    // A file that can't be read may hold a "forbid": the station must not start without it.
    throw invalid(folder, 'it can not be read.', cause);
  }
}

/** The texts, once each has been found to parse and to contain no `permit` and no template. */
export async function requireForbidOnly(files: readonly PolicyFile[]): Promise<string[]> {
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  for (const { name, text } of files) {
    const parts = cedar.policySetTextToParts(text);
    if (parts.type !== 'success') throw invalid(name, parts.errors.map((e) => e.message).join('; '));
    if (parts.policy_templates.length > 0) throw invalid(name, 'templates are not supported.');
    for (const policy of parts.policies) {
      const json = cedar.policyToJson(policy);
      if (json.type !== 'success' || json.json.effect !== 'forbid') throw invalid(name, 'it contains a policy that is not "forbid".');
    }
  }
  return files.map((f) => f.text);
}
