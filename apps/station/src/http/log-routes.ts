/** The station's tamper-evident log, read only, in the layout of C2SP tlog-tiles. */
import { Hono } from 'hono';
import { unknown } from './body.ts';
import type { Services } from './services.ts';

export function logRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/log/checkpoint', async (c) => c.text(await services.ledger.checkpoint()));
  app.get('/log/tile/:path{.+}', async (c) => {
    const path = c.req.param('path');
    const tile = await services.ledger.tileAt(path);
    if (tile === null) throw unknown('tile', path);
    return c.body(tile as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'application/octet-stream' });
  });
  return app;
}
