/** Contributors of tests, and what they deposit through a collaboration's stations. */
import { readFileSync } from 'node:fs';
import { fromHex, systemRandom } from '@sluis/base';
import type { Agreement } from '@sluis/model';
import { certificateOf, PinnedTransport } from '@sluis/sdk';
import { contribute, type Contributor, contributorFromIdentity, DepositClient, newIdentity } from '@sluis/sdk/contribute';
import type { Collaboration } from './collaboration.ts';

export interface TestContributor {
  readonly name: string;
  /** Public key for the agreement. */
  readonly identity: string;
  readonly contributor: Contributor;
}

export function newContributor(name: string): TestContributor {
  const { file, identity } = newIdentity(name, systemRandom);
  return { name, identity, contributor: contributorFromIdentity(file, fromHex) };
}

/** Does something with a client of the last organisation's station. */
async function withClient<T>(c: Collaboration, work: (client: DepositClient) => Promise<T>): Promise<T> {
  const station = c.agreement.organisations.at(-1);
  const url = `https://${station?.station}`;
  const transport = new PinnedTransport({ url, certificate: await certificateOf(url, station?.certificate ?? '') });
  try {
    return await work(new DepositClient(transport, () => Date.now()));
  } finally {
    transport.close();
  }
}

/**
 * Deposits CSV text, or a file of it, and gives the batch's number. `believed` is the agreement as the contributor says
 * that it reads: with other bounds than the real one it cheats.
 */
export function deposit(
  c: Collaboration,
  from: TestContributor,
  table: string,
  csv: string | { readonly file: string },
  believed: Agreement = c.agreement,
): Promise<string> {
  const bytes = typeof csv === 'string' ? Buffer.from(csv) : readFileSync(csv.file);
  return withClient(c, async (client) => {
    const done = await contribute({
      agreement: believed,
      agreementId: c.agreementId,
      table,
      contributor: from.contributor,
      anonymous: null,
      mode: 'append',
      source: async function* () {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
      },
      dropInvalid: false,
      again: false,
      client,
    });
    if (done.batch === null) throw new Error('nothing was deposited');
    return done.batch;
  });
}

/** State of a deposit as its contributor sees it at the first compute party. */
export async function depositState(c: Collaboration, of: TestContributor, batch: string): Promise<string> {
  const list = await withClient(c, (client) => client.list(of.contributor, c.agreement.collaboration));
  const found = list.parties.flatMap((p) => p.deposits).find((d) => d.batch === batch);
  return found === undefined ? 'unknown' : found.reason === null ? found.state : `${found.state}: ${found.reason}`;
}
