/** The planner: parse → bind → infer visibility → check uses → split → protect → explain → hash. */
import { RefusedError } from '@sluis/base';
import { type Agreement, type Domain, ITEMS, type Plan } from '@sluis/model';
import type { Cost } from '@sluis/technique';
import { bind } from './bind.ts';
import { domainOf } from './domains.ts';
import { explain } from './explain.ts';
import { hasAggregate, print, type Bound } from './expression.ts';
import { footprintOf } from './footprint.ts';
import { notGuarded } from './footprint-columns.ts';
import { planHash } from './hash.ts';
import { joinedReceivers } from './joined-receivers.ts';
import { checkNoisyAggregates } from './noise-aggregates.ts';
import { noiseClauseText, splitNoiseClause } from './noise-clause.ts';
import { intervalColumns, intervalPlaces } from './noise-intervals.ts';
import { noiseWanted } from './noise-terms.ts';
import { outputsOf } from './outputs.ts';
import { parse } from './parse.ts';
import { MOST_SECRET_GROUPS } from './most-secret-groups.ts';
import { planSharedRows, type RowKey, type SharedPlan } from './plan-shared-rows.ts';
import type { SqlEngine } from './ports.ts';
import type { Prepared } from './prepared.ts';
import { protect } from './protect.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import { checkShownItems } from './shown-items.ts';
import { checkSingleRowGroups } from './single-row-groups.ts';
import { COUNT_ROWS, split } from './split.ts';
import { reliesOnKeys, stabilityOf } from './stability.ts';
import type { RowScope } from './row-scope.ts';
import { checkReceivers, inputShape, providersOf, sharingOf } from './sharing.ts';
import { checkRoomOfGroups, withSureRoom } from './sure-room.ts';
import { isMoment, isNumber, Typing } from './types.ts';
import { checkTextKeys, hashedColumn } from './text-keys.ts';
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
 *   `rows-asked`, `receiver-gave-rows`, `no-domain`, `domain-too-large`, `too-many-cells`, `no-bounds`, `receiver-not-agreed`.
 *
 * Learns: nobody anything.
 */
export async function prepare(asking: Asking, engine: SqlEngine): Promise<Prepared> {
  const { agreement } = asking;
  const receivers = receiversOf(asking);
  const { sql, clause } = splitNoiseClause(asking.sql);
  const wanted = noiseWanted(clause, agreement);
  const parsed = await parse(sql, engine);
  const typing = new Typing(engine);
  const bound = await bind(parsed.node, agreement, engine, typing);
  checkVisibility(bound);
  checkUses(bound, wanted === null ? agreement.output.minimum_rows : null);
  const keys = await keysOf(bound, typing);
  checkTextKeys(bound, wanted !== null);
  if (wanted === null) {
    checkSingleRowGroups(bound, keys, agreement.output.minimum_rows);
    checkShownItems(bound, agreement.output.minimum_rows);
  }
  const secret = keys.filter((k) => k.domain === null).map((k) => print(k.expression));
  const sharing = await sharingOf(bound, secret, agreement, typing, wanted !== null);
  const noisy = wanted === null ? null : { wanted, stability: stabilityOf(bound, keys, sharing) };
  if (noisy !== null) await checkNoisyAggregates(bound, sharing, noisy.stability, secret, typing);
  else checkReceivers(bound, sharing, receivers);
  const joined =
    noisy === null ? joinedReceivers(bound, receivers) : { countedSources: [], leftUnique: reliesOnKeys(bound, noisy.stability) };
  const question = noisy === null ? withSureRoom(bound, sharing, receivers) : bound;
  const hiddenCount = !question.items.some((i) => hasAggregate(i.expression));
  const shape = inputShape(question, sharing);
  const rules = noisy === null ? agreement.output : { ...agreement.output, dominance: undefined };
  const watches = noisy !== null && secret.length > 0;
  const parts = await split(question, rules, typing, shape, hiddenCount || watches ? [COUNT_ROWS] : [], receivers, noisy !== null);
  const scope = scopeOf(question, agreement, typing);
  const { leftUnique } = joined;
  const shared =
    sharing === null ? null : await planSharedRows(question, sharing, parts, keys, scope, leftUnique, noisy?.stability ?? null);
  if (noisy === null && shared !== null) checkRoomOfGroups(question, shared.rows.secretSlots, shared.rows.maximumRows, receivers);
  if (watches) checkSelection(agreement);
  if (watches) checkRoomForGroups(shared);
  // One text for every layout of the same question.
  const printed = await engine.print(parsed.document);
  const canonical = clause === null ? printed : `${printed.replace(/;\s*$/, '')} ${noiseClauseText(clause)}`;
  const domains = keys.map((k): Domain => k.domain ?? { values: [] });
  const providers = providersOf(question, sharing);
  const asked = { agreement, agreementId: asking.agreementId, receivers, canonical };
  const plan = protect({
    ...asked,
    question,
    split: parts,
    keys,
    shared,
    providers,
    hiddenCount,
    countedSources: joined.countedSources,
    noisy,
  });
  const intervals =
    plan.noise === undefined
      ? {}
      : { intervals: intervalPlaces(intervalColumns(question, parts, outputsOf(question, parts, hiddenCount), plan.noise)) };
  const explanation = explain({ plan, agreement, question, sharing, floats: floatsOf(question) }, asking.costs?.(plan) ?? null);
  if (plan.rules.guarded === undefined) return { plan, hash: planHash(plan), domains, explanation, ...intervals };
  if (secret.length > 0) throw notGuarded('groups without declared values are not covered by it', 'Group by columns with declared values.');
  return { plan, hash: planHash(plan), domains, explanation, footprint: await footprintOf(question, parts, plan, domains, engine) };
}

