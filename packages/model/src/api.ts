/**
 * The station's HTTP API under `/api/v1`: requests and answers as JSON, errors as RFC 9457 problems.
 * Every request carries `Authorization: Bearer TOKEN`, the token being the file `token` in the station's folder.
 *
 * | method and path | request → answer |
 * |---|---|
 * | GET /status | → StationStatus |
 * | GET /card | → Card |
 * | GET /issuer-key/:collaboration | → IssuerKey |
 * | GET /agreements | → AgreementList |
 * | POST /agreements | ProposeRequest → AgreementView |
 * | GET /agreements/:id | → AgreementView |
 * | POST /agreements/:id/sign | {} → SignAnswer |
 * | GET /datasets | → DatasetList |
 * | POST /datasets | ConnectRequest → DatasetView |
 * | POST /datasets/check | ConnectRequest → DatasetReport |
 * | DELETE /datasets/:collaboration/:table | → RemoveAnswer |
 * | POST /explain | ExplainRequest → ExplainAnswer |
 * | POST /runs | AskRequest → RunView |
 * | GET /runs?limit=N | → RunList |
 * | GET /runs/:id | → RunView |
 * | GET /runs/:id/events?after=N | → lines of RunEventLine (application/x-ndjson) |
 * | POST /runs/:id/approve, /refuse, /cancel | DecisionRequest → RunView |
 * | GET /checks | → CheckList |
 * | POST /runs/:id/check | CheckRequest → RunSummary |
 * | GET /runs/:id/result | → RunResult |
 * | GET /budget?collaboration=NAME | → BudgetView |
 * | POST /budget/price | PriceRequest → PriceAnswer |
 * | GET /log/checkpoint, /log/tile/… | → C2SP tlog-tiles, read only |
 *
 * Contributors have no token; what they ask carries their own signature (see deposit.ts):
 *
 * | method and path | request → answer |
 * |---|---|
 * | POST /contribute/agreement | SignedDepositRequest → the signed agreement under which they may deposit |
 * | POST /contribute/deposits | SignedManifest → OpenAnswer |
 * | PUT /contribute/deposits/:batch/:piece | three lengths, three sealed boxes → {stored} |
 * | POST /contribute/deposits/:batch/accept | SignedAcceptance → ConfirmedAnswer |
 * | POST /contribute/deposits/:batch/settle | Settlement → ConfirmedAnswer |
 * | POST /contribute/list, /withdraw, /token | SignedDepositRequest → DepositList, the deposit, TokenAnswer |
 */
import { z } from 'zod';
import { name, person, hex32 as identifier, hex16 as runId } from './fields.ts';
import { agreementSchema, cardSchema } from './agreement.ts';
import { pricedTableSchema } from './budget-api.ts';
import { receiptSchema } from './receipt.ts';
import type { CellValue, ScalarValue } from './result.ts';

export const API_ROOT = '/api/v1';
export const PROBLEM_TYPE = 'application/problem+json';

const sqlText = z.string().min(1).max(20_000);

/** An error: `detail` is its message, `type` is `urn:sluis:` and its code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  stage: z.string(),
  party: z.string().nullable(),
  remedy: z.string().nullable(),
  exitCode: z.number().int(),
});
export type Problem = z.infer<typeof problemSchema>;

export const stationStatusSchema = z.object({
  organisation: name,
  title: z.string(),
  version: z.string(),
  /** host:port as in the card. */
  station: z.string(),
  startedAt: z.string(),
  /** Collaborations with an agreement in force. */
  collaborations: z.array(name),
  datasets: z.number().int(),
  runs: z.object({ running: z.number().int(), waiting: z.number().int() }),
  log: z.object({ size: z.number().int() }),
  certificateExpires: z.string(),
});
export type StationStatus = z.infer<typeof stationStatusSchema>;

export const cardAnswerSchema = cardSchema;

/** The public key under which this station would issue tokens to anonymous members. */
export const issuerKeySchema = z.object({ collaboration: name, key: identifier });
export type IssuerKey = z.infer<typeof issuerKeySchema>;

export const agreementSummarySchema = z.object({
  id: identifier,
  collaboration: name,
  version: z.number().int(),
  title: z.string(),
  state: z.enum(['proposed', 'in-force', 'superseded']),
  /** Why an agreement signed by all does not hold now (not yet valid, expired), else null. */
  notInForceBecause: z.string().nullable(),
  validFrom: z.string(),
  validUntil: z.string(),
  signed: z.array(name),
  missing: z.array(name),
});
export type AgreementSummary = z.infer<typeof agreementSummarySchema>;

