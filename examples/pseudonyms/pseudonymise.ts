/** Pseudonyms of records with the help of holders, here all in one process. */
import { systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { Holder, type KeyShare, Pseudonymiser, publicPart } from '@sluis/pseudonyms';

export async function pseudonymise(records: string[], shares: KeyShare[]): Promise<Uint8Array> {
  const group = await loadRistretto();
  const asker = new Pseudonymiser(group, publicPart(shares[0] as KeyShare), systemRandom);
  const pending = asker.ask(records.map(utf8)); // goes to at least `threshold` holders
  const answers = shares.map((share) => ({
    holder: share.me, // each at its own station, over an authenticated channel
    answer: new Holder(group, share, systemRandom).answer(pending.request, 'hospital', 10_000),
  }));
  const { pseudonyms, faults } = asker.finish(pending, answers); // wrong answers are left out and named
  console.log(`${pseudonyms.length / 32} pseudonyms, ${faults.length} wrong answers`);
  return pseudonyms;
}
