/** Intersections in words, and as the API shows them. */
import {
  type Agreement,
  columnsOfKey,
  type Intersection,
  type IntersectionTermsView,
  type IntersectionView,
  isPlainIntersection,
} from '@sluis/model';
import type { PairDescriptor } from '@sluis/technique';
import { intersectionSql } from './intersection-sql.ts';
import type { StationContext } from './context.ts';
import { periodStart } from './intersection-limits.ts';
import type { InputSources } from './intersection-input.ts';
import type { IntersectionRecord, IntersectionStore } from './intersection-store.ts';

const list = (names: readonly string[]): string => names.join(' and ');

/** Who learns what, who enforces what, at what cost: to be read before anything runs. */
export function intersectionSentences(agreement: Agreement, terms: Intersection, technique: PairDescriptor | null): string[] {
  const sides = terms.between.map((s) => s.organisation);
  const keys = terms.between.map((s) => `${s.organisation} (${s.table}: ${columnsOfKey(agreement, terms, s.organisation).join(', ')})`);
  const how =
    terms.matching === undefined
      ? `exactly, as text; ${terms.missing === 'equal' ? 'parts of the key that both lack are equal' : 'rows that lack a part of the key match nothing'}, and repeated keys count once`
      : `in the normal form of the matching "${terms.matching}"; a row matches by the first of its keys that the other side has too, and a receiver learns of each of its keys whether the other side has it`;
  const found = [`Compared are the keys of ${list(keys)}, ${how}.`];
  if (technique === null)
    return [
      ...found,
      terms.show_items
        ? `The committee (${agreement.committee.join(', ')}) finds on secrets the items that at least ${terms.threshold} have; ${list(terms.receivers)} learn${terms.receivers.length === 1 ? 's' : ''} these, and by how many, not by whom. Of text a hash is opened: each receiver reads what it has itself, and can test guesses.`
        : `The committee (${agreement.committee.join(', ')}) computes "${terms.reveal}" on secrets: nobody learns which items matched; ${list(terms.receivers)} learn${terms.receivers.length === 1 ? 's' : ''} the result.`,
      ...(terms.minimum > 0 ? [`Below ${terms.minimum} matches the result is suppressed; this is decided on secrets.`] : []),
    ];
  for (const receiver of terms.receivers) {
    const sender = sides.find((s) => s !== receiver) ?? '';
    for (const { to, what } of technique.reveals({ sender, receiver })) found.push(`${to} learns ${what}.`);
  }
  const model = terms.threat_model ?? agreement.threat_model;
  found.push(
    model === 'malicious'
      ? 'A side that breaks the protocol is found out or learns no more; it may still put items into its list that are not its own.'
      : 'Both sides are assumed to follow the protocol; one that does not may learn more.',
    terms.size_bucket > 1
      ? `Both sides learn each other's number of items, rounded up to a multiple of ${terms.size_bucket}.`
      : "Both sides learn each other's number of items.",
  );
  if (terms.minimum > 0)
    found.push(
      `With fewer than ${terms.minimum} matches, the receiver's own station shows "below minimum" and nothing else; the other side can't check that.`,
    );
  if (terms.sample_percent < 100)
    found.push(`Each run looks at ${terms.sample_percent} % of the items, drawn anew by both stations together.`);
  if (terms.commit_inputs)
    found.push(
      'Both stations commit to their lists beforehand, so that an audit can compare them; this is no defence against a list that was false from the start.',
    );
  const { runs, days } = terms.limits;
  found.push(
    `Each station allows ${runs} runs in ${days} days; an attempt that breaks off counts. Trying again uses fresh randomness and the same lists, and shows a receiver nothing that the first attempt would not have.`,
  );
  const size = 100_000;
  const { rounds, bytes } = technique.cost({ sender: size, receiver: size });
  found.push(
    `Technique: ${technique.title} (${technique.maturity}); about ${rounds} rounds, and ${Math.ceil(bytes / size)} bytes an item.`,
  );
  return found;
}

export async function intersectionTermsView(
  station: StationContext,
  store: IntersectionStore,
  { work }: InputSources,
  of: { readonly agreementId: string; readonly agreement: Agreement; readonly name: string; readonly terms: Intersection },
): Promise<IntersectionTermsView> {
  const { agreement, agreementId, name, terms } = of;
  const plain = isPlainIntersection(terms);
  const begun = plain ? await store.countAttempts(agreement.collaboration, name, periodStart(terms.limits, station.clock.now())) : 0;
  return {
    collaboration: agreement.collaboration,
    agreement: agreementId,
    intersection: name,
    plain,
    sql: plain ? null : intersectionSql(agreement, terms),
    reveal: terms.reveal,
    items: terms.show_items === true,
    receivers: [...terms.receivers],
    sentences: intersectionSentences(agreement, terms, plain ? work.technique(terms.protocol) : null),
    runs: plain ? { begun, allowed: terms.limits.runs, days: terms.limits.days } : null,
  };
}

export function intersectionView(station: StationContext, record: IntersectionRecord, needed: readonly string[]): IntersectionView {
  return {
    run: record.run,
    collaboration: record.collaboration,
    agreement: record.agreement,
    intersection: record.intersection,
    state: record.state,
    attempt: record.attempt,
    asked_by: { organisation: record.coordinator, analyst: record.analyst },
    approvals: { needed: [...needed], given: Object.keys(JSON.parse(record.approvals) as object) },
    error: record.error === null ? null : (JSON.parse(record.error) as IntersectionView['error']),
    created: new Date(record.createdAt).toISOString(),
    updated: new Date(record.updatedAt).toISOString(),
    events: station.events.since(record.run, 0),
  };
}
