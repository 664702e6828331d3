/** Routes about privacy budgets: what is spent, and what questions would cost. */
import { budgetView, currentAgreement, latestAgreement, planQuestion, priceQuestions } from '@sluis/flow';
import { priceRequestSchema } from '@sluis/model';
import { Hono } from 'hono';
import { textOf } from './asked-question.ts';
import { readBody } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';

export function budgetRoutes({ station, access }: Services): Hono {
  const app = new Hono();

  app.get('/budget', async (c) => {
    await access.require('run.view', DEFAULT_PERSON, { id: 'budget' });
    // What was spent can be looked at for as long as anybody likes.
    const { id, signed } = await latestAgreement(station, c.req.query('collaboration'));
    return c.json(await budgetView(station, signed.agreement, id));
  });

  app.post('/budget/price', async (c) => {
    const request = await readBody(c, priceRequestSchema);
    const analyst = request.as ?? DEFAULT_PERSON;
    await access.require('question.explain', analyst, { id: 'budget' });
    const { id, signed } = await currentAgreement(station, request.collaboration);
    const { agreement } = signed;
    const questions = [];
    for (const asked of request.questions.map((q) => textOf(agreement, q))) {
      questions.push({ ...asked, prepared: await planQuestion(station, { agreement, id }, asked.sql, request.receivers) });
    }
    return c.json(await priceQuestions(station, { agreement, agreementId: id, analyst, questions }));
  });
  return app;
}
