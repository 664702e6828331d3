/** The database of a station that is killed: a file, or a database of a PostgreSQL server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '@sluis/base';
import { type OpenedStore, openStore } from '@sluis/store';

/** A server notices some time later that a client is dead. */
const RELEASED_MS = 20_000;

/** Opens a place once its last holder is known to be gone. */
export async function openPlace(place: string): Promise<OpenedStore> {
  if (!place.startsWith('postgresql:')) return openStore({ path: place });
  const until = performance.now() + RELEASED_MS;
  for (;;) {
    try {
      return await openStore({ databaseUrl: place });
    } catch (thrown) {
      const held = thrown instanceof StationError && thrown.code === 'store/in-use';
      if (!held || performance.now() > until) throw thrown;
      await sleep(20);
    }
  }
}
