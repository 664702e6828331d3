/** Copies that this station made of databases' rows are deleted once no connected dataset uses them. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseBinding } from './binding.ts';
import { snapshotFolder } from './snapshot.ts';

/** Run by: a data provider's station, after a dataset was connected or removed. `bindings` are those still connected. */
export function deleteOldSnapshots(home: string, bindings: readonly string[]): void {
  const folder = snapshotFolder(home);
  if (!existsSync(folder)) return;
  const used = new Set(bindings.flatMap((text) => parseBinding(text).files.map((f) => f.path)));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!used.has(path)) rmSync(path, { force: true });
  }
}
