/** Random people, terms and sizes, empty sides among them: the committee links exactly what the rule links in the clear. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maliciousComputation } from '@sluis/mpc';
import fc from 'fast-check';
import { linkInCommittee } from './fixtures/in-committee.ts';
import { encodeRecords, type LinkageTerms, linkInTheClear } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const numRuns = Number(process.env['SLUIS_TEST_RUNS'] ?? 15);

const name = fc.oneof(
  fc.constantFrom('jansen', 'janssen', 'jansens', 'de vries', 'devries', 'bakker', 'bakkers', 'smit', 'smits', ''),
  fc.string({ unit: fc.constantFrom(...'abcdeé '), maxLength: 8 }),
);
const born = fc.constantFrom('19800403', '19800404', '19810403', '19750131', null);
const people = fc.array(fc.tuple(name, born), { maxLength: 12 });
const terms = fc.record({
  bits: fc.constantFrom<LinkageTerms['bits']>(256, 512, 1024),
  hashes: fc.integer({ min: 1, max: 40 }),
  numerator: fc.integer({ min: 1, max: 100 }),
  maximumPairs: fc.constantFrom(0, 5, 144),
});

test(`random linkages, seed ${seed}`, async () => {
  let [linked, lost] = [0, 0];
  await fc.assert(
    fc.asyncProperty(people, people, terms, fc.boolean(), async (a, b, { bits, hashes, numerator, maximumPairs: most }, malicious) => {
      const agreed: LinkageTerms = {
        bits,
        fields: [
          { recipe: 'name@1', grams: 'pairs', hashes },
          { recipe: 'digits@1', grams: 'places', hashes: 41 - hashes },
        ],
        threshold: { numerator, denominator: 100 },
        blocks: [
          { name: 'year', parts: [{ recipe: 'year@1' }] },
          { name: 'initial', parts: [{ recipe: 'initial@1' }] },
        ],
        maximumPairs: Math.max(most, 1),
      };
      const [left, right] = [a, b].map((rows) => {
        const [names, dates] = [rows.map((r) => r[0]), rows.map((r) => r[1])];
        return encodeRecords(agreed, { fields: [names, dates], blocks: [[dates], [names]] }, new Uint8Array(16));
      });
      if (left === undefined || right === undefined) return assert.fail();
      const clear = linkInTheClear(agreed, left, right);
      const opened = await linkInCommittee(agreed, left, right, malicious ? { convene: maliciousComputation.convene } : {});
      assert.equal(
        opened.fits,
        clear.pairs.every((p) => p <= agreed.maximumPairs),
      );
      if (!opened.fits) {
        lost++;
        for (const link of opened.links) assert.ok(clear.links.some((l) => l.left === link.left && l.right === link.right));
        return;
      }
      linked += clear.links.length;
      assert.deepEqual(opened.links, clear.links);
      assert.deepEqual([opened.pairs, opened.records], [clear.links.length, new Set(clear.links.map((l) => l.left)).size]);
    }),
    { seed, numRuns },
  );
  console.log(`${linked} links, ${lost} runs with more candidates than agreed`);
});