export const agreementListSchema = z.object({ agreements: z.array(agreementSummarySchema) });
export type AgreementList = z.infer<typeof agreementListSchema>;

export const agreementViewSchema = agreementSummarySchema.extend({
  agreement: agreementSchema,
  signatures: z.record(name, z.string()),
  /** What a careful reader should know before signing. */
  warnings: z.array(z.string()),
});
export type AgreementView = z.infer<typeof agreementViewSchema>;

export const proposeRequestSchema = z.strictObject({ agreement: agreementSchema });
export type ProposeRequest = z.infer<typeof proposeRequestSchema>;

export const signAnswerSchema = agreementViewSchema.extend({
  /** Which stations took the signature; `error` says why one did not. They get it when they sign themselves. */
  offered: z.array(z.object({ organisation: name, error: z.string().nullable() })),
});
export type SignAnswer = z.infer<typeof signAnswerSchema>;

/** Where a shared table's rows come from: SQL over local files, or one file; `postgres` names a file with a connection URL. */
export const connectRequestSchema = z
  .strictObject({
    collaboration: name.optional(),
    table: z.string().min(1).max(63),
    sql: z.string().min(1).max(100_000).optional(),
    file: z.string().min(1).max(4096).optional(),
    postgres: z.string().min(1).max(4096).optional(),
    /** Folder that relative paths start from: an absolute path. */
    folder: z.string().max(4096).optional(),
  })
  .refine((r) => (r.sql === undefined) !== (r.file === undefined), 'give either sql or file')
  .refine((r) => r.postgres === undefined || r.sql !== undefined, 'postgres needs sql');
export type ConnectRequest = z.infer<typeof connectRequestSchema>;

/** What checking the rows found: for their owner only. */
export const datasetReportSchema = z.looseObject({
  rows: z.number().int(),
  violations: z.array(z.looseObject({ column: z.string(), kind: z.string(), count: z.number().int(), rows: z.array(z.number().int()) })),
});
export type DatasetReport = z.infer<typeof datasetReportSchema>;

export const datasetViewSchema = z.object({
  collaboration: name,
  table: z.string(),
  agreement: identifier,
  sql: z.string(),
  connectedAt: z.string(),
  report: datasetReportSchema,
});
export type DatasetView = z.infer<typeof datasetViewSchema>;
export const datasetListSchema = z.object({ datasets: z.array(datasetViewSchema) });
export type DatasetList = z.infer<typeof datasetListSchema>;
export const removeAnswerSchema = z.object({ removed: z.boolean() });
export type RemoveAnswer = z.infer<typeof removeAnswerSchema>;

const question = {
  sql: sqlText.optional(),
  template: name.optional(),
  /** Needed when several collaborations are in force. */
  collaboration: name.optional(),
  /** All receivers of the agreement if absent. */
  receivers: z.array(name).min(1).optional(),
};
const eitherSqlOrTemplate = (r: { sql?: string | undefined; template?: string | undefined }) =>
  (r.sql === undefined) !== (r.template === undefined);

export const explainRequestSchema = z
  .strictObject({ ...question, as: person.optional() })
  .refine(eitherSqlOrTemplate, 'give either sql or template');
export type ExplainRequest = z.infer<typeof explainRequestSchema>;

export const explanationSchema = z.object({
  sentences: z.array(
    z.object({
      about: z.enum(['sends', 'committee', 'receiver', 'coalition', 'suppression', 'noise', 'intermediate', 'cost', 'sandbox']),
      text: z.string(),
    }),
  ),
  cost: z.object({ rounds: z.number(), bytes: z.number(), seconds: z.number() }),
});

export const explainAnswerSchema = z.object({
  collaboration: name,
  agreement: identifier,
  plan: identifier,
  sql: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), hashOf: z.string().optional() })),
  cells: z.number().int(),
  receivers: z.array(name),
  /** Organisations whose approval this question would need. */
  approvals: z.array(name),
  /** What the question would take from each table's privacy budget, as this station counts; none for an exact one. */
  budget: z.array(pricedTableSchema),
  explanation: explanationSchema,
});
export type ExplainAnswer = z.infer<typeof explainAnswerSchema>;

export const askRequestSchema = z
  .strictObject({ ...question, as: person.optional() })
  .refine(eitherSqlOrTemplate, 'give either sql or template');
export type AskRequest = z.infer<typeof askRequestSchema>;

