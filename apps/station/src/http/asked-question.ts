/** The agreement and the text of a question; a template's text comes from the agreement. */
import { InvalidError } from '@sluis/base';
import { currentAgreement, type StationContext } from '@sluis/flow';
import type { Agreement } from '@sluis/model';

export interface AskedQuestion {
  readonly sql: string;
  readonly template: string | null;
}

/** Throws InvalidError `plan/unknown-template`, naming those that there are. */
export function textOf({ templates }: Agreement, asked: { sql?: string | undefined; template?: string | undefined }): AskedQuestion {
  const sql = asked.sql ?? templates[asked.template ?? '']?.sql;
  if (sql !== undefined) return { sql, template: asked.template ?? null };
  throw new InvalidError('plan/unknown-template', {
    stage: 'plan',
    message: `The agreement has no template "${asked.template}".`,
    remedy: Object.keys(templates).length === 0 ? 'It has none at all; ask in SQL.' : `It has: ${Object.keys(templates).join(', ')}.`,
  });
}

export async function resolveQuestion(
  station: StationContext,
  request: { collaboration?: string | undefined; sql?: string | undefined; template?: string | undefined },
): Promise<AskedQuestion & Awaited<ReturnType<typeof currentAgreement>>> {
  const current = await currentAgreement(station, request.collaboration);
  return { ...current, ...textOf(current.signed.agreement, request) };
}
