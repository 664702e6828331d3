/**
 * Many runs of one question over two versions of one provider's data, as each compute party saw them.
 *
 * A party's view is everything it receives from other stations in a run, decrypted and aligned by sender and step:
 * - the committee's messages and sealed boxes as bytes; what it finds in a box as the components it holds, and their sum
 *   (a secret shared among these two alone would look random in each of them and show in the sum);
 * - messages of structure (proposal, start, progress, receipts, answers) as their text without numbers, identifiers and
 *   signatures, and apart from that the numbers in them.
 */
import { replicatedSharing } from '@sluis/mpc';
import type { Plan } from '@sluis/model';
import { askAndFollow } from '@sluis/sdk';
import { columnShare } from '../../packages/mpc/src/shares.ts';
import * as data from '../seam/readings.ts';
import { openRecorded, type Recorded } from '../seam/recorded.ts';
import { isBox, messagesOf, openedBox, type RunTerms, type SeenMessage } from '../seam/view.ts';
import type { RunView } from './two-samples.ts';

export const COMMITTEE = ['north', 'south', 'arbiter'] as const;
export type ComputeParty = (typeof COMMITTEE)[number];
/** Whose data changes: a provider outside the committee. */
export const CHANGED = 'west';

export interface Observed {
  /** Bytes that must be random. */
  readonly bytes: RunView;
  /** Per message of structure: its text without what varies from run to run anyway. */
  readonly texts: ReadonlyMap<string, string>;
  /** The numbers in these texts, in order. */
  readonly numbers: readonly number[];
}

export interface Experiment {
  readonly plan: Plan;
  /** By compute party, then by version of the data, one view a run. */
  readonly views: Readonly<Record<ComputeParty, readonly [readonly Observed[], readonly Observed[]]>>;
}

const small = (h: data.Holding): data.Holding => ({ ...h, rows: h.rows.map((n) => Math.min(n, 45)) });
const NORTH = small(data.holding(0, false));
const SOUTH = small(data.holding(1, true));

/** Two versions of the changed provider's rows under which the same cells pass, as different as that allows. */
export const VERSIONS: readonly [data.Holding, data.Holding] = (() => {
  const first = small(data.holding(2, false));
  const other = small(data.holding(2, false, 77));
  const without = data.pooled([NORTH, SOUTH]);
  const rows = first.rows.map((n, cell) => {
    if (without.passes[cell] === 1) return n > 0 ? 0 : other.rows[cell] || 33;
    return n === 0 ? 0 : n + (cell === 3 ? -1 : 14);
  });
  return [first, { rows, amount: other.amount }];
})();

/** Runs the question `size` times over each version, in random order, so that time and log size favour neither. */
export async function observe(size: number): Promise<Experiment> {
  const collaboration = await openRecorded({
    parties: [{ name: 'north', csv: '' }, { name: 'south', csv: '' }, { name: 'arbiter' }, { name: CHANGED, csv: '' }, { name: 'centre' }],
    table: 'readings',
    columns: {
      region: { type: 'VARCHAR', uses: ['group'], domain: { values: Array.from({ length: data.REGIONS }, (_, c) => data.region(c)) } },
      amount: { type: 'BIGINT', uses: ['aggregate'], bounds: ['0', '10000000000'] },
    },
    receivers: ['centre'],
    terms: { output: { minimum_rows: data.MINIMUM_ROWS, minimum_organisations: data.MINIMUM_ORGANISATIONS } },
  });
  try {
    return await experiment(collaboration, size);
  } finally {
    await collaboration.close();
  }
}

async function experiment(collaboration: Recorded, size: number): Promise<Experiment> {
  const connect = async (name: string, file: string, rows: data.Holding) => {
    const { organisation, client } = collaboration.at(name);
    await client.connect({ table: 'readings', file: organisation.file(file, data.csvOf(rows)) });
  };
  await connect('north', 'rows.csv', NORTH);
  await connect('south', 'rows.csv', SOUTH);
  const order = shuffled(Array.from({ length: 2 * size }, (_, i) => (i % 2) as 0 | 1));
  const runs: { readonly version: 0 | 1; readonly terms: RunTerms }[] = [];
  for (const version of order) {
    await connect(CHANGED, `rows-${version}.csv`, VERSIONS[version]);
    const { receipt } = await askAndFollow(collaboration.at('centre').client, { sql: data.SQL, as: 'ana' });
    const { run, plan, agreement } = receipt.body;
    runs.push({ version, terms: { run, plan, agreement } });
  }
  const plan = planIn(messagesOf(collaboration.at(CHANGED).organisation.transcripts, collaboration.agreement));
  const views = {} as Record<ComputeParty, [Observed[], Observed[]]>;
  for (const name of COMMITTEE) {
    views[name] = [[], []];
    const seen = messagesOf(collaboration.at(name).organisation.transcripts, collaboration.agreement).filter(
      (m) => m.direction === 'received',
    );
    for (const { version, terms } of runs) {
      const own = seen.filter((m) => m.run === terms.run);
      views[name][version].push(await observedBy(collaboration, name, plan, terms, own));
    }
  }
  return { plan, views };
}

