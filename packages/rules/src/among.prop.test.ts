import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import fc from 'fast-check';
import { amongBits, layoutOf, neutralElement, type Plan, type PlanAccumulator, type PlanAmong, wordsForBits } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { reveal, simulateCommittee, toColumn } from '@sluis/mpc/simulation';
import { samplePlan } from '@sluis/technique/fixtures';
import { exactRules } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** Rows per organisation and cell: a number of rows and their sum or maximum; null where it has none. */
type Part = { readonly rows: bigint; readonly value: bigint } | null;
interface Case {
  readonly among: PlanAmong;
  readonly low: bigint;
  readonly high: bigint;
  readonly parts: readonly (readonly Part[])[];
}

const MAXIMUM_ROWS = 1000;

function planOf(c: Case): Plan {
  const [minimum, maximum] = [String(c.low), String(c.high)];
  const draft: PlanAccumulator = { kind: 'among', sql: 'x', scale: 0, minimum, maximum, words: 1, among: c.among };
  const base: Plan = samplePlan({
    providers: c.parts.map((_, p) => `p${p}`),
    receivers: [c.among.receiver ?? 'outside'],
    maximumRows: MAXIMUM_ROWS,
    keys: [],
    groupingSets: [[]],
    cellCount: c.parts[0]?.length ?? 0,
    contributions: [{ sql: 'count(*)' }],
    accumulators: [draft],
    dominances: [],
    aggregates: [],
    outputs: [],
    rules: { minimumRows: 1, minimumOrganisations: 1, dominance: null, pPercent: null, withoutReceivers: [] },
  });
  return { ...base, accumulators: [{ ...draft, words: wordsForBits(amongBits(base, draft)) }] };
}

async function computed(c: Case): Promise<bigint[]> {
  const plan = planOf(c);
  exactRules.checkPlan(plan);
  const accumulator = plan.accumulators[0] as PlanAccumulator;
  const words = layoutOf(plan).map((l) => l.words);
  const messages = c.parts.map((cells) => {
    const of = (f: (part: Part) => bigint, w: number) => toColumn(cells.map(f), w);
    const columns = [
      of((part) => part?.rows ?? 0n, 1),
      of((part) => (part === null ? 0n : 1n), 1),
      of((part) => part?.value ?? neutralElement(accumulator), accumulator.words),
    ];
    return replicatedSharing.split({ cells: cells.length, columns }, words, systemRandom);
  });
  const { results } = await simulateCommittee(async (committee) => {
    const inputs = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(committee.me, messages[p]?.[committee.me] ?? assert.fail(), plan.cellCount, words),
    }));
    const totals = await exactRules.combine(committee, plan, inputs);
    return committee.components(totals.accumulators[0] ?? assert.fail());
  });
  return reveal(results, accumulator.words);
}

/** The same in the clear; null stands for NULL. */
function expected({ among, parts, low }: Case, cell: number): bigint | null {
  const here = parts.map((cells, p) => ({ p, part: cells[cell] ?? null })).filter((x) => x.part !== null);
  const own = among.receiver === null ? null : (parts[Number(among.receiver.slice(1))]?.[cell] ?? null);
  if (among.receiver !== null && own === null) return null;
  const compare = (a: NonNullable<Part>, b: NonNullable<Part>): bigint =>
    among.measure === 'mean' ? a.value * b.rows - b.value * a.rows : a.value - b.value;
  const rank = 1 + here.filter((x) => own !== null && compare(x.part as NonNullable<Part>, own) > 0n).length;
  const bids = [...here].sort((a, b) => Number((b.part?.value ?? 0n) - (a.part?.value ?? 0n)) || a.p - b.p);
  const winner = bids[0]?.p ?? -1;
  switch (among.what) {
    case 'rank':
      return BigInt(rank);
    case 'quartile':
      return BigInt(1 + Math.min(3, Math.floor((4 * (rank - 1)) / here.length)));
    case 'won':
      return `p${winner}` === among.receiver ? 1n : 0n;
    case 'winner':
      return here.length === 0 ? null : BigInt(winner);
    case 'price': {
      const price = bids[Number(among.parameter) - 1]?.part?.value ?? null;
      return among.receiver !== null && `p${winner}` !== among.receiver ? null : price !== null && price >= low ? price : null;
    }
    case 'exceeds':
      return here.reduce((sum, x) => sum + (x.part?.value ?? 0n), 0n) > BigInt(among.parameter) ? 1n : 0n;
  }
}

const cases = fc
  .record({ providers: fc.integer({ min: 2, max: 6 }), cells: fc.integer({ min: 1, max: 5 }), wide: fc.boolean() })
  .chain(({ providers, cells, wide }) => {
    const limit = wide ? 2n ** 62n : 50n;
    const what = fc.constantFrom<PlanAmong['what']>('rank', 'quartile', 'won', 'price', 'winner', 'exceeds');
    const value = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.constantFrom(-limit, 0n, 1n, limit));
    const part = fc.option(fc.record({ rows: fc.bigInt({ min: 1n, max: BigInt(MAXIMUM_ROWS) }), value }), { freq: 5, nil: null });
    const parts = fc.array(fc.array(part, { minLength: cells, maxLength: cells }), { minLength: providers, maxLength: providers });
    return fc
      .tuple(what, fc.integer({ min: -1, max: providers - 1 }), fc.boolean(), fc.integer({ min: 1, max: 2 }), parts)
      .map(([w, at, mean, price, p]): Case => {
        const place = w === 'rank' || w === 'quartile' || w === 'won';
        const receiver = w === 'winner' || (at < 0 && !place) ? null : `p${Math.max(at, 0)}`;
        const bid = w === 'won' || w === 'price' || w === 'winner';
        const measure = bid ? 'maximum' : mean && place ? 'mean' : 'sum';
        const parameter = w === 'price' ? String(price) : w === 'exceeds' ? '7' : '';
        return { among: { what: w, measure, receiver, contribution: 0, parameter }, low: -limit, high: limit, parts: p };
      });
  });

test('comparisons among organisations are those in the clear, with ties, absences and wide numbers', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const got = await computed(c);
      got.forEach((value, cell) => {
        const due = expected(c, cell);
        // Nobody takes part: nothing of such a cell is ever opened.
        if (c.parts.every((cells) => cells[cell] === null)) return;
        const shown = c.among.what === 'price' ? (value < c.low ? null : value) : value < 0n ? null : value;
        assert.equal(shown, due, `${c.among.what} ${c.among.receiver}`);
        seen.add(`${c.among.what} ${due === null}`);
      });
    }),
    { seed, numRuns: 150 },
  );
  assert.ok(seen.size >= 9, [...seen].join());
});

test('stated cost equals metered rounds and bytes', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const plan = planOf(c);
      const words = layoutOf(plan).map((l) => l.words);
      const shape = { cells: plan.cellCount, columns: words.map((w) => new BigUint64Array(w * plan.cellCount)) };
      const messages = plan.providers.map(() => replicatedSharing.split(shape, words, systemRandom));
      const { rounds, bytes } = await simulateCommittee(async (committee) => {
        const inputs = plan.providers.map((organisation, p) => ({
          organisation,
          columns: replicatedSharing.combine(committee.me, messages[p]?.[committee.me] ?? assert.fail(), plan.cellCount, words),
        }));
        const totals = await exactRules.combine(committee, plan, inputs);
        await exactRules.decide(committee, plan, inputs, totals);
      });
      const stated = exactRules.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan });
      assert.deepEqual([stated.rounds, stated.bytes], [rounds, bytes[0] + bytes[1] + bytes[2]]);
    }),
    { seed, numRuns: 40 },
  );
});
