/** Whatever the program, the order of its strands and the threat model: no random stream is begun twice by one party. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { Prg } from '@sluis/crypto';
import { ReplicatedCommittee } from './committee.ts';
import { BatchVerifier } from './malicious/batch-verifier.ts';
import { PROGRAMS } from './malicious/fixtures/programs.ts';
import { Session } from './session.ts';
import { Network, PARTIES } from './simulation/index.ts';

/** Seed and domain of every stream that is begun while `work` runs: a stream's key is one HMAC of them. */
async function begun(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const real = crypto.createHmac;
  const watching = (algorithm: string, key: crypto.KeyObject) => {
    const mac = real(algorithm, key);
    const [update, name] = [mac.update.bind(mac), [key.export().toString('hex')]];
    mac.update = ((data: Uint8Array) => {
      if (name.length === 1) seen.push(name.concat(Buffer.from(data).toString('latin1')).join(' '));
      name.push('');
      return update(data);
    }) as typeof mac.update;
    return mac;
  };
  crypto.createHmac = watching as typeof crypto.createHmac;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    crypto.createHmac = real;
    syncBuiltinESMExports();
  }
  return seen;
}

/** The most often that any stream was begun. */
function most(streams: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const s of streams) counts.set(s, (counts.get(s) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

for (const model of ['semi-honest', 'malicious'] as const)
  test(`each stream is begun once by each of its two holders, ${model}`, async () => {
    const verifier = model === 'malicious' ? (checks: Session) => new BatchVerifier(checks) : null;
    const stripes = { elements: 32, atOnce: 3 };
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const streams = await begun(() => {
        const network = new Network();
        return Promise.all(
          PARTIES.map(async (me) => {
            const session = await Session.open(network.links(me), utf8('streams'), systemRandom, verifier, stripes);
            const committee = new ReplicatedCommittee(session);
            // A second time: nothing of the first is used again.
            await program(committee);
            await program(committee);
          }),
        );
      });
      if (!name.startsWith('open')) assert.ok(streams.length > 0, `${name} uses random streams`);
      // By how much triples are turned comes from a seed that all three know.
      const common = streams.filter((s) => s.includes('triple-turns'));
      assert.ok(most(common) <= 3, `${name}: turns ${most(common)} times`);
      const own = streams.filter((s) => !common.includes(s));
      assert.ok(most(own) <= 2, `${name}: ${most(own)} times`);
    }
  });

test('control: a stream that is begun a third time is seen', async () => {
  const seed = systemRandom.bytes(32);
  const streams = await begun(async () => [1, 2, 3].map(() => new Prg(seed, 'the same')));
  assert.equal(most(streams), 3);
});
