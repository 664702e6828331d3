/**
 * A local report, from what a page has been given beforehand: which collection, and what is reported. Nothing is sealed, so a page that
 * loads this is small. Whoever made the page is trusted to show what the agreement says.
 */
import { InvalidError, type Random, systemRandom, toBase64, toHex } from '@sluis/base';
import type { LocalReport, LocalReportKind } from '@sluis/model';
import type { CollectionPlace } from '@sluis/model/collection-binding';
import { frequencyMechanism, meanMechanism } from './local-kinds.ts';

/** A collection in an agreement that is known to be right. */
export interface KnownLocalCollection extends CollectionPlace {
  readonly reports: LocalReportKind;
}

/**
 * What is to be sent to `POST /api/v1/collect/reports` of the aggregator. Run by: the person's device. Learns: whoever sees it, at most
 * what ε allows. Each report made of the same value reveals as much again: to send it again, keep this one.
 *
 * @param value - one of the values, or a whole number within the bounds.
 * @throws InvalidError `dp/local-value`, which does not say the value.
 */
export function localReport(
  { agreement, collection, reports }: KnownLocalCollection,
  value: string | number,
  random: Random = systemRandom,
): LocalReport {
  const [mechanism, number] =
    reports.kind === 'local-frequency'
      ? ([frequencyMechanism(reports), reports.values.indexOf(String(value))] as const)
      : ([meanMechanism(reports), typeof value === 'number' ? value : Number.NaN] as const);
  const fits = reports.kind === 'local-frequency' ? number >= 0 : number >= reports.bounds[0] && number <= reports.bounds[1];
  if (!fits || !Number.isSafeInteger(number)) throw notReportable(reports);
  const nonce = toHex(random.bytes(16));
  return { agreement, collection, nonce, mechanism: mechanism.name, report: toBase64(mechanism.randomise(number, random)) };
}

const notReportable = (reports: LocalReportKind): InvalidError =>
  new InvalidError('dp/local-value', {
    stage: 'contribution',
    message: 'The value is none that this collection takes.',
    remedy:
      reports.kind === 'local-frequency'
        ? 'Give one of the values in the agreement, as it is written there.'
        : `Give a whole number from ${reports.bounds[0]} to ${reports.bounds[1]}.`,
  });
