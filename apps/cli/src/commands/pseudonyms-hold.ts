/** `sluis pseudonyms hold` */
import { systemClock, systemRandom } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { checkSetting, type KeyShare } from '@sluis/pseudonyms';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { type Ceremony, settle } from '../pseudonyms/ceremony.ts';
import { requireThreshold, usage } from '../pseudonyms/holder-cards.ts';
import { type Cast, ceremonyOf, isSame, listen, readCast, requireSame, wireOf } from '../pseudonyms/holder-cast.ts';
import { notYet, openCounts, openDesk } from '../pseudonyms/holder-desk.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { type Kept, nameOf } from '../pseudonyms/kept-keys.ts';
import { makeKey } from '../pseudonyms/key-ceremony.ts';

/** How long a holder looks for the others before it goes on with the key in force. */
const SETTLE_MS = 10_000;
const SAID_EVERY_MS = 5000;

export interface HoldOptions {
  readonly home?: string;
  readonly with: readonly string[];
  readonly threshold: number;
  readonly purpose: string;
  readonly folder: string;
  readonly allow?: readonly string[];
  readonly limit: number;
  readonly listen?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** Makes the key with the others if there is none yet, then answers until it is told to end. */
export async function pseudonymsHold(options: HoldOptions): Promise<void> {
  if (options.limit < 1) throw usage('--limit is at least 1.', 'Say for how many records each asker may ask in a day.');
  const signal = interruption();
  const cast = await readCast(options);
  requireThreshold(options.threshold, cast.parties.length);
  checkSetting({ purpose: options.purpose, parties: cast.parties, threshold: options.threshold });
  const group = await loadRistretto();
  const folder = new HolderFolder(options.folder, group, cast.secret, systemClock);
  using counts = openCounts(folder.counts);
  // Where sharing anew broke off, these may be the terms of what is pending.
  const { current, pending } = folder.kept();
  requireSame(pending !== null && isSame(pending.share, options, cast) ? pending.share : current, options, cast);
  const wire = wireOf(cast);
  const helped = counter();
  try {
    const { purpose, threshold, wait } = options;
    const ceremony = ceremonyOf(wire, cast, folder, { purpose, threshold, wait, doing: 'hold', group, signal });
    notYet(wire, cast.me);
    await listen(wire, cast.address);
    const made = folder.kept().current === null;
    const share = await keyInForce(ceremony, cast);
    requireSame(share, options, cast);
    const { rotation } = folder.kept();
    openDesk(wire, {
      ...{ group, share, rotation, counts, askerOf: cast.askerOf, limit: options.limit },
      ...{ clock: systemClock, random: systemRandom, answered: helped.answered },
    });
    announce(options, folder.kept(), made, cast.askers);
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    await wire.close();
    helped.end();
  }
}

/** The folder's key; made first if there is none. */
async function keyInForce(ceremony: Ceremony, cast: Cast): Promise<KeyShare> {
  const { current, pending } = ceremony.folder.kept();
  if (current === null) {
    remark(text.pseudonymsGathering(ceremony.others.map((o) => o.name).join(', ')));
    return makeKey(ceremony);
  }
  if (pending === null || !isSame(pending.share, ceremony.setting, cast)) return current;
  // A change broke off after this holder had stored its share.
  remark(text.pseudonymsSettling);
  const settled = await settle({ ...ceremony, deadline: Math.min(ceremony.deadline, performance.now() + SETTLE_MS) });
  remark(settled ? text.pseudonymsSettled : text.pseudonymsUnsettled);
  return ceremony.folder.kept().current as KeyShare;
}

/** Says now and then for how many records each asker was helped since the start, and at the end what was not said yet. */
function counter(): { readonly answered: (asker: string, records: number) => void; readonly end: () => void } {
  const totals = new Map<string, { records: number; unsaid: boolean; at: number }>();
  const say = (asker: string, total: { records: number; unsaid: boolean; at: number }) => {
    Object.assign(total, { unsaid: false, at: performance.now() });
    remark(text.pseudonymsAnswered(asker, total.records));
  };
  return {
    answered: (asker, records) => {
      const total = totals.get(asker) ?? { records: 0, unsaid: true, at: Number.NEGATIVE_INFINITY };
      totals.set(asker, total);
      total.records += records;
      total.unsaid = true;
      if (performance.now() - total.at >= SAID_EVERY_MS) say(asker, total);
    },
    end: () => {
      for (const [asker, total] of totals) if (total.unsaid) say(asker, total);
    },
  };
}

function announce(options: HoldOptions, { current, rotation }: Kept, made: boolean, askers: readonly string[]): void {
  const { purpose, parties, threshold, epoch } = current as KeyShare;
  const key = nameOf(current);
  const maps = rotation === null ? null : nameOf(rotation.previous);
  remark(made ? text.pseudonymsMade(options.folder) : text.pseudonymsThere(options.folder, epoch));
  if (maps !== null) remark(text.pseudonymsMaps(maps, epoch - 1, epoch));
  remark(askers.length === 0 ? text.pseudonymsNobody : text.pseudonymsServing(askers.join(', '), options.limit));
  if (options.json === true)
    printJson({ ready: true, key, purpose, epoch, holders: parties, threshold, made, maps, askers, limit: options.limit });
  else print(key);
}
