/** Routes about questions and runs. */
import { InvalidError } from '@sluis/base';
import {
  planQuestion,
  priceQuestions,
  type PricedQuestion,
  readMessage,
  requiredApprovals,
  signedApprovalSchema,
  signedProposalSchema,
} from '@sluis/flow';
import {
  type Agreement,
  askRequestSchema,
  decisionRequestSchema,
  type Explanation,
  type ExplainAnswer,
  explainRequestSchema,
  OPEN_RUN_STATES,
  type Receipt,
  type ResultTable,
  type RunView,
} from '@sluis/model';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { resolveQuestion } from './asked-question.ts';
import { readBody, unknown } from './body.ts';
import { DEFAULT_PERSON, type Services } from './services.ts';
import { runSummary } from './views.ts';

/** How long an event stream stays open without the run's end; clients ask again. */
const STREAM_MS = 60_000;
const EMPTY: Explanation = { sentences: [], cost: { rounds: 0, bytes: 0, seconds: 0 } };

export function runRoutes(services: Services): Hono {
  const { station, access, runs } = services;
  const app = new Hono();

  /** What a question would take from budgets; of none if it is exact. */
  const budgetFor = async (analyst: string, agreement: Agreement, agreementId: string, question: PricedQuestion) =>
    question.prepared.plan.noise === undefined
      ? []
      : (await priceQuestions(station, { agreement, agreementId, analyst, questions: [question] })).tables;

  app.post('/explain', async (c) => {
    const request = await readBody(c, explainRequestSchema);
    await access.require('question.explain', request.as ?? DEFAULT_PERSON, { id: 'explain' });
    const { id, signed, sql, template } = await resolveQuestion(station, request);
    const prepared = await planQuestion(station, { agreement: signed.agreement, id }, sql, request.receivers);
    const { plan } = prepared;
    const free = template !== null || signed.agreement.approval.ad_hoc === 'none';
    const answer: ExplainAnswer = {
      collaboration: plan.collaboration,
      agreement: id,
      plan: prepared.hash,
      sql: plan.sql,
      columns: plan.columns.map((column) => ({ ...column })),
      cells: plan.cellCount,
      receivers: [...plan.receivers],
      approvals: free ? [] : [...plan.providers],
      budget: await budgetFor(request.as ?? DEFAULT_PERSON, signed.agreement, id, { sql, template, prepared }),
      explanation: { sentences: prepared.explanation.sentences.map((s) => ({ ...s })), cost: { ...prepared.explanation.cost } },
    };
    return c.json(answer);
  });

  app.post('/runs', async (c) => {
    const request = await readBody(c, askRequestSchema);
    const analyst = request.as ?? DEFAULT_PERSON;
    await access.require('question.ask', analyst, { id: 'ask' });
    const { id, sql, template } = await resolveQuestion(station, request);
    const run = await runs.ask({
      agreement: id,
      sql,
      template,
      analyst,
      ...(request.receivers === undefined ? {} : { receivers: request.receivers }),
    });
    return c.json(await view(run), 201);
  });

  app.get('/runs', async (c) => {
    await access.require('run.view', DEFAULT_PERSON, { id: 'runs' });
    const limit = Math.min(1000, Math.max(1, Number(c.req.query('limit') ?? 50) || 50));
    const records = await runs.records(limit);
    const charges = Map.groupBy(await station.budget.chargesOf(records.map((r) => r.id)), (charge) => charge.run);
    return c.json({ runs: records.map((r) => runSummary(r, charges.get(r.id) ?? [])) });
  });

  app.get('/runs/:id', async (c) => c.json(await view(c.req.param('id'))));

  app.get('/runs/:id/events', async (c) => {
    const id = c.req.param('id');
    await record(id);
    let cursor = Math.max(0, Number(c.req.query('after') ?? 0) || 0);
    c.header('content-type', 'application/x-ndjson');
    return stream(c, async (out) => {
      const until = performance.now() + STREAM_MS;
      for (;;) {
        // The state is read before the events, so that an end is told only after everything that led to it.
        const { state } = await record(id);
        for (const event of station.events.since(id, cursor)) {
          await out.write(`${JSON.stringify(event)}\n`);
          cursor = event.sequence;
        }
        if (!OPEN_RUN_STATES.includes(state) || performance.now() > until || out.aborted) {
          await out.write(`${JSON.stringify({ state, cursor })}\n`);
          return;
        }
        await station.events.next(id, 1000);
      }
    });
  });

  app.post('/runs/:id/approve', async (c) => {
    const id = c.req.param('id');
    const request = await readBody(c, decisionRequestSchema);
    const found = await record(id);
    await access.require('run.approve', request.as ?? DEFAULT_PERSON, { id, askedBy: `${found.coordinator}/${found.analyst}` });
    await runs.approve(id, request.as ?? DEFAULT_PERSON);
    return c.json(await view(id));
  });

  for (const [path, state, action] of [
    ['refuse', 'refused', 'run.approve'],
    ['cancel', 'cancelled', 'run.cancel'],
  ] as const) {
    app.post(`/runs/:id/${path}`, async (c) => {
      const id = c.req.param('id');
      const request = await readBody(c, decisionRequestSchema);
      const found = await record(id);
      await access.require(action, request.as ?? DEFAULT_PERSON, { id, askedBy: `${found.coordinator}/${found.analyst}` });
      await runs.stop(id, state, request.as ?? DEFAULT_PERSON, request.reason ?? '');
      return c.json(await view(id));
    });
  }

  app.get('/runs/:id/result', async (c) => {
    const id = c.req.param('id');
    const found = await record(id);
    await access.require('result.view', DEFAULT_PERSON, { id });
    const saved = await station.store.result(id);
    if (saved === null) throw noResult(id, found.state);
    const receipt = JSON.parse(saved.receipt) as Receipt;
    return c.json({
      run: id,
      result: saved.result === null ? null : (JSON.parse(saved.result) as ResultTable),
      receipt,
      explanation: await explanationOf(id),
      timings: { totalMs: saved.savedAt - found.createdAt },
      bytes: { total: receipt.body.bytes.reduce((a, b) => a + b, 0) },
      rounds: Math.max(...receipt.body.rounds),
    });
  });

  const record = async (id: string) => {
    const found = await runs.record(id);
    if (found === null) throw unknown('run', id);
    return found;
  };

  /** Runs of agreements that are no longer in force can't be planned anew; they are shown without explanation. */
  const explanationOf = async (id: string): Promise<Explanation> =>
    (await runs.admitted(id).catch(() => null))?.prepared.explanation ?? EMPTY;

  const view = async (id: string): Promise<RunView> => {
    const found = await record(id);
    const proposal = readMessage(signedProposalSchema, JSON.parse(found.proposal), 'proposal', 'the store').statement;
    const admitted = await runs.admitted(id).catch(() => null);
    const given = (await station.store.approvals(id)).map(
      (a) => readMessage(signedApprovalSchema, JSON.parse(a.approval), 'approval', 'the store').statement.organisation,
    );
    const explanation = admitted?.prepared.explanation ?? EMPTY;
    return {
      ...runSummary(found, await station.budget.chargesOf([id])),
      receivers: proposal.receivers,
      approvals: { needed: admitted === null ? [] : [...requiredApprovals(admitted)], given },
      explanation: { sentences: explanation.sentences.map((s) => ({ ...s })), cost: { ...explanation.cost } },
      events: station.events.since(id, 0),
    };
  };
  return app;
}

function noResult(id: string, state: string): InvalidError {
  return new InvalidError('result/not-found', {
    stage: 'release',
    message: `Run ${id} has no result at this station; it is ${state}.`,
    remedy: state === 'waiting' ? 'Data providers have yet to approve: sluis approve RUN' : 'See why with: sluis runs',
  });
}
