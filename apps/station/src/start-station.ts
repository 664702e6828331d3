/** Composition of a station: one process, one port, everything wired through ports. */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { StationError, systemClock, systemRandom } from '@sluis/base';
import { certificateValidity } from '@sluis/crypto';
import { createFinaliser, createProviderEngine, createSqlEngine } from '@sluis/engine';
import {
  Agreements,
  CollectionIntake,
  CollectionReleases,
  DepositDesk,
  DepositRelay,
  Intersections,
  RunEvents,
  Runs,
  serveRuns,
  type StationContext,
  TokenIssuer,
  WireMessenger,
} from '@sluis/flow';
import { openKeyFile } from '@sluis/keys';
import { Ledger } from '@sluis/ledger';
import { STATION_FILES } from '@sluis/model';
import { openPolicy } from '@sluis/policy';
import { readStationConfig, readToken } from '@sluis/sdk';
import { reportKinds } from '@sluis/sdk/report';
import { openStore, shareFiles } from '@sluis/store';
import { Wire } from '@sluis/wire';
import { Certificates, watchAgreements } from './certificates.ts';
import { splitAddress } from './address.ts';
import { Datasets } from './datasets.ts';
import { createAccess } from './http/access.ts';
import { createApp } from './http/app.ts';
import { threadedPairs } from './intersections/threaded-pairs.ts';
import { openLog } from './log.ts';
import { registry } from './techniques.ts';

export interface StartOptions {
  /** The station's folder, made by `sluis station init`. */
  readonly home: string;
  /** Log lines as JSON on stderr, or none. */
  readonly log?: 'json' | 'quiet';
}

export interface RunningStation {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a station and returns when it accepts connections. Throws InvalidError or StationError with what to mend. */
export async function startStation(options: StartOptions): Promise<RunningStation> {
  const { home } = options;
  const config = readStationConfig(home);
  const log = openLog(options.log ?? 'json', config.name);
  const keys = await openKeyFile(home);
  const databaseUrl = process.env['DATABASE_URL'];
  const opened = await openStore(databaseUrl === undefined ? { path: join(home, 'state.db') } : { databaseUrl });
  const closing = [() => opened.close()];
  const close = async () => {
    for (const part of closing.splice(0).reverse()) await part();
  };
  try {
    const ledger = await Ledger.open({
      storage: opened.log,
      signer: keys.signer,
      origin: `sluis/${config.name}`,
      clock: systemClock,
      random: systemRandom,
    });
    const certificates = new Certificates(opened.store, config.name);
    await certificates.refresh();
    const wire = new Wire({
      tls: keys.tls,
      identify: (certificate) => certificates.identify(certificate),
      strangers: ['agreement.offer', 'agreement.signatures'],
      clock: systemClock,
      log: (event) => log.wire(event),
    });
    closing.push(() => wire.close());
    const engine = createProviderEngine({ home, log: (detail) => log.engine(detail) });
    const base: StationContext = {
      organisation: config.name,
      card: keys.card,
      store: watchAgreements(opened.store, config.name, () => certificates.refresh()),
      budget: opened.budget,
      audit: ledger,
      proveLogged: (index) => ledger.prove(index),
      signer: keys.signer,
      opener: keys.opener,
      wire,
      sql: createSqlEngine(),
      engine,
      finaliser: createFinaliser(),
      registry,
      events: new RunEvents(systemClock),
      clock: systemClock,
      random: systemRandom,
    };
    const issuer = new TokenIssuer(base, opened.deposits);
    issuer.serve();
    const desk = new DepositDesk({
      station: base,
      store: opened.deposits,
      files: shareFiles(home),
      tokenIsGood: (agreement, id, manifest) => issuer.isGood(agreement, id, manifest),
    });
    const station: StationContext = { ...base, deposits: desk };
    const relay = new DepositRelay(station, desk);
    relay.serve();
    const intake = new CollectionIntake(station, opened.collections, reportKinds);
    const releases = new CollectionReleases(station, opened.collections, reportKinds, intake);
    intake.serve();
    releases.serve();
    closing.push(
      nowAndThen(() => desk.tidy()),
      nowAndThen(() => intake.check()),
    );
    const agreements = new Agreements(station);
    agreements.serve();
    const runs = new Runs(station, new WireMessenger(station));
    closing.push(() => runs.close());
    serveRuns(station, runs);
    const intersections = new Intersections(station, opened.intersections, { keys: engine, work: threadedPairs });
    intersections.serve();
    closing.push(() => intersections.close());
    const app = createApp(
      {
        station,
        title: config.title,
        address: config.advertise,
        startedAt: systemClock.now(),
        certificateExpires: certificateValidity(keys.tls.cert).until.toISOString(),
        agreements,
        datasets: new Datasets(station, home),
        runs,
        relay,
        issuer,
        intake,
        releases,
        collections: opened.collections,
        intersections,
        ledger,
        access: createAccess({
          organisation: config.name,
          token: readToken(join(home, STATION_FILES.token)),
          policy: await openPolicy({ folder: join(home, 'policies') }),
        }),
      },
      version(),
    );
    (wire.http as Server).on('request', getRequestListener(app.fetch));
    await desk.tidy();
    await runs.recover();
    await intersections.recover();
    const { host, port } = splitAddress(config.listen);
    const bound = await wire.listen(host, port).catch((cause: unknown) => {
      throw cannotListen(config.listen, cause);
    });
    await ledger.append({ kind: 'station.started', details: { organisation: config.name } });
    log.started(bound);
    return {
      url: `https://${config.listen.replace(/:\d+$/, `:${bound}`)}`,
      close,
    };
  } catch (thrown) {
    // What recovering has begun would keep a station alive that nobody can reach.
    await close();
    throw thrown;
  }
}

const TIDY_MS = 60_000;

/** Lets deposits expire, and reports be checked, while the station runs; what fails is tried again. Gives what ends it. */
function nowAndThen(task: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(task).catch(() => undefined);
  }, TIDY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await last;
  };
}

function cannotListen(address: string, cause: unknown): StationError {
  const code = (cause as { code?: unknown } | null)?.code;
  return new StationError('station/cannot-listen', {
    stage: 'run',
    message:
      code === 'EADDRINUSE'
        ? `Another process has the address ${address}.`
        : `The station can't listen at ${address} (${typeof code === 'string' ? code : 'unknown reason'}).`,
    remedy: 'End that process, or change "listen" in station.json; other stations use the address in the agreement.',
    cause,
  });
}

function version(): string {
  const path = new URL('../package.json', import.meta.url);
  return String((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version);
}
