/**
 * The guard against differences between releases, at each station for itself: a provider asks before it contributes whether
 * the question would tell of a group that has never been tested; a compute party, before values are opened, whether it would
 * tell of one that has not passed. What is released is remembered durably before anybody sees it, and never forgotten.
 */
import { canonicalBytes, fromBase64, RefusedError, toBase64, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { type Footprint, type GuardedRelease, openingMasks } from '@sluis/model';
import type { Attempt, StationContext } from './context.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { DatasetRecord, FootprintRecord, GuardRole } from './ports.ts';

/** Releases on the same data that are compared; the data has to change before there can be more. */
const MOST_RELEASES = 500;

/** Two runs at a time must not each find that the other has not been released yet. */
const turns = new WeakMap<StationContext, OneAtATime>();
function inTurn<T>(station: StationContext, run: Attempt, task: () => Promise<T>): Promise<T> {
  const of = turns.get(station) ?? new OneAtATime();
  turns.set(station, of);
  const { collaboration, table } = run.prepared.plan;
  return of.of(`${collaboration}/${table}`, task);
}

/**
 * What tells a provider's data apart from its earlier data: the source and the files' identity and time, hashed. Connecting
 * the same files again changes nothing; a changed source of which the station keeps no copy counts as the same.
 */
export function dataVersion(organisation: string, { table, binding }: DatasetRecord): string {
  const { sql, files } = JSON.parse(binding) as { sql?: string; files?: unknown };
  return toHex(taggedHash('sluis/data-version/1', canonicalBytes({ organisation, table, sql: sql ?? null, files: files ?? null })));
}

/** What compute parties take a provider's data for if it says nothing of them: always the same. */
export const unchanging = (organisation: string): string => `data of ${organisation}`;

/**
 * Run by: each data provider, before anything leaves it. Throws RefusedError `release/differencing`. Returns what its data
 * is called among the compute parties.
 */
export async function guardContribution(station: StationContext, run: Attempt): Promise<string> {
  const { organisation, store } = station;
  const { plan, footprint } = run.prepared;
  const dataset = await store.dataset(plan.collaboration, plan.table);
  const data = dataset === null ? unchanging(organisation) : dataVersion(organisation, dataset);
  if (footprint !== undefined) await guard(station, run, { role: 'provider', footprint, data: [data], shown: null });
  return data;
}

/**
 * Run by: each compute party, when it is known which cells are shown and before any value is opened; all find the same.
 * Throws RefusedError `release/differencing`.
 *
 * @param data - of every provider, and every deposit that counted.
 * @param empty - per contribution, which cells nobody has a row in.
 */
export async function guardRelease(
  station: StationContext,
  run: Attempt,
  data: readonly string[],
  passed: readonly Uint8Array[],
  empty: readonly Uint8Array[],
): Promise<void> {
  const { plan, footprint } = run.prepared;
  if (footprint === undefined) return;
  const masks = openingMasks(plan, passed);
  const shown = footprint.values.map(({ of, contribution }) => {
    const mask = of.kind === 'count' ? masks.counts[of.index] : masks.accumulators[of.index];
    return Uint8Array.from({ length: plan.cellCount }, (_, c) => (mask?.[c] === 1 ? 1 : empty[contribution]?.[c] === 1 ? 2 : 0));
  });
  await guard(station, run, { role: 'compute-party', footprint, data, shown });
}

interface Guarding {
  readonly role: GuardRole;
  readonly footprint: Footprint;
  readonly data: readonly string[];
  readonly shown: readonly Uint8Array[] | null;
}

function guard(station: StationContext, run: Attempt, { role, footprint, data, shown }: Guarding): Promise<void> {
  return inTurn(station, run, async () => {
    const { collaboration, table } = run.prepared.plan;
    const mechanism = station.registry.get('mechanism', run.prepared.plan.techniques.mechanism);
    if (mechanism.differences === undefined) throw new RangeError('a guarded plan has a mechanism that can guard');
    const same = (known: string) => (JSON.parse(known) as string[]).some((d) => data.includes(d));
    const records = await station.store.footprints(collaboration, table, role, same);
    const history = records.map(releaseOf);
    if (history.length > MOST_RELEASES) throw tooMuch(station, `there are more than ${MOST_RELEASES} earlier answers on the same data`);
    const now: GuardedRelease = { run: run.proposal.run, at: station.clock.now(), data, footprint, shown };
    const verdict = mechanism.differences(run.prepared.plan, history, now);
    if (verdict.kind === 'too-large') throw tooMuch(station, verdict.why);
    if (verdict.kind === 'follows') throw follows(station, records, verdict, role);
    await station.store.saveFootprint(recordOf(run, role, now));
  });
}

function recordOf(run: Attempt, role: GuardRole, { at, data, footprint, shown }: GuardedRelease): FootprintRecord {
  const { collaboration, table } = run.prepared.plan;
  return {
    ...{ run: run.proposal.run, role, collaboration, table, at },
    data: JSON.stringify(data),
    footprint: JSON.stringify(footprint),
    shown: shown === null ? null : JSON.stringify(shown.map((bytes) => toBase64(bytes))),
  };
}

/** The store's text is this station's own; `data` and `footprint` were validated when they were made. */
function releaseOf({ run, at, data, footprint, shown }: FootprintRecord): GuardedRelease {
  return {
    ...{ run, at },
    data: JSON.parse(data) as string[],
    footprint: JSON.parse(footprint) as Footprint,
    shown: shown === null ? null : (JSON.parse(shown) as string[]).map((text) => fromBase64(text)),
  };
}

function follows(
  station: StationContext,
  records: readonly FootprintRecord[],
  { group, measure, runs }: { readonly group: string; readonly measure: string; readonly runs: readonly string[] },
  role: GuardRole,
): RefusedError {
  const named = runs.map((run) => {
    const at = records.find((r) => r.run === run)?.at ?? 0;
    return `run ${run} of ${new Date(at).toISOString().slice(0, 16)}Z`;
  });
  const with_ = named.length === 0 ? 'This question alone' : `Together with ${named.join(' and ')}, this question`;
  // Which tested group has not passed is not for others to know.
  const what = role === 'provider' ? `the ${measure} where ${group}` : `the ${measure} of a group`;
  return new RefusedError('release/differencing', {
    stage: role === 'provider' ? 'contribution' : 'release',
    party: station.organisation,
    message: `${with_} would tell ${what}, which has not passed the output rules itself. Nothing was released.`,
    remedy:
      role === 'provider'
        ? 'Group by what the filter distinguishes instead of filtering: then both sides are tested. Or leave out what was asked before.'
        : 'Ask for coarser groups. Once the data has changed, the question can be asked anew.',
  });
}

function tooMuch(station: StationContext, why: string): RefusedError {
  return new RefusedError('release/differencing-unbounded', {
    stage: 'release',
    party: station.organisation,
    message: `Whether this question can be compared with earlier answers can't be examined: ${why}. Nothing was released.`,
    remedy: 'Use fewer and coarser columns in conditions and groups, or ask again once the data has changed.',
  });
}
