/** The planner: parse → bind → infer visibility → check uses → split → protect → explain → hash. */
import { RefusedError } from '@sluis/base';
import type { Agreement, Domain, Plan } from '@sluis/model';
import type { Cost } from '@sluis/technique';
import { bind } from './bind.ts';
import { domainOf } from './domains.ts';
import { explain } from './explain.ts';
import { hasAggregate } from './expression.ts';
import { planHash } from './hash.ts';
import { parse } from './parse.ts';
import type { InputShape } from './parts.ts';
import type { SqlEngine } from './ports.ts';
import type { Prepared } from './prepared.ts';
import { protect } from './protect.ts';
import type { Question } from './question.ts';
import { COUNT_ROWS, split } from './split.ts';
import { Typing } from './types.ts';
import { checkUses } from './uses.ts';
import { checkVisibility } from './visibility.ts';

export interface Asking {
  readonly sql: string;
  readonly agreement: Agreement;
  /** The hash that names the agreement's version. */
  readonly agreementId: string;
  /** A subset of the agreement's receivers; all of them if left out. */
  readonly receivers?: readonly string[];
  /** What a plan costs, from the techniques' descriptors; without it the explanation states no cost. */
  readonly costs?: (plan: Plan) => Cost;
}

/**
 * Plans a question. Run by: every station for itself, from the signed agreement and the SQL text; equal inputs give
 * equal hashes.
 *
 * @param engine - parses and types SQL in an empty database: no data is looked at.
 * @throws RefusedError `plan/…`: `unsupported`, `syntax`, `unknown-name`, `type-mismatch`, `column-use-missing`,
 *   `rows-asked`, `no-domain`, `domain-too-large`, `too-many-cells`, `no-bounds`, `receiver-not-agreed`.
 *
 * Learns: nobody anything.
 */
export async function prepare(asking: Asking, engine: SqlEngine): Promise<Prepared> {
  const { agreement } = asking;
  const receivers = receiversOf(asking);
  const parsed = await parse(asking.sql, engine);
  const typing = new Typing(engine);
  const question = await bind(parsed.node, agreement, engine, typing);
  checkVisibility(question);
  checkUses(question);
  const domains: Domain[] = [];
  for (const key of question.keys) domains.push(await domainOf(key.expression, question.table, typing));
  const hiddenCount = !question.items.some((i) => hasAggregate(i.expression));
  const parts = await split(question, agreement.output, typing, shapeOf(question), hiddenCount ? [COUNT_ROWS] : [], receivers);
  // One text for every layout of the same question.
  const canonical = await engine.print(parsed.document);
  const plan = protect({ agreement, agreementId: asking.agreementId, receivers, canonical, question, split: parts, domains, hiddenCount });
  const explanation = explain(plan, agreement, floatsOf(question), asking.costs?.(plan) ?? null);
  return { plan, hash: planHash(plan), domains, explanation };
}

const shapeOf = ({ table }: Question): InputShape => ({ pushdown: table.providers, maximumRows: table.maximum_rows, sharedRows: null });

function receiversOf({ agreement, receivers }: Asking): readonly string[] {
  const wanted = receivers === undefined ? agreement.receivers : [...new Set(receivers)];
  const stranger = wanted.find((r) => !agreement.receivers.includes(r));
  if (stranger === undefined && wanted.length > 0) return agreement.receivers.filter((r) => wanted.includes(r));
  throw new RefusedError('plan/receiver-not-agreed', {
    stage: 'plan',
    ...(stranger === undefined ? {} : { party: stranger }),
    message: stranger === undefined ? 'The question names no receiver.' : `${stranger} may not receive results under this agreement.`,
    remedy: `Receivers agreed on: ${agreement.receivers.join(', ')}.`,
  });
}

/** Whether something is summed that is not exact by nature, so that the explanation can say how it is rounded. */
function floatsOf(question: Question): readonly { readonly name: string; readonly scale: number }[] {
  return Object.entries(question.table.columns).flatMap(([name, c]) => (c.type === 'DOUBLE' ? [{ name, scale: c.scale ?? 6 }] : []));
}