export const runStateSchema = z.enum(['proposed', 'waiting', 'running', 'released', 'suppressed', 'refused', 'failed', 'cancelled']);
export type RunStateName = z.infer<typeof runStateSchema>;
/** States that a run leaves again. */
export const OPEN_RUN_STATES: readonly RunStateName[] = ['proposed', 'waiting', 'running'];

export const runEventSchema = z.object({
  sequence: z.number().int(),
  /** Milliseconds since 1970. */
  at: z.number(),
  run: runId,
  step: z.string(),
  party: z.string(),
  detail: z.string(),
});
export type RunEventView = z.infer<typeof runEventSchema>;

/**
 * A line of the event stream. The server sends the events after `after` as they happen and may end the response at any time;
 * its last line is always the state and the cursor to go on from. The stream is over when the state is no open one.
 */
export const runEventLineSchema = z.union([runEventSchema, z.strictObject({ state: runStateSchema, cursor: z.number().int() })]);
export type RunEventLine = z.infer<typeof runEventLineSchema>;

export const errorRecordSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
  stage: z.string(),
  party: z.string().nullable(),
  exitCode: z.number().int(),
});

export const runSummarySchema = z.object({
  id: runId,
  collaboration: name,
  agreement: identifier,
  plan: identifier,
  sql: z.string(),
  template: name.nullable(),
  coordinator: name,
  analyst: z.string(),
  state: runStateSchema,
  error: errorRecordSchema.nullable(),
  /** What this station charged for it, whatever became of it; null for a run without noise. */
  charged: z.object({ epsilon: z.string(), delta: z.string(), unit: z.string(), tables: z.array(z.string()) }).nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;
export const runListSchema = z.object({ runs: z.array(runSummarySchema) });
export type RunList = z.infer<typeof runListSchema>;

export const runViewSchema = runSummarySchema.extend({
  receivers: z.array(name),
  approvals: z.object({ needed: z.array(name), given: z.array(name) }),
  explanation: explanationSchema,
  events: z.array(runEventSchema),
});
export type RunView = z.infer<typeof runViewSchema>;

export const decisionRequestSchema = z.strictObject({ as: person.optional(), reason: z.string().max(1000).optional() });
export type DecisionRequest = z.infer<typeof decisionRequestSchema>;

/** An output checker's word on a release that waits for it. */
export const checkRequestSchema = z.strictObject({
  verdict: z.enum(['pass', 'refuse']),
  as: person.optional(),
  reason: z.string().max(1000).optional(),
});
export type CheckRequest = z.infer<typeof checkRequestSchema>;

/** What a checker sees of a release: which groups would be shown and why to look twice; no value. */
export const checkViewSchema = z.object({
  run: runId,
  sql: z.string(),
  template: name.nullable(),
  askedBy: z.string(),
  receivers: z.array(name),
  score: z.number().int(),
  /** From which score on a person is asked where the agreement says "ask". */
  askFrom: z.number().int(),
  reasons: z.array(z.object({ points: z.number().int(), text: z.string() })),
  outputs: z.array(z.object({ name: z.string(), cells: z.number().int(), shown: z.number().int() })),
  /** Declared groups with a cell that is not shown; at most 1,000. */
  notShown: z.array(
    z.object({ group: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])), cells: z.array(z.string()) }),
  ),
});
export type CheckView = z.infer<typeof checkViewSchema>;
export const checkListSchema = z.object({ checks: z.array(checkViewSchema) });
export type CheckList = z.infer<typeof checkListSchema>;

const scalarValue: z.ZodType<ScalarValue> = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const cellValue: z.ZodType<CellValue> = z.union([scalarValue, z.array(z.tuple([scalarValue, scalarValue]))]);
export const resultTableSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string(), hashOf: z.string().optional() })),
  rows: z.array(z.array(cellValue)),
  suppressed: z.array(z.object({ group: z.record(z.string(), cellValue), cells: z.array(z.string()), reason: z.string() })),
});

export const runResultSchema = z.object({
  run: runId,
  /** Null at organisations that are no receivers. */
  result: resultTableSchema.nullable(),
  receipt: receiptSchema,
  explanation: explanationSchema,
  /** From the question's arrival at the asking station to the result. */
  timings: z.object({ totalMs: z.number() }),
  /** Sent by the compute parties during the run, as their receipt states. */
  bytes: z.object({ total: z.number() }),
  rounds: z.number().int(),
});
export type RunResult = z.infer<typeof runResultSchema>;
