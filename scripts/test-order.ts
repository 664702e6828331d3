/** Which test files run two at a time, and which have the machine for themselves. */
import { totalmem } from 'node:os';

/**
 * Files that measure time, decide by statistics, or decide by how long others are silent (whatever lets stations die,
 * freeze or be cut off): a busy neighbour could change what they find.
 */
const ALONE = /^tests\/simulation\/|^tests\/.*(timing|\.stat\.|sturdy|e2e\/budget)/;
/** Two files of end-to-end tests start up to two dozen stations together, some 300 MB each. */
const ROOM_FOR_TWO = 12 * 2 ** 30;

/** End-to-end files come first: they take longest, and short ones fill the time of the last of them. Long forms of them run alone. */
export function inTurn(files: readonly string[], long: boolean): { readonly together: string[]; readonly alone: string[] } {
  const heavy = files.filter((f) => f.startsWith('tests/'));
  const alone = long || totalmem() < ROOM_FOR_TWO ? heavy : heavy.filter((f) => ALONE.test(f));
  return { together: [...heavy.filter((f) => !alone.includes(f)), ...files.filter((f) => !f.startsWith('tests/'))], alone };
}
