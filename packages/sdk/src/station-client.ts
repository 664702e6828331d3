/** A client of one station's HTTP API: one method a route, answers validated (see `model`, api.ts). */
import {
  type Agreement,
  type AgreementList,
  type AgreementView,
  type AskRequest,
  agreementListSchema,
  type BudgetView,
  budgetViewSchema,
  agreementViewSchema,
  type Card,
  type ConnectRequest,
  cardSchema,
  type CollectionResult,
  type CollectionStatus,
  collectionListSchema,
  collectionResultsSchema,
  type DatasetList,
  type DatasetReport,
  type DatasetView,
  type CheckList,
  type CheckRequest,
  checkListSchema,
  type DecisionRequest,
  datasetListSchema,
  datasetReportSchema,
  datasetViewSchema,
  type ExplainAnswer,
  type ExplainRequest,
  explainAnswerSchema,
  type IntersectionAudit,
  intersectionAuditSchema,
  type IntersectionList,
  type IntersectionResult,
  type IntersectionStart,
  type IntersectionView,
  intersectionListSchema,
  intersectionResultSchema,
  intersectionViewSchema,
  type IssuerKey,
  issuerKeySchema,
  type PriceAnswer,
  type PriceRequest,
  priceAnswerSchema,
  type RunEventLine,
  type RunList,
  type RunSummary,
  runSummarySchema,
  type RunResult,
  type RunView,
  removeAnswerSchema,
  runEventLineSchema,
  runListSchema,
  runResultSchema,
  runViewSchema,
  type SignAnswer,
  type StationStatus,
  signAnswerSchema,
  stationStatusSchema,
} from '@sluis/model';
import { PeerError } from '@sluis/base';
import type { z } from 'zod';
import { PinnedRequests } from './pinned-requests.ts';
import type { StationAccess } from './station-access.ts';

const QUICK_MS = 30_000;
/** Checking millions of rows, offering an agreement to many stations, planning over large domains. */
const LONG_MS = 600_000;
/** Longer than the server holds an event stream without a line. */
const STREAM_MS = 90_000;

/**
 * Every method throws what the station answered as a SluisError (same code and exit code), or PeerError
 * `station/unreachable`, `station/certificate`, `station/timeout` or `station/strange-answer`.
 */
export class StationClient {
  readonly #requests: PinnedRequests;

  constructor(access: StationAccess) {
    this.#requests = new PinnedRequests(access);
  }

  status(): Promise<StationStatus> {
    return this.#call(stationStatusSchema, 'GET', '/status', undefined, QUICK_MS);
  }

  card(): Promise<Card> {
    return this.#call(cardSchema, 'GET', '/card', undefined, QUICK_MS);
  }

  /** The key that goes into an agreement if this station is to issue tokens to anonymous members. */
  issuerKey(collaboration: string): Promise<IssuerKey> {
    return this.#call(issuerKeySchema, 'GET', `/issuer-key/${encodeURIComponent(collaboration)}`, undefined, QUICK_MS);
  }

  agreements(): Promise<AgreementList> {
    return this.#call(agreementListSchema, 'GET', '/agreements', undefined, QUICK_MS);
  }

  agreement(id: string): Promise<AgreementView> {
    return this.#call(agreementViewSchema, 'GET', `/agreements/${id}`, undefined, QUICK_MS);
  }

  /** Writes an agreement down at the station; nobody has signed it by that. */
  propose(agreement: Agreement): Promise<AgreementView> {
    return this.#call(agreementViewSchema, 'POST', '/agreements', { agreement }, LONG_MS);
  }

  /** Signs with the station's key and offers the signature to the stations that the agreement names. */
  sign(id: string): Promise<SignAnswer> {
    return this.#call(signAnswerSchema, 'POST', `/agreements/${id}/sign`, {}, LONG_MS);
  }

  datasets(): Promise<DatasetList> {
    return this.#call(datasetListSchema, 'GET', '/datasets', undefined, QUICK_MS);
  }

  connect(request: ConnectRequest): Promise<DatasetView> {
    return this.#call(datasetViewSchema, 'POST', '/datasets', request, LONG_MS);
  }

  /** Checks rows as `connect` does, without binding them. */
  checkDataset(request: ConnectRequest): Promise<DatasetReport> {
    return this.#call(datasetReportSchema, 'POST', '/datasets/check', request, LONG_MS);
  }

