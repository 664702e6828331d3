/** Routes for output checkers: what waits for one, and their word on it. */
import type { OpenCheck } from '@sluis/flow';
import { ASK_FROM, checkRequestSchema, type CheckView } from '@sluis/model';
import { suppressedGroups } from '@sluis/planner';
import { Hono } from 'hono';
import { readBody, unknown } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';
import { runSummary } from './views.ts';

const MOST_GROUPS = 1000;

export function checkRoutes({ station, access, runs }: Services): Hono {
  const app = new Hono();

  app.get('/checks', async (c) => {
    await access.require('release.check', DEFAULT_PERSON, { id: 'checks' });
    return c.json({ checks: runs.openChecks().map(checkView) });
  });

  app.post('/runs/:id/check', async (c) => {
    const id = c.req.param('id');
    const request = await readBody(c, checkRequestSchema);
    const found = await runs.record(id);
    if (found === null) throw unknown('run', id);
    const checker = request.as ?? DEFAULT_PERSON;
    await access.require('release.check', checker, { id, askedBy: `${found.coordinator}/${found.analyst}` });
    await runs.check(id, { verdict: request.verdict, checker, reason: request.reason ?? '' });
    return c.json(runSummary(found, await station.budget.chargesOf([id])));
  });
  return app;
}

function checkView({ run, passed, assessment }: OpenCheck): CheckView {
  const { proposal, prepared } = run;
  const { score, reasons, outputs } = assessment;
  const hidden = suppressedGroups(prepared.plan, prepared.domains, { passed });
  return {
    run: proposal.run,
    sql: prepared.plan.sql,
    template: proposal.template,
    askedBy: `${proposal.coordinator}/${proposal.analyst}`,
    receivers: [...prepared.plan.receivers],
    score,
    askFrom: ASK_FROM,
    reasons: reasons.map((r) => ({ ...r })),
    outputs: outputs.map((o) => ({ ...o })),
    notShown: hidden
      .slice(0, MOST_GROUPS)
      .map(({ group, cells }) => ({ group: { ...group } as CheckView['notShown'][number]['group'], cells: [...cells] })),
  };
}
