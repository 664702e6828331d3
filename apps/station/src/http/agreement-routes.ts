/** Routes about agreements and the station itself. */
import { type Card, proposeRequestSchema, type SignAnswer, type StationStatus } from '@sluis/model';
import { Hono } from 'hono';
import { readBody, unknown } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';
import { agreementSummary, agreementView } from './views.ts';

export function agreementRoutes(services: Services, version: string): Hono {
  const { station, access } = services;
  const app = new Hono();
  const now = () => station.clock.now();

  app.get('/status', async (c) => {
    await access.require('station.status', DEFAULT_PERSON, { id: station.organisation });
    const records = await station.store.agreements();
    const runs = await station.store.runs(1000);
    const status: StationStatus = {
      organisation: station.organisation,
      title: services.title,
      version,
      station: services.address,
      startedAt: new Date(services.startedAt).toISOString(),
      collaborations: records
        .map((r) => agreementSummary(r, now()))
        .filter((a) => a.state === 'in-force' && a.notInForceBecause === null)
        .map((a) => a.collaboration),
      datasets: (await station.store.datasets()).length,
      runs: { running: runs.filter((r) => r.state === 'running').length, waiting: runs.filter((r) => r.state === 'waiting').length },
      log: { size: await services.ledger.size() },
      certificateExpires: services.certificateExpires,
    };
    return c.json(status);
  });

  app.get('/card', (c) => {
    const card: Card = { name: station.organisation, title: services.title, station: services.address, ...station.card };
    return c.json(card);
  });

  app.get('/issuer-key/:collaboration', async (c) => {
    const collaboration = c.req.param('collaboration');
    await access.require('station.status', DEFAULT_PERSON, { id: station.organisation });
    return c.json({ collaboration, key: await services.issuer.publicKey(collaboration) });
  });

  app.get('/agreements', async (c) => {
    const records = await station.store.agreements();
    return c.json({ agreements: records.map((r) => agreementSummary(r, now())) });
  });

  app.post('/agreements', async (c) => {
    const { agreement } = await readBody(c, proposeRequestSchema);
    await access.require('agreement.propose', DEFAULT_PERSON, { id: agreement.collaboration });
    const { id } = await services.agreements.propose(agreement);
    return c.json(await view(id));
  });

  app.get('/agreements/:id', async (c) => c.json(await view(c.req.param('id'))));

  app.post('/agreements/:id/sign', async (c) => {
    const id = c.req.param('id');
    await access.require('agreement.sign', DEFAULT_PERSON, { id });
    const { offered } = await services.agreements.sign(id);
    const answer: SignAnswer = { ...(await view(id)), offered: offered.map((o) => ({ ...o })) };
    return c.json(answer);
  });

  const view = async (id: string) => {
    const record = await station.store.agreement(id);
    if (record === null) throw unknown('agreement', id);
    return agreementView(record, now());
  };
  return app;
}