  /** False if there was none. */
  async removeDataset(collaboration: string, table: string): Promise<boolean> {
    const path = `/datasets/${encodeURIComponent(collaboration)}/${encodeURIComponent(table)}`;
    return (await this.#call(removeAnswerSchema, 'DELETE', path, undefined, QUICK_MS)).removed;
  }

  explain(request: ExplainRequest): Promise<ExplainAnswer> {
    return this.#call(explainAnswerSchema, 'POST', '/explain', request, LONG_MS);
  }

  /** Puts a question; the run goes on at the station. See `askAndFollow`. */
  ask(request: AskRequest, signal?: AbortSignal): Promise<RunView> {
    return this.#call(runViewSchema, 'POST', '/runs', request, LONG_MS, signal);
  }

  runs(limit = 50): Promise<RunList> {
    return this.#call(runListSchema, 'GET', `/runs?limit=${limit}`, undefined, QUICK_MS);
  }

  run(id: string): Promise<RunView> {
    return this.#call(runViewSchema, 'GET', `/runs/${id}`, undefined, QUICK_MS);
  }

  /** One response of the event stream: events after `after`, lastly the state and cursor. */
  async *events(id: string, after: number, signal?: AbortSignal): AsyncGenerator<RunEventLine> {
    const path = `/runs/${id}/events?after=${after}`;
    for await (const line of this.#requests.lines(path, { timeoutMs: STREAM_MS, signal })) {
      yield this.#read(runEventLineSchema, parseLine(line), path);
    }
  }

  approve(id: string, decision: DecisionRequest): Promise<RunView> {
    return this.#call(runViewSchema, 'POST', `/runs/${id}/approve`, decision, LONG_MS);
  }

  /** Releases that wait for an output checker of this station's organisation. */
  checks(): Promise<CheckList> {
    return this.#call(checkListSchema, 'GET', '/checks', undefined, QUICK_MS);
  }

  /** An output checker's word. */
  check(id: string, request: CheckRequest): Promise<RunSummary> {
    return this.#call(runSummarySchema, 'POST', `/runs/${id}/check`, request, LONG_MS);
  }

  refuse(id: string, decision: DecisionRequest): Promise<RunView> {
    return this.#call(runViewSchema, 'POST', `/runs/${id}/refuse`, decision, QUICK_MS);
  }

  cancel(id: string, decision: DecisionRequest): Promise<RunView> {
    return this.#call(runViewSchema, 'POST', `/runs/${id}/cancel`, decision, QUICK_MS);
  }

  result(id: string): Promise<RunResult> {
    return this.#call(runResultSchema, 'GET', `/runs/${id}/result`, undefined, LONG_MS);
  }

  /** What the station's runs have spent of each table's privacy budget. */
  budget(collaboration?: string): Promise<BudgetView> {
    const query = collaboration === undefined ? '' : `?collaboration=${encodeURIComponent(collaboration)}`;
    return this.#call(budgetViewSchema, 'GET', `/budget${query}`, undefined, LONG_MS);
  }

  /** What people may report in the collaborations of this station, and how many did where it aggregates. */
  async collections(collaboration?: string): Promise<CollectionStatus[]> {
    const query = collaboration === undefined ? '' : `?collaboration=${encodeURIComponent(collaboration)}`;
    return (await this.#call(collectionListSchema, 'GET', `/collections${query}`, undefined, QUICK_MS)).collections;
  }

  /** All sums of a collection; with `begin`, first one more of all reports that are in none. Only at a receiver's station. */
  async collectionResults(
    collection: string,
    request: { readonly begin: boolean; readonly collaboration?: string; readonly as?: string },
  ): Promise<CollectionResult[]> {
    const path = `/collections/${encodeURIComponent(collection)}/results`;
    return (await this.#call(collectionResultsSchema, 'POST', path, request, 2 * LONG_MS)).results;
  }

  /** Intersections of the agreements in force, in words, and the latest runs between two stations. */
  intersections(collaboration?: string): Promise<IntersectionList> {
    const query = collaboration === undefined ? '' : `?collaboration=${encodeURIComponent(collaboration)}`;
    return this.#call(intersectionListSchema, 'GET', `/intersections${query}`, undefined, QUICK_MS);
  }

  /** Proposes a run to the other side; it goes on at the stations. See `intersectAndFollow`. */
  intersect(request: IntersectionStart): Promise<IntersectionView> {
    return this.#call(intersectionViewSchema, 'POST', '/intersections', request, LONG_MS);
  }

  intersection(run: string): Promise<IntersectionView> {
    return this.#call(intersectionViewSchema, 'GET', `/intersections/${run}`, undefined, QUICK_MS);
  }

  decideIntersection(run: string, action: 'approve' | 'refuse' | 'cancel' | 'retry', decision: DecisionRequest): Promise<IntersectionView> {
    return this.#call(intersectionViewSchema, 'POST', `/intersections/${run}/${action}`, decision, LONG_MS);
  }

  /** Whether the station's rows are still those that it committed to in a run. */
  auditIntersection(run: string): Promise<IntersectionAudit> {
    return this.#call(intersectionAuditSchema, 'POST', `/intersections/${run}/audit`, {}, LONG_MS);
  }

  intersectionResult(run: string): Promise<IntersectionResult> {
    return this.#call(intersectionResultSchema, 'GET', `/intersections/${run}/result`, undefined, LONG_MS);
  }

  /** What questions would cost together; none is asked. */
  price(request: PriceRequest): Promise<PriceAnswer> {
    return this.#call(priceAnswerSchema, 'POST', '/budget/price', request, LONG_MS);
  }

  /** The station's signed checkpoint (C2SP tlog-checkpoint). */
  async checkpoint(): Promise<string> {
    return (await this.#requests.bytes('GET', '/log/checkpoint', undefined, { timeoutMs: QUICK_MS })).toString('utf8');
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#requests.close();
  }

  async #call<T>(schema: z.ZodType<T>, method: string, path: string, body: unknown, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    return this.#read(schema, await this.#requests.json(method, path, body, { timeoutMs, signal }), path);
  }

  #read<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new PeerError('station/strange-answer', {
      stage: 'wire',
      message: `The station's answer to ${path} is not of the expected form (at ${issue?.path.join('.') || 'its root'}).`,
      remedy: 'Bring client and station to the same release of Sluis.',
    });
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
