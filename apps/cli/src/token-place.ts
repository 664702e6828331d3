/** Token files on this machine: readable by their owner only, and on the disk before anything is asked. */
import { existsSync } from 'node:fs';
import { systemRandom } from '@sluis/base';
import { getToken, type TokenFile, tokenRound } from '@sluis/sdk/contribute';
import type { Contributing } from './contributing.ts';
import { writePrivateDurably } from './files.ts';
import { readPrivateText } from './private-text.ts';

/** Gets a table's token for this round into a file, by default one in the present folder named after table and round. */
export async function tokenInFile(
  { contributor, client, agreement }: Contributing,
  table: string,
  out?: string,
): Promise<{ token: TokenFile; path: string }> {
  const now = Date.now();
  const path = out ?? `${table}-${tokenRound(agreement, table, now)}.token.json`;
  const place = {
    read: () => (existsSync(path) ? readPrivateText(path) : null),
    write: (text: string) => writePrivateDurably(path, text),
  };
  return { token: await getToken(contributor, client, agreement, table, { place, now, random: systemRandom }), path };
}
