/** `sluis lookup serve` */
import { statSync } from 'node:fs';
import { SluisError, systemClock, systemRandom } from '@sluis/base';
import { loadOprf, spkiSha256 } from '@sluis/crypto';
import { OwnerDesk } from '@sluis/lookup';
import { cardSchema } from '@sluis/model';
import { readInput } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { formatAddress } from '../lookup/address.ts';
import { listenAt, lookupServer } from '../lookup/lookup-server.ts';
import { type OwnedDatabase, openDatabase, type ServeOptions, usage } from '../lookup/owned-database.ts';
import { QuestionCounts } from '../lookup/question-counts.ts';
import { text } from '../messages/index.ts';
import { bytesText } from '../output/paint.ts';
import { print, printJson, remark } from '../output/streams.ts';

const WATCH_MS = 1000;
const SAID_EVERY_MS = 5000;

/** Publishes the file, serves it, and returns when it is told to end. */
export async function lookupServe(file: string, options: ServeOptions): Promise<void> {
  const signal = interruption();
  const clients = (options.client ?? []).map(clientPin);
  const database = await openDatabase(file, options);
  // Before the work: a wrong --listen is said at once.
  const { host, port } = database.listen();
  using counts = new QuestionCounts(database.folder.counts);
  const first = modified(file);
  await publish(database, signal);
  const desk = new OwnerDesk(database.inForce(), {
    oprf: await loadOprf('voprf'),
    counter: counts,
    total: options.limitAll,
    clock: systemClock,
    random: systemRandom,
  });
  let [answered, said] = [0, Number.NEGATIVE_INFINITY];
  const server = lookupServer(database.tls, {
    desk,
    signed: () => database.signed(),
    chunk: (hash) => database.folder.chunk(hash),
    admits: (certificate) => clients.length === 0 || clients.includes(certificate),
    answered: (identifiers) => {
      answered += identifiers;
      if (performance.now() - said < SAID_EVERY_MS) return;
      said = performance.now();
      remark(text.lookupAnswered(answered));
    },
  });
  const place = `${host.includes(':') ? `[${host}]` : host}:${await listenAt(server, host, port)}`;
  database.rememberPlace(place);
  announce(database, options, place, clients.length);
  const watch =
    options.watch === true ? watchFile(file, first, () => publish(database, signal).then(() => desk.replace(database.inForce()))) : null;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (watch !== null) clearInterval(watch);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

async function publish(database: OwnedDatabase, signal: AbortSignal): Promise<void> {
  const { changed, report, publication } = await database.publish(signal);
  if (report.rejected > 0) remark(text.lookupRejected(report.rejected));
  if (report.duplicates > 0) remark(text.lookupDuplicates(report.duplicates));
  if (!changed) return remark(text.lookupUnchanged(publication.database, publication.version));
  remark(text.lookupPublished(publication.database, publication.version, report.entries, bytesText(database.publishedBytes())));
  if (publication.version > 1) remark(text.lookupChanges(report.added, report.removed));
}

function announce(database: OwnedDatabase, options: ServeOptions, place: string, clients: number): void {
  const certificate = spkiSha256(database.tls.cert);
  const url = formatAddress(options.address ?? place, { ownersKey: database.ownersKey, certificate });
  const who = clients === 0 ? text.lookupEverybody : text.lookupClients(clients);
  remark(text.lookupServing(who, options.limit, text.lookupSeconds(options.window)));
  const { publication, records } = database.current();
  const { version, epoch } = publication;
  if (options.json !== true) print(url);
  else printJson({ url, database: publication.database, version, epoch, entries: records.count, bytes: database.publishedBytes() });
}

/** Publishes when the file has changed and then stayed as it is for a moment. */
function watchFile(file: string, first: string, publishAgain: () => Promise<void>): NodeJS.Timeout {
  let [published, seen, busy] = [first, first, false];
  return setInterval(() => {
    const now = modified(file);
    const settled = now === seen;
    seen = now;
    if (busy || !settled || now === published || now === '') return;
    busy = true;
    published = now;
    publishAgain()
      .catch((thrown: unknown) => remark(text.lookupNoWatch(thrown instanceof SluisError ? thrown.message : 'unexpected fault')))
      .finally(() => {
        busy = false;
      });
  }, WATCH_MS);
}

function modified(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}

/** By what a client is known: the key of its station's certificate. */
function clientPin(path: string): string {
  try {
    return cardSchema.parse(JSON.parse(readInput(path))).certificate;
  } catch (cause) {
    if (cause instanceof SluisError) throw cause;
    throw usage(`${path} is not a station's card.`, 'Let the client make it: sluis station card --output FILE');
  }
}
