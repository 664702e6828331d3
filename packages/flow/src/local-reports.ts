/**
 * Reports that people have randomised themselves: checked in form when they arrive, kept as they came, and counted by the one collector.
 *
 * Whoever sees a report, the collector included, learns at most what the agreement's ε allows; whoever sees several of one person, the
 * sum of them. So they are not sealed, and checking needs nobody else. A false report in the right form can't be told from a true one:
 * it shifts an estimate by at most `influence`.
 */
import { fromBase64, SluisError, utf8 } from '@sluis/base';
import { type LocalEstimates, type LocalReport, localEstimatesSchema } from '@sluis/model';
import { type LocalCollection, refusedReport, wrongSize } from './collection-context.ts';
import type { ReportRecord } from './collection-store.ts';
import { parseBody, readMessage } from './messages.ts';

/** What is kept of a report, valid at once. Run by: the collector. Throws InvalidError `collection/malformed`. */
export function localRecord({ local, place }: LocalCollection, party: string, report: LocalReport, now: number): ReportRecord {
  if (report.mechanism !== local.mechanism || report.report.length !== 4 * Math.ceil(local.reportBytes / 3)) throw wrongSize(party);
  try {
    local.check(fromBase64(report.report));
  } catch (thrown) {
    if (thrown instanceof SluisError || thrown instanceof RangeError) throw wrongSize(party);
    throw thrown;
  }
  return { ...place, nonce: report.nonce, publicShare: '', box: report.report, state: 'valid', verdict: '', at: now };
}

/** What receivers get, before it is sealed to them. Run by: the collector. */
export const countReports = ({ local }: LocalCollection, reports: readonly ReportRecord[]): Uint8Array =>
  utf8(JSON.stringify(local.estimate(reports.map((r) => fromBase64(r.box)))));

/** Run by: a receiver. @throws RefusedError `collection/reports-differ` where they are of another mechanism, ε or values than agreed. */
export function readEstimates({ local, reports, terms }: LocalCollection, party: string, opened: Uint8Array): LocalEstimates {
  const [collector] = terms.aggregators;
  const found = readMessage(localEstimatesSchema, parseBody(opened), 'collection.releases', collector);
  const wanted = reports.kind === 'local-frequency' ? reports.values : ['mean'];
  const alike = found.estimates.length === wanted.length && found.estimates.every((e, i) => e.of === wanted[i]);
  if (found.mechanism !== local.mechanism || found.epsilon !== reports.epsilon || !alike)
    throw refusedReport(
      'reports-differ',
      party,
      `${collector} counted reports of another kind than agreed.`,
      'Bring both stations to the same release of Sluis.',
    );
  return found;
}
