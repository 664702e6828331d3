/** Routes of intersections between two stations. */
import {
  currentAgreement,
  type IntersectionRecord,
  intersectionTermsView,
  intersectionView,
  neededApprovals,
  signedAgreementOf,
} from '@sluis/flow';
import { decisionRequestSchema, type IntersectionTermsView, intersectionStartSchema } from '@sluis/model';
import { Hono } from 'hono';
import { readBody } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';

export function intersectionRoutes({ station, access, intersections }: Services): Hono {
  const app = new Hono();
  const { book } = intersections;

  const view = async (record: IntersectionRecord) => {
    const admitted = await book.admitted(record).catch(() => null);
    return intersectionView(station, record, admitted === null ? [] : neededApprovals(admitted));
  };

  app.get('/intersections', async (c) => {
    await access.require('run.view', DEFAULT_PERSON, { id: 'intersections' });
    const agreements = (await station.store.agreements(c.req.query('collaboration'))).filter((r) => r.state === 'in-force');
    const terms: IntersectionTermsView[] = [];
    for (const record of agreements) {
      const { agreement } = signedAgreementOf(record);
      for (const [name, of] of Object.entries(agreement.intersections ?? {}))
        terms.push(
          await intersectionTermsView(station, book.store, intersections.sources, { agreementId: record.id, agreement, name, terms: of }),
        );
    }
    const records = await book.store.intersections(50);
    return c.json({ terms, runs: await Promise.all(records.map(view)) });
  });

  app.post('/intersections', async (c) => {
    const request = await readBody(c, intersectionStartSchema);
    const analyst = request.as ?? DEFAULT_PERSON;
    await access.require('question.ask', analyst, { id: 'intersections' });
    const { id } = await currentAgreement(station, request.collaboration);
    const run = await intersections.propose({ agreement: id, intersection: request.intersection, analyst });
    return c.json(await view(await book.record(run)), 201);
  });

  app.get('/intersections/:run', async (c) => {
    await access.require('run.view', DEFAULT_PERSON, { id: c.req.param('run') });
    return c.json(await view(await book.record(c.req.param('run'))));
  });

  app.post('/intersections/:run/:action{approve|refuse|cancel|retry}', async (c) => {
    const { run, action } = c.req.param();
    const request = await readBody(c, decisionRequestSchema);
    const person = request.as ?? DEFAULT_PERSON;
    const record = await book.record(run);
    const cedar = action === 'cancel' ? 'run.cancel' : action === 'retry' ? 'question.ask' : 'run.approve';
    await access.require(cedar, person, { id: run, askedBy: `${record.coordinator}/${record.analyst}` });
    if (action === 'approve') await intersections.approve(run, person);
    else if (action === 'retry') await intersections.retry(run);
    else await intersections.stop(run, action === 'refuse' ? 'refused' : 'cancelled', person, request.reason ?? '');
    return c.json(await view(await book.record(run)));
  });

  app.post('/intersections/:run/audit', async (c) => {
    await access.require('result.view', DEFAULT_PERSON, { id: c.req.param('run') });
    return c.json(await intersections.audit(c.req.param('run')));
  });

  app.get('/intersections/:run/result', async (c) => {
    await access.require('result.view', DEFAULT_PERSON, { id: c.req.param('run') });
    return c.json(await intersections.result(c.req.param('run')));
  });
  return app;
}
