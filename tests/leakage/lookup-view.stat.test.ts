/**
 * What the owner of a database sees is independent of the identifiers that are asked: 24 clients that ask for three
 * entries, and 24 that ask for one that is not there, compared as `two-samples.ts` says with α = 1e-7 a test. Complete
 * dependence of a single bit has a p-value of 2/C(48, 24) ≈ 6e-14 before Bonferroni.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Random, systemRandom } from '@sluis/base';
import { type LookupAnswer, LookupClient, MemoryCache } from '@sluis/lookup';
import { type TestOwner, testOwner } from '../../packages/lookup/src/fixtures/owner.ts';
import { compare, type RunView, shapeDifferences } from './two-samples.ts';

const [RUNS, ALPHA] = [24, 1e-7];
const IN = ['n1', 'n2', 'n3'];
const OUT = ['nobody'];
let owner: TestOwner;
before(async () => {
  owner = await testOwner();
  const names = Array.from({ length: 150 }, (_, i) => `n${i}`);
  await owner.publish({ identifiers: names, values: names }, { valueBytes: 2000, batches: [8, 64] });
});

/** Everything that reaches the owner from one client, in order: a fresh cache, an update, a question. */
async function view(ids: readonly string[], random: Random, download: 'whole' | 'parts'): Promise<[RunView, LookupAnswer[]]> {
  const seen = new Map<string, Uint8Array>();
  const fetched: string[] = [];
  const transport = {
    ...owner.transport,
    chunk: (hash: string) => {
      fetched.push(hash);
      return owner.transport.chunk(hash);
    },
    ask: (question: Uint8Array) => {
      seen.set(`question ${seen.size}`, question);
      return owner.transport.ask(question);
    },
  };
  const client = await LookupClient.open({ transport, cache: new MemoryCache(), ownersKey: owner.publicKey, random, download });
  const answers = await client.ask(ids);
  for (const [i, hash] of fetched.entries()) seen.set(`chunk ${i}`, new TextEncoder().encode(hash));
  return [seen, answers];
}

async function sample(ids: readonly string[], random: () => Random = () => systemRandom, download: 'whole' | 'parts' = 'whole') {
  const views: RunView[] = [];
  for (let run = 0; run < RUNS; run++) views.push((await view(ids, random(), download))[0]);
  return views;
}

test('the two questions have different answers', async () => {
  assert.ok((await view(IN, systemRandom, 'whole'))[1].every((a) => a.found));
  assert.ok((await view(OUT, systemRandom, 'whole'))[1].every((a) => !a.found));
});

test("the owner's view does not depend on what is asked, nor on how many in one size class", async () => {
  const [a, b] = [await sample(IN), await sample(OUT)];
  assert.deepEqual(shapeDifferences([...a, ...b]), []);
  const { positions, worst, drift, bytes } = compare(a, b);
  assert.ok(positions > 8 * 32 * 7, 'the questions vary');
  assert.ok(worst.p > ALPHA, worst.where);
  assert.ok(drift > ALPHA && bytes > ALPHA, `${drift} ${bytes}`);
});

test('control: blinds that are not random are caught', async () => {
  const poor = (): Random => ({ bytes: (n) => (n === 16 ? systemRandom.bytes(n) : new Uint8Array(n).fill(5)) });
  assert.ok(compare(await sample(IN, poor), await sample(OUT, poor)).worst.p < ALPHA);
});

test('control: downloads in parts show what they are said to show', async () => {
  const chunksFor = async (id: string) => {
    const [seen] = await view([id], systemRandom, 'parts');
    return [...seen].flatMap(([name, hash]) => (name.startsWith('chunk') ? [new TextDecoder().decode(hash)] : [])).join();
  };
  // Places are pseudorandom, so that any two identifiers may be in one chunk: the second is the next that is not.
  const one = await chunksFor('n1');
  let other = 2;
  while (other < 150 && (await chunksFor(`n${other}`)) === one) other++;
  const [a, b] = [await sample(['n1'], undefined, 'parts'), await sample([`n${other}`], undefined, 'parts')];
  assert.ok(compare(a, b).worst.p < ALPHA);
});
