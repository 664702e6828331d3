/** Workloads on whole rows: shuffle, sort, group-by, join. Results are opened afterwards and compared in full. */
import type { Committee, GroupedTable, JoinedTable, SecretColumn, SecretTable } from '@sluis/technique';
import { expect } from './expectations.ts';
import { deal, numbers, shuffled } from './inputs.ts';
import type { Workload } from './workload.ts';

const at = (a: BigUint64Array, i: number) => a[i] as bigint;
const column = (t: SecretTable, i: number) => t.columns[i] as SecretColumn;

/** Keys and payloads in the clear, and this party's shares of them. */
function rowsOf(committee: Committee, n: number, keys: BigUint64Array) {
  const values = numbers('payload', n);
  return { values, key: deal(committee, 'key', keys), payload: deal(committee, 'payload', values) };
}

async function expectAll(committee: Committee, what: string, got: SecretColumn, of: (i: number) => bigint): Promise<void> {
  const opened = await committee.openColumn(got);
  for (let i = 0; i < opened.length; i++) expect(opened[i] === BigInt.asUintN(64, of(i)), `${what}, row ${i}`);
}

const shuffle: Workload = {
  id: 'shuffle',
  needs: ['shuffle'],
  prepare: async ({ committee }, n) => {
    const { values, payload, key } = rowsOf(committee, n, shuffled('key', n));
    const plain = shuffled('key', n);
    let out: SecretTable | null = null;
    return {
      run: async () => {
        out = await committee.shuffle({ length: n, columns: [key, payload], bits: [] });
      },
      check: async () => {
        const row = new Map(Array.from(plain, (k, i) => [k, i]));
        const keys = await committee.openColumn(column(out as SecretTable, 0));
        expect(new Set(keys).size === n, 'every row is there');
        await expectAll(committee, 'payload', column(out as SecretTable, 1), (i) => at(values, row.get(at(keys, i)) as number));
      },
    };
  },
};

const sort: Workload = {
  id: 'sort',
  needs: ['sort'],
  prepare: async ({ committee }, n) => {
    const keys = numbers('key', n);
    const { values, key, payload } = rowsOf(committee, n, keys);
    let out: SecretTable | null = null;
    return {
      run: async () => {
        out = await committee.sort({ length: n, columns: [key, payload], bits: [] }, [{ column: key, bits: 64 }]);
      },
      check: async () => {
        const signed = new BigInt64Array(keys.buffer);
        const order = Array.from(signed, (_, i) => i).sort((i, j) => Number((signed[i] as bigint) > (signed[j] as bigint)) * 2 - 1);
        await expectAll(committee, 'key', column(out as SecretTable, 0), (i) => at(keys, order[i] as number));
        await expectAll(committee, 'payload', column(out as SecretTable, 1), (i) => at(values, order[i] as number));
      },
    };
  },
};

/** @param bits - of the keys, as declared: all that a column holds, or no more than the groups need. */
const group = (groups: number, bits = 64): Workload => ({
  id: bits === 64 ? `group-${groups}` : `group-${groups}-in-${bits}-bits`,
  needs: ['groupAggregate'],
  prepare: async ({ committee }, n) => {
    const keys = numbers('key', n, BigInt(groups));
    const { values, key, payload } = rowsOf(committee, n, keys);
    const valid = committee.constantBits(n, 1);
    let out: GroupedTable | null = null;
    return {
      run: async () => {
        out = await committee.groupAggregate([{ column: key, bits }], valid, [{ kind: 'sum', column: payload }], n);
      },
      check: async () => {
        const sums = new Map<bigint, bigint>();
        keys.forEach((k, i) => {
          sums.set(k, (sums.get(k) ?? 0n) + at(values, i));
        });
        const found = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
        const { keys: outKeys, aggregates } = out as GroupedTable;
        await expectAll(committee, 'key', outKeys[0] as SecretColumn, (i) => found[i]?.[0] ?? 0n);
        await expectAll(committee, 'sum', aggregates[0] as SecretColumn, (i) => found[i]?.[1] ?? 0n);
      },
    };
  },
});

/** Left keys 0, 2, 4 … and right keys 0, 3, 6 …, each in a random order: a third of the left rows have a partner. */
const join: Workload = {
  id: 'join',
  needs: ['join'],
  prepare: async ({ committee }, n) => {
    const [left, right] = [shuffled('left', n).map((k) => 2n * k), shuffled('right', n).map((k) => 3n * k)];
    const values = numbers('payload', n);
    const side = (label: string, keys: BigUint64Array) => ({
      table: { length: n, columns: [deal(committee, 'payload', values)], bits: [] },
      keys: [{ column: deal(committee, label, keys), bits: 64 }],
      valid: committee.constantBits(n, 1),
      unique: true,
    });
    const [l, r] = [side('left', left), side('right', right)];
    let out: JoinedTable | null = null;
    return {
      run: async () => {
        out = await committee.join('inner', l, r);
      },
      check: async () => {
        const row = new Map(Array.from(right, (k, i) => [k, i]));
        await expectAll(committee, 'partner', column((out as JoinedTable).right, 0), (i) => {
          const partner = row.get(at(left, i));
          return partner === undefined ? 0n : at(values, partner);
        });
      },
    };
  },
};

export const ROW_WORKLOADS: readonly Workload[] = [shuffle, sort, group(10), group(10_000), group(10, 5), group(10_000, 15), join];
