/** Errors over HTTP: the one place that turns them into RFC 9457 problems. */
import { type SluisError, toSluisError } from '@sluis/base';
import { PROBLEM_TYPE, type Problem } from '@sluis/model';

const STATUS: Readonly<Record<number, number>> = { 1: 500, 2: 400, 3: 403, 4: 409, 5: 502 };
const NOT_FOUND = /\/(unknown|not-found)$/;

export function problemOf(error: SluisError): Problem {
  return {
    type: `urn:sluis:${error.code}`,
    title: error.code,
    status: NOT_FOUND.test(error.code) ? 404 : (STATUS[error.exitCode] ?? 500),
    detail: error.message,
    code: error.code,
    stage: error.stage,
    party: error.party,
    remedy: error.remedy,
    exitCode: error.exitCode,
  };
}

export function problemResponse(thrown: unknown): Response {
  const problem = problemOf(toSluisError(thrown, 'access'));
  return new Response(JSON.stringify(problem), { status: problem.status, headers: { 'content-type': PROBLEM_TYPE } });
}
