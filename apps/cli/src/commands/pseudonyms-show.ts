/** `sluis pseudonyms show` */
import { existsSync } from 'node:fs';
import { StationError, systemClock } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { findSecret } from '@sluis/keys';
import { requireHome } from '../connection.ts';
import { text } from '../messages/index.ts';
import { print, printJson } from '../output/streams.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { type KeyRecord, nameOf } from '../pseudonyms/kept-keys.ts';

export interface ShowOptions {
  readonly home?: string;
  readonly folder: string;
  readonly json?: boolean;
}

const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Prints which keys this holder has had, and what of them is kept. */
export async function pseudonymsShow(options: ShowOptions): Promise<void> {
  const home = requireHome(options);
  const secret = findSecret(home);
  if (secret === null || !existsSync(options.folder)) throw notThere(options.folder);
  const { current, pending, rotation, history } = new HolderFolder(options.folder, await loadRistretto(), secret, systemClock).kept();
  const maps = rotation === null ? null : nameOf(rotation.previous);
  if (options.json === true) {
    const keys = history.map((k) => ({
      ...{ key: k.key, how: k.how, epoch: k.epoch, threshold: k.threshold, holders: k.holders, since: time(k.since) },
      ...{ until: k.until === null ? null : time(k.until), deleted: k.deleted === null ? null : time(k.deleted) },
    }));
    printJson({ purpose: current?.purpose ?? pending?.share.purpose ?? null, pending: pending && nameOf(pending.share), maps, keys });
    return;
  }
  if (history.length === 0) print(text.pseudonymsNoKey);
  for (const record of history) print(line(record));
  if (pending !== null) print(text.pseudonymsPending(pending.share.epoch, nameOf(pending.share)));
  if (rotation !== null) print(text.pseudonymsMapping(rotation.previous.epoch, rotation.factor.epoch + 1));
}

function line({ key, how, epoch, threshold, holders, since, until, deleted }: KeyRecord): string {
  const state =
    until === null
      ? text.pseudonymsInForce(time(since))
      : deleted === null
        ? text.pseudonymsStillKept(time(since), time(until))
        : text.pseudonymsDeleted(time(since), time(until), time(deleted));
  return text.pseudonymsRecord(epoch, key, text.pseudonymsHow[how], threshold, holders.join(', '), state);
}

const notThere = (folder: string) =>
  new StationError('pseudonyms/no-share', {
    stage: 'keys',
    message: `${folder} is not there, or can't be opened with this station's secret.`,
    remedy: 'Give the --folder and --home that "sluis pseudonyms hold" uses.',
  });
