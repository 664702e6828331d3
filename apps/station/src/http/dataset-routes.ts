/** Routes about datasets: what an organisation connects to the shared tables. */
import { connectRequestSchema } from '@sluis/model';
import { Hono } from 'hono';
import { readBody } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';
import { datasetView } from './views.ts';

export function datasetRoutes(services: Services): Hono {
  const { station, access, datasets } = services;
  const app = new Hono();

  app.get('/datasets', async (c) => c.json({ datasets: (await station.store.datasets()).map(datasetView) }));

  app.post('/datasets', async (c) => {
    const request = await readBody(c, connectRequestSchema);
    await access.require('dataset.connect', DEFAULT_PERSON, { id: request.table });
    return c.json(datasetView(await datasets.connect(request)));
  });

  app.post('/datasets/check', async (c) => {
    const request = await readBody(c, connectRequestSchema);
    await access.require('dataset.connect', DEFAULT_PERSON, { id: request.table });
    return c.json((await datasets.check(request)).report);
  });

  app.delete('/datasets/:collaboration/:table', async (c) => {
    const { collaboration, table } = c.req.param();
    await access.require('dataset.remove', DEFAULT_PERSON, { id: table });
    return c.json({ removed: await datasets.remove(collaboration, table) });
  });
  return app;
}
