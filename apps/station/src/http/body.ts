/** Reading request bodies: JSON of a schema, or an error that says where it is wrong. */
import { InvalidError } from '@sluis/base';
import type { Context } from 'hono';
import type { z } from 'zod';

export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    const text = await context.req.text();
    value = text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new InvalidError('request/not-json', {
      stage: 'usage',
      message: 'The request body is not valid JSON.',
      remedy: 'See the API description.',
      cause,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidError('request/invalid', {
    stage: 'usage',
    message: `The request is not of the right form${issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`}: ${issue?.message ?? 'unknown fault'}.`,
    remedy: 'See the API description.',
  });
}

export function unknown(what: string, id: string): InvalidError {
  return new InvalidError(`${what}/unknown`, {
    stage: 'usage',
    message: `This station knows no ${what} ${id}.`,
    remedy: `List them with: sluis ${what === 'run' ? 'runs' : `${what} list`}`,
  });
}
