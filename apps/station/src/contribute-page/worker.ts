/** The page's worker: checks, shares, seals and uploads, away from the thread that draws. Runs in a browser only. */
import { errorFromRecord, fromHex, PeerError, systemRandom, toSluisError } from '@sluis/base';
import { API_ROOT, type DepositList, problemSchema } from '@sluis/model';
import {
  BadRowsError,
  contribute,
  contributorFromIdentity,
  DepositClient,
  type DepositTransport,
  newIdentity,
  requireGenuine,
} from '@sluis/sdk/contribute';
import type { FromWorker, ListedDeposit, ToWorker } from './worker-messages.ts';

interface WorkerScope {
  onmessage: ((event: { data: ToWorker }) => void) | null;
  postMessage(message: FromWorker): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  answer(data).then(
    (message) => scope.postMessage(message),
    (thrown: unknown) => scope.postMessage(failure(data.kind, thrown)),
  );
};

async function answer(message: ToWorker): Promise<FromWorker> {
  if (message.kind === 'identity') return { kind: 'identity', ...newIdentity(message.name, systemRandom) };
  const contributor = contributorFromIdentity(message.identity, fromHex);
  const client = new DepositClient(transport, () => Date.now());
  const { id, signed } = await client.agreement(contributor, null);
  const { agreement } = signed;
  // What the person saw is what counts: a station can't show one agreement and have shares sealed under another.
  const signers = requireGenuine(id, signed, message.kind === 'agreement' ? undefined : message.agreement);
  if (message.kind === 'agreement') {
    const mine = Object.entries(agreement.tables).filter(([, t]) => t.deposits?.by.includes(contributor.name ?? '') === true);
    const tables = mine.map(([name, t]) => ({ name, columns: Object.keys(t.columns) }));
    return {
      kind: 'agreement',
      id,
      name: contributor.name ?? '',
      collaboration: agreement.collaboration,
      purpose: agreement.purpose,
      committee: agreement.committee,
      signers,
      tables,
    };
  }
  if (message.kind === 'withdraw') await client.withdraw(contributor, agreement.collaboration, message.batch);
  if (message.kind !== 'contribute') return { kind: 'list', deposits: listed(await client.list(contributor, agreement.collaboration)) };
  const done = await contribute({
    agreement,
    agreementId: id,
    table: message.table,
    contributor,
    anonymous: null,
    mode: message.replace ? 'replace' : 'append',
    source: () => chunksOf(message.file),
    dropInvalid: message.dropInvalid,
    again: false,
    client,
    onProgress: (progress) => scope.postMessage({ kind: 'progress', progress }),
  });
  return {
    kind: 'done',
    batch: done.batch ?? '',
    rows: done.rows,
    dropped: done.dropped,
    already: done.already,
    parties: done.parties.map((p) => p.organisation),
  };
}

/** What each compute party says of each deposit, the latest first. */
function listed({ parties }: DepositList): ListedDeposit[] {
  const all = new Map(parties.flatMap((p) => p.deposits).map((d) => [d.batch, d]));
  const latest = [...all.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
  return latest.map(({ batch, table, rows }) => ({
    ...{ batch, table, rows },
    states: parties.map((p) => p.deposits.find((d) => d.batch === batch)?.state ?? null),
  }));
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value as Uint8Array;
  }
}

function failure(asked: ToWorker['kind'], thrown: unknown): FromWorker {
  const { code, message, remedy } = toSluisError(thrown, 'contribution');
  return { kind: 'failed', asked, code, message, remedy, problems: thrown instanceof BadRowsError ? [...thrown.problems] : [] };
}

const transport: DepositTransport = {
  post: (path, body) => send('POST', path, 'application/json', JSON.stringify(body)),
  put: (path, body) => send('PUT', path, 'application/octet-stream', body as Uint8Array<ArrayBuffer>),
};

async function send(method: string, path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${API_ROOT}${path}`, {
      method,
      headers: { 'content-type': type },
      body,
      cache: 'no-store',
      credentials: 'omit',
    });
  } catch (cause) {
    throw unreachable('station/unreachable', "The station doesn't answer.", cause);
  }
  const value: unknown = await response.json().catch(() => null);
  if (response.ok) return value;
  const problem = problemSchema.safeParse(value);
  if (!problem.success) throw unreachable('station/strange-answer', "What answered doesn't speak as a station does.", null);
  const { code, detail, stage, party, remedy, exitCode } = problem.data;
  throw errorFromRecord({ code, message: detail, stage, party, remedy }, exitCode);
}

const unreachable = (code: string, message: string, cause: unknown) =>
  new PeerError(code, { stage: 'wire', message, remedy: 'Try again; what was uploaded is kept.', cause });
