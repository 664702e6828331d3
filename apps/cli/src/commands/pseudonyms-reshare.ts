/** `sluis pseudonyms reshare` */
import { systemClock } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { checkSetting } from '@sluis/pseudonyms';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { keyOption } from '../pseudonyms/file-options.ts';
import { ceremonyOf, listen, readCast, wireOf } from '../pseudonyms/holder-cast.ts';
import { notYet, openCounts } from '../pseudonyms/holder-desk.ts';
import { requireThreshold } from '../pseudonyms/holder-cards.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { requireReplaceable, reshareKey } from '../pseudonyms/resharing-ceremony.ts';
import type { RotateOptions } from './pseudonyms-rotate.ts';

export interface ReshareOptions extends RotateOptions {
  readonly purpose: string;
  readonly threshold: number;
  readonly key: string;
}

/** Shares the same key anew with all who hold it from now on, then ends. */
export async function pseudonymsReshare(options: ReshareOptions): Promise<void> {
  const { purpose, threshold, wait } = options;
  const key = keyOption('--key', options.key) ?? '';
  const signal = interruption();
  const cast = await readCast(options);
  requireThreshold(threshold, cast.parties.length);
  checkSetting({ purpose, parties: cast.parties, threshold });
  const group = await loadRistretto();
  const folder = new HolderFolder(options.folder, group, cast.secret, systemClock);
  using _held = openCounts(folder.counts);
  requireReplaceable(folder.kept(), purpose, cast.me, options.folder);
  const wire = wireOf(cast);
  try {
    const ceremony = ceremonyOf(wire, cast, folder, { purpose, threshold, wait, doing: 'reshare', group, signal });
    notYet(wire, cast.me);
    await listen(wire, cast.address);
    remark(text.pseudonymsResharing(cast.others.map((o) => o.name).join(', ')));
    const share = await reshareKey(ceremony, key);
    remark(text.pseudonymsReshared(options.folder));
    if (options.json === true) printJson({ key, purpose, epoch: share.epoch, holders: cast.parties, threshold });
    else print(key);
  } finally {
    await wire.close();
  }
}
