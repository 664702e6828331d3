/** The part of a plan on shared rows, evaluated by three simulated compute parties on secret shares. */
import { type Agreement, encodingsOf, layoutOf, type Plan, type Vectors } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { reveal, simulateCommittee } from '@sluis/mpc/simulation';
import { rowsOnShares } from '@sluis/rows';
import type { ClearSource } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { dealRows } from '../../packages/rows/src/fixtures/secret-rows.ts';

/** What `evaluateRows` gives in the clear, from the protocol that runs in stations. */
export async function evaluateOnShares(
  agreement: Agreement,
  plan: Plan,
  clear: readonly ClearSource[],
  threat: 'semi-honest' | 'malicious',
  underNull: () => bigint = () => 0n,
): Promise<Vectors> {
  const deals = (plan.rows?.sources ?? []).map((source, s) => {
    const table = agreement.tables[source.table];
    const given = clear[s];
    if (table === undefined || given === undefined) throw new RangeError('a source is missing');
    const rows = given.rows.map((row, i) => ({ giver: given.givers[i] ?? '', valid: true, values: Object.fromEntries(row) }));
    // Givers stand together, as the flow puts them.
    rows.sort((a, b) => (a.giver < b.giver ? -1 : a.giver > b.giver ? 1 : 0));
    return dealRows({ encodings: encodingsOf(table, source.columns), rows, underNull });
  });
  const computation = threat === 'malicious' ? maliciousComputation : replicatedComputation;
  const { results } = await simulateCommittee(
    async (c) => {
      const { columns } = await rowsOnShares.evaluate(
        c,
        plan,
        deals.map((deal) => deal(c.me)),
      );
      const parts = [];
      for (const column of columns) parts.push(c.components(column));
      return parts;
    },
    { convene: computation.convene },
  );
  const columns = layoutOf(plan).map(({ words }, i) => {
    const values = reveal(
      results.map((r) => r[i] as (typeof r)[number]),
      words,
    );
    const out = new BigUint64Array(plan.cellCount * words);
    values.forEach((value, cell) => {
      for (let j = 0; j < words; j++) out[j * plan.cellCount + cell] = BigInt.asUintN(64, value >> BigInt(64 * j));
    });
    return out;
  });
  return { cells: plan.cellCount, columns };
}
