/** Lets three processes on one machine find each other through a folder. Between organisations, the agreement does this. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const WAIT_MS = 60_000;

/** Leaves what this party says on a topic in the folder, and waits for what all three say. */
export async function meet<T>(folder: string, topic: string, me: number, said: T): Promise<T[]> {
  const file = (party: number) => join(folder, `${topic}-${party}.json`);
  await writeFile(`${file(me)}.new`, JSON.stringify(said));
  await rename(`${file(me)}.new`, file(me));
  return Promise.all([0, 1, 2].map((party) => appear<T>(file(party))));
}

async function appear<T>(path: string): Promise<T> {
  for (const until = Date.now() + WAIT_MS; ; await setTimeout(50)) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return JSON.parse(text) as T;
    if (Date.now() > until) throw new Error(`${path} did not appear`);
  }
}
