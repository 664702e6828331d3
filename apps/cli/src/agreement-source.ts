/** Agreements that a command is given: files, or versions that a station knows. */
import { existsSync } from 'node:fs';
import { InvalidError } from '@sluis/base';
import {
  type Agreement,
  agreementSchema,
  agreementViewSchema,
  agreementWarnings,
  parseAgreementYaml,
  signedAgreementSchema,
} from '@sluis/model';
import type { StationClient } from '@sluis/sdk';
import { readInput } from './connection.ts';

/** Reads an agreement file: YAML as people write it, or JSON as `agreement show --json` prints it. */
export function readAgreementFile(path: string): { agreement: Agreement; warnings: readonly string[] } {
  const content = readInput(path);
  const agreement = content.trimStart().startsWith('{') ? fromJson(content, path) : parseAgreementYaml(content, path);
  return { agreement, warnings: agreementWarnings(agreement) };
}

/** An agreement by file name, id, beginning of an id, or collaboration. */
export async function agreementFrom(client: () => StationClient, which: string): Promise<Agreement> {
  if (existsSync(which)) return readAgreementFile(which).agreement;
  const station = client();
  return (await station.agreement(await agreementIdFrom(station, which))).agreement;
}

/** The id that is meant by an id, its beginning, or a collaboration's name (then: the newest version in force). */
export async function agreementIdFrom(client: StationClient, which: string | undefined): Promise<string> {
  if (which !== undefined && /^[0-9a-f]{64}$/.test(which)) return which;
  const { agreements } = await client.agreements();
  const inForce = agreements.filter((a) => a.state === 'in-force');
  const found =
    which === undefined
      ? inForce.length > 0
        ? inForce
        : agreements
      : agreements.some((a) => a.collaboration === which)
        ? newest(agreements.filter((a) => a.collaboration === which))
        : agreements.filter((a) => /^[0-9a-f]{4,63}$/.test(which) && a.id.startsWith(which));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new InvalidError(found.length === 0 ? 'agreement/unknown' : 'agreement/several', {
    stage: 'usage',
    message:
      found.length === 0
        ? `There is no ${which === undefined ? 'agreement' : `file or agreement "${which}"`} here.`
        : 'Several agreements are meant.',
    remedy: 'List them with: sluis agreement list',
  });
}

function newest<T extends { state: string; version: number }>(versions: readonly T[]): T[] {
  const sorted = [...versions].sort((a, b) => Number(b.state === 'in-force') - Number(a.state === 'in-force') || b.version - a.version);
  return sorted.slice(0, 1);
}

/** An agreement itself, a signed one, or a station's view of one. */
function fromJson(content: string, path: string): Agreement {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    value = null;
  }
  const bare = agreementSchema.safeParse(value);
  if (bare.success) return bare.data;
  for (const schema of [signedAgreementSchema, agreementViewSchema]) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data.agreement;
  }
  throw new InvalidError('agreement/invalid', {
    stage: 'agreement',
    message: `${path} is no agreement.`,
    remedy: 'Use the YAML file, or what sluis agreement show --json prints.',
  });
}
