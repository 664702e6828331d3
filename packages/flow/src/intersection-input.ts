/** This station's input to an intersection: read, committed to, compared with earlier runs. */
import { fromHex, toHex, utf8 } from '@sluis/base';
import { commitInput } from '@sluis/ledger';
import { taggedHash } from '@sluis/crypto';
import { declaredSize, type IntersectionInput, keyColumns, keysOfTable } from '@sluis/model';
import { itemCount } from '@sluis/technique';
import type { StationContext } from './context.ts';
import { datasetFor } from './contribution.ts';
import { type AdmittedIntersection, refusedIntersection } from './intersection-admission.ts';
import { drawn, type DrawnItems, type OwnItems } from './intersection-items.ts';
import { fingerprintKey, needsFingerprints } from './intersection-limits.ts';
import type { KeyReader, PairWork } from './intersection-ports.ts';
import { withoutCounts } from './own-keys.ts';
import type { KeptInputs } from './intersection-store.ts';

export interface PreparedInput {
  readonly own: OwnItems;
  readonly said: IntersectionInput;
  readonly salt: string;
  /** Commitment even where the agreement has none sent: another attempt must have the same input. */
  readonly commitment: string;
  readonly fingerprints: Uint8Array;
  /** Earlier attempts that these have been compared with. */
  readonly compared: Set<string>;
}

export interface InputSources {
  readonly keys: KeyReader;
  readonly work: PairWork;
}

/**
 * Reads the own keys, and refuses where an earlier attempt of the run had other ones.
 * Run by: each side, before it says anything about its input.
 */
export async function prepareInput(
  station: StationContext,
  sources: InputSources,
  run: AdmittedIntersection,
  before: KeptInputs | null,
  signal: AbortSignal,
): Promise<PreparedInput> {
  const own = await readKeys(station, sources, run, signal);
  const salt = before?.own.salt ?? toHex(station.random.bytes(32));
  const commitment = toHex(commitInput(run.proposal.run, station.organisation, fromHex(salt), own.items.bytes));
  if (before !== null && before.own.commitment !== commitment)
    throw refusedIntersection('input-changed', {
      stage: 'contribution',
      party: station.organisation,
      message: `The rows of ${station.organisation} are not those it committed to in the first attempt of run ${run.proposal.run}.`,
      remedy: 'Put them back, or begin a new run, which counts against the limits.',
    });
  const fingerprints = needsFingerprints(run.terms.limits)
    ? await sources.work.fingerprints(own.items, await fingerprintKey(station, run), signal)
    : new Uint8Array(0);
  const declared = declaredSize(itemCount(own.items), run.terms);
  return {
    own,
    said: { declared, commitment: run.terms.commit_inputs ? commitment : null },
    salt,
    commitment,
    fingerprints,
    compared: new Set(),
  };
}

/** The own keys as they are now, under the agreement's terms. */
export async function readKeys(
  station: StationContext,
  { keys }: InputSources,
  run: AdmittedIntersection,
  signal: AbortSignal,
): Promise<OwnItems> {
  const { table } = run.me;
  const { agreement, agreementId, terms } = run;
  const dataset = await datasetFor(station, agreement.collaboration, table);
  const columns = keyColumns(terms, station.organisation);
  const matching = terms.matching === undefined ? null : keysOfTable(agreement, terms.matching, table);
  const wanted = { agreement, agreementId, table, columns, missing: terms.missing, matching, dataset };
  try {
    return await keys.keys(wanted, terms.limits.maximum_items, signal);
  } catch (thrown) {
    throw withoutCounts(station, run.proposal.run, thrown, 'intersection');
  }
}

/** The items that this run looks at. */
export function itemsOfRun(run: AdmittedIntersection, own: OwnItems, lots: readonly [coordinator: string, other: string]): DrawnItems {
  const seed = taggedHash('sluis/intersection/lots/1', utf8(run.proposal.run), fromHex(lots[0]), fromHex(lots[1]));
  return drawn(own.items, run.terms.sample_percent, seed);
}

/**
 * Commitment to one side's half of the lots. Both commit before either opens, and halves are opened when the attempt is counted: so
 * neither can choose the draw, nor look at it first and begin another run until it suits.
 */
export const lotCommitment = (run: string, organisation: string, lot: string): string =>
  toHex(taggedHash('sluis/intersection/lot/2', utf8(run), utf8(organisation), fromHex(lot)));
