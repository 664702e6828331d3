/** `sluis pseudonyms finish` */
import { InvalidError, StationError, systemClock } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { type Ceremony, helloFromAll } from '../pseudonyms/ceremony.ts';
import { ceremonyOf, listen, readCast, requireShare, wireOf } from '../pseudonyms/holder-cast.ts';
import { notYet, openCounts } from '../pseudonyms/holder-desk.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { idOf, nameOf } from '../pseudonyms/kept-keys.ts';
import type { RotateOptions } from './pseudonyms-rotate.ts';

export interface FinishOptions extends RotateOptions {
  readonly yes?: boolean;
  readonly alone?: boolean;
}

/** Deletes this holder's share of the key before and of the factor, once all others have the next key in force. */
export async function pseudonymsFinish(options: FinishOptions): Promise<void> {
  const signal = interruption();
  const cast = await readCast(options);
  const group = await loadRistretto();
  const folder = new HolderFolder(options.folder, group, cast.secret, systemClock);
  using _held = openCounts(folder.counts);
  const { purpose, threshold, epoch } = requireShare(folder, cast);
  const { rotation, pending } = folder.kept();
  if (rotation === null || pending !== null) throw nothingToFinish(options.folder, pending !== null);
  const previous = nameOf(rotation.previous);
  remark(text.pseudonymsFinishing(previous, epoch - 1, epoch));
  if (options.yes !== true) throw notConfirmed();
  if (options.alone !== true) {
    const wire = wireOf(cast);
    try {
      const ceremony = ceremonyOf(wire, cast, folder, { purpose, threshold, wait: options.wait, doing: 'finish', group, signal });
      notYet(wire, cast.me);
      await listen(wire, cast.address);
      await allHaveIt(ceremony);
    } finally {
      await wire.close();
    }
  }
  folder.finish();
  const key = nameOf(folder.kept().current);
  if (options.json === true) printJson({ key, deleted: previous, purpose, epoch });
  else print(text.pseudonymsFinished(previous, options.folder));
}

/** Throws StationError `pseudonyms/half-rotation` where somebody has another key in force. */
async function allHaveIt(ceremony: Ceremony): Promise<void> {
  const mine = idOf(ceremony.folder.kept().current);
  for (const [party, { current }] of await helloFromAll(ceremony))
    if (current !== mine)
      throw new StationError('pseudonyms/half-rotation', {
        stage: 'keys',
        party,
        message: `${party} does not have the next key in force. Nothing was deleted.`,
        remedy: `Let ${party} run "sluis pseudonyms rotate" while the others hold: that ends a rotation that broke off.`,
      });
}

const nothingToFinish = (folder: string, pending: boolean) =>
  new StationError('pseudonyms/nothing-to-finish', {
    stage: 'keys',
    message: pending
      ? `In ${folder} the next key is stored and not in force yet. Nothing was deleted.`
      : `${folder} keeps nothing of a key before the one in force. Nothing was deleted.`,
    remedy: pending
      ? 'End the rotation first: sluis pseudonyms rotate.'
      : 'See "sluis pseudonyms show": it is deleted already, or was never rotated.',
  });

const notConfirmed = () =>
  new InvalidError('usage/not-confirmed', {
    stage: 'usage',
    message: 'Nothing was deleted.',
    remedy: 'When every file is mapped, give --yes.',
  });
