/** `sluis explain` of a question that asks for a relative error: what one step reveals, and what all of them could cost. */
import { createSqlEngine } from '@sluis/engine';
import type { AskRequest, ExplainAnswer, PriceAnswer } from '@sluis/model';
import { stepMargins } from '@sluis/planner';
import { onlookersOf, planRelative, type RelativeQuestion, spentBy, type StationClient } from '@sluis/sdk';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { sentencesOf } from '../output/answer.ts';
import { renderEstimate, renderExplanation } from '../output/explanation.ts';
import { renderGrid } from '../output/grid.ts';
import { type Paint, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';
import { tableLines } from './budget-price.ts';

export async function explainRelative(request: AskRequest, options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  await withStation(options, async (client) => {
    const question = await planRelative(client, request, createSqlEngine());
    const { first, price } = await explained(client, question, request);
    if (options.json === true) return printJson(documentOf(question, first, price));
    print(lines(question, first, price, painted.out, terminalWidth(process.stdout)).join('\n'));
  });
}

/** The same before asking, on stderr. */
export async function remarkRelative(client: StationClient, question: RelativeQuestion, request: AskRequest): Promise<void> {
  const { first, price } = await explained(client, question, request);
  remark(lines(question, first, price, painted.err, terminalWidth(process.stderr)).join('\n'));
}

interface Explained {
  readonly first: ExplainAnswer;
  readonly price: PriceAnswer;
}

/** All steps reveal the same, but for how exactly. */
async function explained(client: StationClient, { requests, agreement }: RelativeQuestion, request: AskRequest): Promise<Explained> {
  const [begin] = requests;
  if (begin === undefined) throw new RangeError('there is a first step');
  const { receivers, as } = request;
  const first = await client.explain(begin);
  const price = await client.price({
    questions: requests.map(({ sql }) => ({ sql })),
    collaboration: agreement.collaboration,
    ...(receivers === undefined ? {} : { receivers }),
    ...(as === undefined ? {} : { as }),
  });
  return { first, price };
}

function lines(question: RelativeQuestion, first: ExplainAnswer, price: PriceAnswer, paint: Paint, width: number): string[] {
  const { error, percent, steps, ceiling } = question.plan;
  const onlookers = onlookersOf(question);
  return [
    wrap(text.relativePlan(error, percent, steps.length, ceiling.epsilon, ceiling.delta), width),
    schedule(question, paint),
    wrap(text.relativeOrdinary, width),
    ...(onlookers.length === 0 ? [] : [wrap(text.relativeSeen(onlookers.join(', ')), width)]),
    renderExplanation(first.explanation, text, paint, width),
    ...price.tables.flatMap(tableLines),
    paint.dim(renderEstimate(first.explanation, text)),
    ...(first.approvals.length > 0 ? [`${text.stepWaiting}: ${first.approvals.join(', ')}`] : []),
  ];
}

/** Per step what it costs, what all up to it cost, and how exact the answer then is. */
function schedule(question: RelativeQuestion, paint: Paint): string {
  const { plan } = question;
  const margins = stepMargins(plan);
  const rows = plan.steps.map((step, i) => {
    const known = margins[i] ?? [];
    const of = (value: 'margin' | 'from'): string => known.map((m) => `${m.column}: ${m[value]}`).join(', ') || text.relativeUnknown;
    return [String(i + 1), step.prepared.plan.noise?.epsilon ?? '', spentUpTo(question, i), of('margin'), of('from')];
  });
  return renderGrid(text.relativeHeadings, rows, paint);
}

const spentUpTo = ({ plan }: RelativeQuestion, step: number): string =>
  spentBy(
    plan,
    Array.from({ length: step + 1 }, (_, i) => i),
  );

function documentOf(question: RelativeQuestion, first: ExplainAnswer, price: PriceAnswer): Record<string, unknown> {
  const { explanation, budget: _, ...rest } = first;
  const { plan } = question;
  const margins = stepMargins(plan);
  const steps = plan.steps.map(({ sql, prepared: { plan: made, hash } }, i) => ({
    sql,
    plan: hash,
    epsilon: made.noise?.epsilon,
    delta: made.noise?.delta,
    spent: spentUpTo(question, i),
    margins: margins[i],
  }));
  return {
    ...rest,
    relative: {
      within: plan.error,
      percent: plan.percent,
      ceiling: plan.ceiling,
      least: spentUpTo(question, 0),
      greatest: spentUpTo(question, plan.steps.length - 1),
      onlookers: onlookersOf(question),
      steps,
    },
    budget: price.tables,
    explain: sentencesOf(explanation),
    about: explanation.sentences,
    cost: explanation.cost,
  };
}
