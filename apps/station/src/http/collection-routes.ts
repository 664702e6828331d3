/**
 * Routes of collections. Anybody may ask for the agreement and send a report, from any page: a split one can't be read here, a local one
 * says no more than its ε allows. Results are for the holder of the station's token.
 */
import type { HttpBindings } from '@hono/node-server';
import { InvalidError } from '@sluis/base';
import { currentAgreement, signedAgreementOf } from '@sluis/flow';
import { API_ROOT, type CollectionStatus, collectionReportSchema } from '@sluis/model';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { readBody } from './body.ts';
import { Gate } from './contribute-gate.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';

const ROOT = `${API_ROOT}/collect/`;
const REPORT_LIMIT = 2 * 1024 * 1024;
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/);
const offerRequestSchema = z.strictObject({ collaboration: name });
const resultsRequestSchema = z.strictObject({
  collaboration: name.optional(),
  begin: z.boolean().default(false),
  as: z.string().max(200).optional(),
});

export const isForReporters = (path: string): boolean => path.startsWith(ROOT);

export function collectionRoutes({ station, access, intake, releases, collections }: Services): Hono {
  const app = new Hono();
  const gate = new Gate();
  const limit = bodyLimit({
    maxSize: REPORT_LIMIT,
    onError: () => {
      throw new InvalidError('request/too-large', {
        stage: 'usage',
        message: 'No report is as large.',
        remedy: 'See the API description.',
      });
    },
  });

  // A page of anybody's may report: there are no cookies or tokens that it could misuse.
  app.use('/collect/*', async (c, next) => {
    c.header('access-control-allow-origin', '*');
    await next();
  });
  app.options('/collect/*', (c) => {
    c.header('access-control-allow-methods', 'POST');
    c.header('access-control-allow-headers', 'content-type');
    return c.body(null, 204);
  });
  app.post('/collect/agreement', limit, async (c) => {
    gate.ask(addressOf(c));
    const { collaboration } = await readBody(c, offerRequestSchema);
    const { id, signed } = await currentAgreement(station, collaboration);
    if (signed.agreement.collections === undefined) throw nothingCollected();
    return c.json({ id, signed });
  });
  app.post('/collect/reports', limit, async (c) => {
    gate.ask(addressOf(c));
    await intake.accept(await readBody(c, collectionReportSchema));
    return c.json({ stored: true });
  });

  app.get('/collections', async (c) => {
    await access.require('run.view', DEFAULT_PERSON, { id: 'collections' });
    const records = (await station.store.agreements(c.req.query('collaboration'))).filter((r) => r.state === 'in-force');
    const found: CollectionStatus[] = [];
    for (const record of records) {
      const { agreement } = signedAgreementOf(record);
      for (const [collection, terms] of Object.entries(agreement.collections ?? {})) {
        const mine = terms.aggregators.includes(station.organisation);
        found.push({
          agreement: record.id,
          collection,
          collaboration: agreement.collaboration,
          description: terms.description,
          kind: terms.reports.kind,
          aggregators: terms.aggregators,
          minimum_reports: terms.minimum_reports,
          until: terms.until ?? agreement.valid.until,
          reports: mine ? await collections.countReports({ agreement: record.id, collection }) : null,
        });
      }
    }
    return c.json({ collections: found });
  });
  app.post('/collections/:collection/results', async (c) => {
    const request = await readBody(c, resultsRequestSchema);
    await access.require(request.begin ? 'question.ask' : 'run.view', request.as ?? DEFAULT_PERSON, { id: 'collections' });
    const { id } = await currentAgreement(station, request.collaboration);
    return c.json({ results: await releases.results({ agreement: id, collection: c.req.param('collection') }, request.begin) });
  });
  return app;
}

/** Where a request comes from; one common place for all that don't come over a socket. */
const addressOf = (c: Context): string => (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '';

const nothingCollected = () =>
  new InvalidError('collection/unknown', {
    stage: 'contribution',
    message: 'Nothing is collected in this collaboration.',
    remedy: 'Check its name.',
  });
