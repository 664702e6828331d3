/** The contract of techniques, for questions on secret rows with secret groups and with declared ones. */
import type { Plan, RowExpression } from '@sluis/model';
import { exerciseCommittee } from '@sluis/mpc/simulation';
import type { Committee } from '@sluis/technique';
import { techniqueContract } from '@sluis/technique/contract';
import { columnOf, encoding, rowsPlan, type TestPlan } from './fixtures/rows-plan.ts';
import { dealRows } from './fixtures/secret-rows.ts';
import { rowsOnShares } from './index.ts';

const ROWS = 3000;
const BITS = 40;
const half = 1n << BigInt(BITS - 1);
const encodings = ['code', 'cost'].map((name) => encoding(name, -half, half - 1n, true, BITS));
const of = (name: string): RowExpression => ({ ...columnOf(name), bits: BITS, nullable: true }) as RowExpression;
const sum = { kind: 'sum', expression: of('cost'), quantile: 0, bits: 60 } as const;
const sources = [{ table: 'visits', columns: [], stations: ['anna'], deposits: false, stationWhere: '' }];

const secret: TestPlan = {
  keys: [{ expression: of('code'), size: 0, nullCode: '0' }],
  secretSlots: 500,
  rows: { sources, maximumRows: ROWS, where: { op: 'less', args: [of('cost'), { op: 'number', value: '1000000000', bits: 40 }] } },
  contributions: [null],
  accumulators: [sum],
};
const declared: TestPlan = {
  keys: [{ expression: { op: 'position', args: [of('code')], values: ['0', '1', '2', null], bits: 3 }, size: 4 }],
  rows: { sources, maximumRows: ROWS },
  contributions: [null],
  accumulators: [sum, { ...sum, kind: 'max' }],
};

for (const [name, shape] of Object.entries({ secret, declared })) {
  const supported = rowsPlan(shape);
  const rows = supported.rows as NonNullable<Plan['rows']>;
  const without = (change: Partial<Plan>): Plan => ({ ...supported, ...change });
  techniqueContract(
    { ...rowsOnShares, id: `${rowsOnShares.id}-${name}` },
    {
      supported,
      unsupported: [
        Object.fromEntries(Object.entries(supported).filter(([key]) => key !== 'rows')) as unknown as Plan,
        without({ rows: { ...rows, sources: [] } }),
        without({ rows: { ...rows, keys: [] } }),
        without({ rows: { ...rows, maximumRows: 0 } }),
        without({ rows: { ...rows, where: { op: 'less', args: [columnOf('x', 3), columnOf('x', 3)] } } }),
        without({ rows: { ...rows, accumulators: rows.accumulators.map((a) => ({ ...a, kind: 'quantile', quantile: 10_001 })) } }),
      ],
      exercise(canary, fault) {
        const values = { code: canary % 4n, cost: canary };
        const deal = dealRows({ encodings, rows: Array.from({ length: ROWS }, () => ({ giver: 'anna', valid: true, values })) });
        const program = async (c: Committee) => {
          const given = deal(c.me);
          await rowsOnShares.withinBounds(c, encodings, [given]);
          return rowsOnShares.evaluate(c, supported, [given]);
        };
        return exerciseCommittee(program, fault, false);
      },
    },
  );
}