function planIn(messages: readonly SeenMessage[]): Plan {
  const proposed = messages.find((m) => m.kind === 'run.propose');
  if (proposed === undefined) throw new RangeError('no proposal was recorded');
  return JSON.parse(proposed.message.body.toString('utf8')) as Plan;
}

/** Steps whose payload is structure, not shares: signatures with log proofs; rounds, bytes and the time. */
const STRUCTURED = new Set(['mpc receipt', 'mpc meter']);

async function observedBy(
  collaboration: Recorded,
  name: ComputeParty,
  plan: Plan,
  terms: RunTerms,
  seen: readonly SeenMessage[],
): Promise<Observed> {
  const bytes = new Map<string, Uint8Array>();
  const texts = new Map<string, string>();
  const numbers: number[] = [];
  const boxes = seen.filter(isBox).sort((a, b) => (a.peer < b.peer ? -1 : 1));
  const committee = seen.filter((m) => m.kind.startsWith('mpc ') && !STRUCTURED.has(m.kind));
  // Who of two senders comes first is chance; the order of each one's messages is not.
  for (const m of [...committee].sort((a, b) => (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : 0)))
    bytes.set(`${m.peer} ${m.kind}`, m.message.body);
  for (const box of boxes) {
    bytes.set(`${box.peer} sealed share`, box.message.body);
    const plain = await openedBox(collaboration.at(name).opener, terms, box, name);
    for (const [what, part] of partsOf(plan, COMMITTEE.indexOf(name) as 0 | 1 | 2, plain)) bytes.set(`${box.peer} ${what}`, part);
  }
  const structured = seen.filter((m) => !isBox(m) && !committee.includes(m));
  const keyed = structured
    .map((m) => ({ key: `${m.peer} ${m.kind}`, text: textOf(m) }))
    .sort((a, b) => (a.key + a.text < b.key + b.text ? -1 : 1));
  keyed.forEach(({ key, text }, i) => {
    const { skeleton, values } = withoutNumbers(text);
    texts.set(`${key} (${keyed.slice(0, i).filter((k) => k.key === key).length})`, skeleton);
    numbers.push(...values);
  });
  return { bytes, texts, numbers };
}

/** What stands in a provider's box: the few bytes before and after the explicit component, and both components. */
function partsOf(plan: Plan, seat: 0 | 1 | 2, plain: Buffer): [string, Uint8Array][] {
  const widths = data.widthsOf(plan);
  const explicit = seat === 0 ? 0 : 8 * plan.cellCount * widths.reduce((a, b) => a + b, 0);
  const tail = seat === 2 ? 32 : 0;
  const around = Buffer.concat([plain.subarray(0, plain.length - explicit - tail), plain.subarray(plain.length - tail)]);
  return [['share, seeds', around], ...componentsOf(plan, seat, plain)];
}

export function componentsOf(plan: Plan, seat: 0 | 1 | 2, plain: Uint8Array): [string, Uint8Array][] {
  const columns = replicatedSharing.combine(seat, plain, plan.cellCount, data.widthsOf(plan)).map(columnShare);
  return held(
    columns.map((c) => c.mine),
    columns.map((c) => c.next),
  );
}

/** Two components as a party holds them, and their sum. */
export function held(mine: readonly BigUint64Array[], next: readonly BigUint64Array[]): [string, Uint8Array][] {
  const flat = (columns: readonly BigUint64Array[]) => BigUint64Array.from(columns.flatMap((c) => [...c]));
  const [a, b] = [flat(mine), flat(next)];
  const both = a.map((v, i) => v + (b[i] as bigint));
  return [
    ['component, own', new Uint8Array(a.buffer)],
    ['component, next', new Uint8Array(b.buffer)],
    ['components, sum', new Uint8Array(both.buffer)],
  ];
}

function textOf({ kind, message: { head, body } }: SeenMessage): string {
  if (kind === 'mpc meter') return [0, 8, 16].map((at) => body.readBigUInt64LE(at)).join(' ');
  const header = 'header' in head ? JSON.stringify(head.header) : JSON.stringify(head);
  return `${header} ${body.toString('latin1')}`;
}

/** Text without identifiers, hashes, signatures and numbers; a list of hashes counts as one, since logs grow. */
function withoutNumbers(text: string): { skeleton: string; values: number[] } {
  const named = text
    .replace(/[0-9a-f]{32,}/g, 'H')
    .replace(/[A-Za-z0-9+/]{40,}={0,2}/g, 'B')
    .replace(/"H"(,"H")+/g, '"H"')
    .replace(/\[\]/g, '["H"]');
  const values: number[] = [];
  const skeleton = named.replace(/\d+/g, (digits) => {
    values.push(Number(digits));
    return '#';
  });
  return { skeleton, values };
}

function shuffled<T>(list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}
