/** The HTTP API: routes under /api/v1 behind the token, errors as problems. */
import { InvalidError } from '@sluis/base';
import { API_ROOT } from '@sluis/model';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { agreementRoutes } from './agreement-routes.ts';
import { budgetRoutes } from './budget-routes.ts';
import { collectionRoutes, isForReporters } from './collection-routes.ts';
import { contributePageRoutes } from './contribute-page-routes.ts';
import { contributeRoutes, isForContributors } from './contribute-routes.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { intersectionRoutes } from './intersection-routes.ts';
import { logRoutes } from './log-routes.ts';
import { problemResponse } from './problem.ts';
import { checkRoutes } from './check-routes.ts';
import { runRoutes } from './run-routes.ts';
import type { Services } from './services.ts';

/** An agreement with a large domain is the largest thing anybody posts. */
const BODY_LIMIT = 64 * 1024 * 1024;

export function createApp(services: Services, version: string): Hono {
  const app = new Hono();
  // First of all: nothing of a stranger's request is read.
  app.use(async (c, next) => {
    // Contributors have no token: what they may do, they sign for. Reporters need not say who they are.
    if (!isForContributors(c.req.path) && !isForReporters(c.req.path)) services.access.authenticate(c.req.header('authorization'));
    await next();
    c.header('cache-control', 'no-store');
  });
  app.use(bodyLimit({ maxSize: BODY_LIMIT }));
  app.route('/', contributePageRoutes(services));
  app.route(API_ROOT, contributeRoutes(services));
  app.route(API_ROOT, collectionRoutes(services));
  app.route(API_ROOT, agreementRoutes(services, version));
  app.route(API_ROOT, datasetRoutes(services));
  app.route(API_ROOT, runRoutes(services));
  app.route(API_ROOT, checkRoutes(services));
  app.route(API_ROOT, intersectionRoutes(services));
  app.route(API_ROOT, budgetRoutes(services));
  app.route(API_ROOT, logRoutes(services));
  app.notFound(() =>
    problemResponse(
      new InvalidError('request/not-found', {
        stage: 'usage',
        message: 'There is nothing at this address.',
        remedy: `The API is under ${API_ROOT}.`,
      }),
    ),
  );
  app.onError((error) => problemResponse(error));
  return app;
}