/**
 * Which groups are shown is decided by a noisy count and by whether there is such a group at all, exactly. A share of noise
 * that is far too large would show every group that exists, single rows too.
 */
function checkSelection({ threat_model: threat, output: { noise } }: Agreement): void {
  if (threat !== 'malicious' || noise?.generation !== 'shares') return;
  throw unsupported(
    'Noise made of shares, over groups whose values are not declared, where a compute party may deviate (threat_model: malicious),',
    'One that brings far too large a share would show every group. Agree on "output.noise.generation": bits, or group by columns with a declared list or range of values.',
  );
}

/** Room that may not suffice would be a decision on the data: with more groups nothing is shown. */
function checkRoomForGroups(shared: SharedPlan | null): void {
  const { secretSlots, maximumRows } = shared?.rows ?? { secretSlots: null, maximumRows: 0 };
  if (secretSlots === null || secretSlots < MOST_SECRET_GROUPS || maximumRows <= MOST_SECRET_GROUPS) return;
  throw unsupported(
    `Noise over more than ${MOST_SECRET_GROUPS} possible groups whose values are not declared`,
    'Group by something coarser (x // 100), or declare narrower bounds.',
  );
}

/** Keys with their declared values; a number, a date or a column of text without such may be grouped by on shared rows, as a secret. */
async function keysOf(question: Question, typing: Typing): Promise<RowKey[]> {
  const keys: RowKey[] = [];
  for (const { expression } of question.keys) {
    const found = await domainOf(expression, question.table, typing).catch((error: unknown) => {
      const unknown = error instanceof RefusedError && /^plan\/(no-domain|domain-too-large)$/.test(error.code);
      if (unknown && isGroupedSecretly(expression, question)) return null;
      throw error;
    });
    keys.push({ expression, domain: found });
  }
  return keys;
}

const isGroupedSecretly = (expression: Bound, { keys, groupingSets, table }: Question): boolean =>
  (isNumber(expression.type) || isMoment(expression.type) || hashedColumn(expression, table) !== null) &&
  groupingSets.length === 1 &&
  groupingSets[0]?.length === keys.length;

function scopeOf({ table, sources, joins }: Question, { collaboration }: Agreement, typing: Typing): RowScope {
  const place = (name: string): { source: number; column: string } => {
    if (name.startsWith('#')) return { source: ITEMS, column: name };
    if (joins.length === 0) return { source: 0, column: name };
    const [of, column] = name.split('.');
    return { source: sources.findIndex((s) => s.tableName === of), column: column ?? '' };
  };
  return { collaboration, table, typing, place };
}

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
