/**
 * A holder that answers: its public key to whoever may ask, and blinded requests within each asker's limit of a day. Under
 * the key before the one in force it makes no pseudonyms any more; while the rotation's factor is kept, it maps them.
 */
import { type Clock, type Random, RefusedError, StationError, toHex } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import { Holder, keyId, type KeyShare } from '@sluis/pseudonyms';
import type { Incoming, Wire } from '@sluis/wire';
import { QuestionCounts } from '../lookup/question-counts.ts';
import type { Rotation } from './kept-keys.ts';
import { shownKey } from './public-key-text.ts';

export const KEY = 'pseudonyms.key';
export const EVALUATE = 'pseudonyms.evaluate';
const DAY_SECONDS = 86_400;
const ID_BYTES = 32;

export interface DeskOptions {
  readonly group: Ristretto;
  readonly share: KeyShare;
  readonly rotation: Rotation | null;
  /** The asker whose card has this certificate; null for others. */
  readonly askerOf: (certificate: string) => string | null;
  /** Records an asker may ask for in a day (UTC): new pseudonyms and mapped ones together. */
  readonly limit: number;
  readonly counts: QuestionCounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly answered: (asker: string, records: number) => void;
}

/** Opens the counts; throws StationError `pseudonyms/in-use` if another process holds this folder. */
export const openCounts = (path: string): QuestionCounts => new QuestionCounts(path, inUse);

/** Says to askers that they have to wait. */
export function notYet(wire: Wire, me: string): void {
  for (const type of [KEY, EVALUATE])
    wire.onRequest(type, async () => {
      throw new RefusedError('pseudonyms/no-key-yet', {
        stage: 'keys',
        party: me,
        message: `${me} waits for the other holders: the key is being made or changed.`,
        remedy: 'Ask again once all holders have run together.',
      });
    });
}

/** Answers from now on. A request is counted on the disk before it is answered. */
export function openDesk(wire: Wire, options: DeskOptions): void {
  const { share, rotation, limit, counts, clock, random } = options;
  const shares = rotation === null ? [share] : [share, rotation.factor];
  const holders = new Map(shares.map((s) => [toHex(keyId(s)), new Holder(options.group, s, random)]));
  const inForce = new Holder(options.group, share, random);
  const asker = ({ from }: Incoming): string => {
    const name = options.askerOf(from.certificate);
    if (name === null) throw unknownAsker(share.me, from.name);
    return name;
  };
  const maps = rotation && { factor: shownKey(rotation.factor), previous: shownKey(rotation.previous) };
  wire.onRequest(KEY, async (message) => {
    const left = Math.max(0, limit - counts.spent(asker(message), clock.now(), DAY_SECONDS));
    return { header: { key: shownKey(share), maps, left }, body: new Uint8Array(0) };
  });
  wire.onRequest(EVALUATE, async (message) => {
    const name = asker(message);
    const records = Math.max(0, Math.floor((message.body.length - ID_BYTES) / 32));
    const charge = { client: name, nonce: random.bytes(16), identifiers: records, now: clock.now() };
    const verdict = await counts.charge(charge, { identifiers: limit, total: Number.MAX_SAFE_INTEGER, windowSeconds: DAY_SECONDS });
    if (verdict !== 'allowed') throw spent(share.me, limit);
    // The key in force refuses what is asked under any other one.
    const holder = holders.get(toHex(message.body.subarray(0, ID_BYTES))) ?? inForce;
    const body = holder.answer(message.body, name, records);
    options.answered(name, records);
    return { header: {}, body };
  });
}

const unknownAsker = (me: string, name: string | null) =>
  new RefusedError('pseudonyms/unknown-asker', {
    stage: 'access',
    party: me,
    message: `${me} makes no pseudonyms for ${name ?? 'an unknown station'}.`,
    remedy: `Let ${me} start with your card: sluis pseudonyms hold … --allow CARD`,
  });

const spent = (me: string, limit: number) =>
  new RefusedError('pseudonyms/limit', {
    stage: 'access',
    party: me,
    message: `${me} helps each asker with at most ${limit} records in a day (UTC); this would be more.`,
    remedy: `Wait until tomorrow, or ask ${me} for a higher --limit.`,
  });

const inUse = (path: string, cause: unknown) =>
  new StationError('pseudonyms/in-use', {
    stage: 'store',
    message: `Another process holds ${path}, or it can't be written.`,
    remedy: 'Does a holder run with this folder already? End that process, or give another --folder.',
    cause,
  });
