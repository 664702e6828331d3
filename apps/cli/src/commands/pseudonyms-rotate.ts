/** `sluis pseudonyms rotate` */
import { systemClock } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { ceremonyOf, listen, readCast, requireShare, wireOf } from '../pseudonyms/holder-cast.ts';
import { notYet, openCounts } from '../pseudonyms/holder-desk.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { nameOf } from '../pseudonyms/kept-keys.ts';
import { requireRotatable, rotateKey } from '../pseudonyms/key-ceremony.ts';

export interface RotateOptions {
  readonly home?: string;
  readonly with: readonly string[];
  readonly folder: string;
  readonly listen?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** Makes the next key with all other holders, then ends. */
export async function pseudonymsRotate(options: RotateOptions): Promise<void> {
  const signal = interruption();
  const cast = await readCast(options);
  const group = await loadRistretto();
  const folder = new HolderFolder(options.folder, group, cast.secret, systemClock);
  using _held = openCounts(folder.counts);
  const { purpose, threshold } = requireShare(folder, cast);
  requireRotatable(folder.kept(), cast.me);
  const wire = wireOf(cast);
  try {
    const ceremony = ceremonyOf(wire, cast, folder, { purpose, threshold, wait: options.wait, doing: 'rotate', group, signal });
    notYet(wire, cast.me);
    await listen(wire, cast.address);
    remark(text.pseudonymsRotating(cast.others.map((o) => o.name).join(', ')));
    const { epoch } = await rotateKey(ceremony);
    const { current, rotation } = folder.kept();
    const [key, previous] = [nameOf(current), nameOf(rotation?.previous)];
    remark(text.pseudonymsRotated(epoch, options.folder));
    if (options.json === true) printJson({ key, previous, purpose, epoch, holders: cast.parties, threshold });
    else print(key);
  } finally {
    await wire.close();
  }
}
