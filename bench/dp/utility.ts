/**
 * How far off tables over real data are: noise of one trusted curator, noise that three compute parties make together, and
 * people who trust nobody, beside the least that theory allows a curator. Root mean square of the error of a cell, over many
 * answers; for the joint answer its mean absolute value as well.
 */
import { agreementSchema, type Agreement, layoutOf, type NoiseGeneration } from '@sluis/model';
import { histogram, noiseFor, rowsAreUnits } from '@sluis/dp';
import { FrequencyTally, unaryEncoding } from '@sluis/dp/local';
import { createSqlEngine } from '@sluis/engine';
import { prepare } from '@sluis/planner';
import { systemRandom } from '@sluis/base';
import { noised, type Given } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import type { BenchmarkOptions, Figure } from '../figure.ts';
import { leastErrorOfCount, leastErrorOfSum } from './optimum.ts';
import { type AskedTable, type LoadedTable, loadTable, TABLES } from './tables.ts';

const EPSILONS = ['0.1', '1'] as const;
const PROVIDERS = ['north', 'east', 'south'] as const;
/** The joint answer may err so much more than one curator's. */
const GOAL = 1.3;

type What = 'count' | 'sum';

export async function utilityFigures(options: BenchmarkOptions): Promise<Figure[]> {
  const folder = process.env['SLUIS_FIXTURES'];
  if (folder === undefined) {
    options.remark('SKIPPED: errors on real data need SLUIS_FIXTURES, the folder that holds them.');
    return [];
  }
  const figures: Figure[] = [];
  for (const asked of options.quick ? TABLES.slice(0, 2) : TABLES) {
    const table = await loadTable(`${folder}/data`, asked);
    options.remark(`${nameOf(asked)}: ${table.cellOf.length} rows in ${table.cells} cells …`);
    for (const epsilon of EPSILONS)
      for (const what of ['count', 'sum'] as const) figures.push(...(await figuresOf(table, what, epsilon, options)));
  }
  return figures;
}

const nameOf = ({ data, keys }: AskedTable): string => `${data} by ${keys.join(' × ')}`;

async function figuresOf(table: LoadedTable, what: What, epsilon: string, { quick }: BenchmarkOptions): Promise<Figure[]> {
  const { asked, cells } = table;
  const most = Math.max(Math.abs(asked.value.low), Math.abs(asked.value.high));
  const numbers = quick ? 4_000 : 40_000;
  const repeats = Math.ceil(numbers / cells);
  const optimum = what === 'count' ? leastErrorOfCount(Number(epsilon)) : leastErrorOfSum(Number(epsilon), most);
  const curator = what === 'count' ? curatorCounts(table, epsilon, repeats) : curatorSums(most, epsilon, numbers);
  const joint = await jointErrors(table, what, epsilon, repeats, 'shares');
  const onBits = await jointErrors(table, what, epsilon, Math.ceil(repeats / 10), 'bits');
  const local = localErrors(table, what, epsilon, quick ? 1 : 3);
  const unit = what === 'count' ? 'rows' : asked.value.name;
  const name = `${nameOf(asked)}, ${what}, ε = ${epsilon}`;
  return [
    { name: `${name}: least possible for one curator`, value: optimum, unit },
    against(`${name}: one curator`, rms(curator), unit, 'least possible', optimum),
    {
      ...against(`${name}: three compute parties together`, rms(joint), unit, 'one curator', rms(curator)),
      goal: `≤ ${GOAL} × one curator`,
      ...(rms(joint) > GOAL * rms(curator) ? { missed: `${(rms(joint) / (GOAL * rms(curator))).toFixed(2)}×` } : {}),
    },
    against(`${name}: three compute parties together, mean absolute error`, size(joint), unit, 'one curator', size(curator)),
    against(`${name}: three compute parties together, on secret bits`, rms(onBits), unit, 'one curator', rms(curator)),
    against(`${name}: local, everybody hides their own row`, rms(local), unit, 'one curator', rms(curator)),
  ];
}

const against = (name: string, value: number, unit: string, peer: string, peerValue: number): Figure => ({
  name,
  value,
  unit,
  peer,
  peerValue,
  ratio: value / peerValue,
});

type Errors = readonly number[];
const rms = (errors: Errors): number => Math.sqrt(errors.reduce((a, b) => a + b * b, 0) / errors.length);
const size = (errors: Errors): number => errors.reduce((a, b) => a + Math.abs(b), 0) / errors.length;

function totals({ cellOf, amountOf, cells }: LoadedTable, what: What): Float64Array {
  const out = new Float64Array(cells);
  cellOf.forEach((cell, row) => {
    out[cell] = (out[cell] ?? 0) + (what === 'count' ? 1 : (amountOf[row] ?? 0));
  });
  return out;
}

/** Every row is a unit. */
function curatorCounts(table: LoadedTable, epsilon: string, repeats: number): Errors {
  const keys = Array.from({ length: table.cells }, (_, cell) => String(cell));
  const mechanism = histogram({ noise: { epsilon } }, keys);
  const rows = rowsAreUnits(table.cellOf, String);
  const exact = totals(table, 'count');
  const runs = Math.min(repeats, 200);
  return Array.from({ length: runs }, () => mechanism.run(systemRandom, rows).map((g, i) => g.value - (exact[i] ?? 0))).flat();
}

/** Sums are exact whole numbers, so that their error is the noise alone. */
function curatorSums(most: number, epsilon: string, numbers: number): Errors {
  const [l1, squaredL2] = [BigInt(most), BigInt(most) ** 2n];
  return Array.from(noiseFor({ epsilon }, { of: 'sums', l1, squaredL2 }).draw(systemRandom, numbers), Number);
}

/** The question as people ask it, planned; its noise as compute parties add it, here in one process and without sockets. */
async function jointErrors(table: LoadedTable, what: What, epsilon: string, repeats: number, generation: NoiseGeneration): Promise<Errors> {
  const { asked } = table;
  const call = what === 'count' ? 'count(*)' : `sum(${asked.value.name})`;
  const keys = asked.keys.join(', ');
  const sql = `SELECT ${keys}, ${call} AS x FROM data GROUP BY ${keys} WITH NOISE (epsilon = ${epsilon}${generation === 'bits' ? ', delta = 0.00000001' : ''})`;
  const { plan } = await prepare({ sql, agreement: agreementOn(table, generation), agreementId: '0'.repeat(64) }, createSqlEngine());
  if (plan.cellCount !== table.cells) throw new RangeError('the plan has other cells than the table');
  const parts = PROVIDERS.map((_, p) => partOf(table, p));
  const exact = totals(table, what);
  const given = parts.map(
    (part): Given =>
      layoutOf(plan).map((column) => {
        if (column.kind === 'count') return Array.from(totals(part, 'count'), BigInt);
        if (column.kind === 'accumulator') return Array.from(totals(part, 'sum'), BigInt);
        return Array.from(totals(part, 'count'), (n) => (n > 0 ? 1n : 0n));
      }),
  );
  const errors: number[] = [];
  const opened = what === 'count' ? plan.aggregates[0]?.contribution : plan.aggregates[0]?.accumulators[0];
  for (let run = 0; run < Math.min(repeats, 400); run++) {
    const { counts, accumulators } = await noised(plan, given);
    (what === 'count' ? counts : accumulators)[opened ?? -1]?.forEach((v, cell) => {
      errors.push(Number(v) - (exact[cell] ?? 0));
    });
  }
  return errors;
}

function partOf(table: LoadedTable, which: number): LoadedTable {
  const mine = (_: number, row: number) => row % PROVIDERS.length === which;
  return { ...table, cellOf: table.cellOf.filter(mine), amountOf: table.amountOf.filter(mine) };
}

function agreementOn({ asked, domains, cellOf }: LoadedTable, generation: NoiseGeneration): Agreement {
  const organisation = (name: string) => ({
    name,
    station: 'localhost:4400',
    identity: '0'.repeat(64),
    sealing: `${'A'.repeat(1621)}AA=`,
    certificate: '1'.repeat(64),
  });
  const columns = asked.keys.map((key, k) => [key, { type: 'VARCHAR', uses: ['group'], domain: { values: domains[k] } }]);
  const value = { type: 'INTEGER', uses: ['aggregate'], bounds: [asked.value.low, asked.value.high] };
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'bench',
    version: 1,
    purpose: 'bench',
    legal_basis: 'bench',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: PROVIDERS.map(organisation),
    committee: PROVIDERS,
    tables: {
      data: {
        providers: PROVIDERS,
        maximum_rows: cellOf.length,
        privacy_unit: { protects: 'row' },
        columns: { ...Object.fromEntries(columns), [asked.value.name]: value },
      },
    },
    output: { noise: { mechanism: 'discrete-laplace', generation, budget: { epsilon: '10', delta: '0.001' } } },
    receivers: [PROVIDERS[0]],
    askers: [PROVIDERS[0]],
  });
}

/**
 * Everybody reports their own cell under optimised unary encoding. For a sum, values are first rounded by chance to one of
 * both bounds, so that their mean is kept, and everybody reports cell and bound.
 */
function localErrors(table: LoadedTable, what: What, epsilon: string, repeats: number): Errors {
  const { cells, cellOf, amountOf, asked } = table;
  const { low, high } = asked.value;
  const exact = totals(table, what);
  const mechanism = unaryEncoding(epsilon, what === 'count' ? cells : 2 * cells);
  const errors: number[] = [];
  for (let run = 0; run < repeats; run++) {
    const tally = new FrequencyTally(mechanism);
    cellOf.forEach((cell, row) => {
      const up = what === 'sum' && chance(((amountOf[row] ?? 0) - low) / (high - low));
      tally.add(mechanism.randomise(what === 'count' ? cell : 2 * cell + Number(up), systemRandom));
    });
    const counts = tally.estimates().map((e) => e.count);
    exact.forEach((truth, cell) => {
      const found = what === 'count' ? (counts[cell] ?? 0) : low * (counts[2 * cell] ?? 0) + high * (counts[2 * cell + 1] ?? 0);
      errors.push(found - truth);
    });
  }
  return errors;
}

/** To 2^-32, which is far below the errors measured. */
const chance = (p: number): boolean => new DataView(systemRandom.bytes(4).slice().buffer).getUint32(0) < p * 2 ** 32;
