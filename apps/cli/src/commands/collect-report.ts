/** `sluis collect report COLLECTION VALUE --agreement FILE` */
import { InvalidError } from '@sluis/base';
import { type Agreement, agreementId, type ReportKind } from '@sluis/model';
import { certificateOf, normaliseUrl, PinnedTransport } from '@sluis/sdk';
import { describeCollection, type ReportValue, reportTo } from '@sluis/sdk/report';
import { readAgreementFile } from '../agreement-source.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';

export interface ReportOptions {
  readonly agreement: string;
  readonly json?: boolean;
}

export async function report(collection: string, given: string, options: ReportOptions): Promise<void> {
  const { agreement } = readAgreementFile(options.agreement);
  const terms = Object.hasOwn(agreement.collections ?? {}, collection) ? agreement.collections?.[collection] : undefined;
  if (terms === undefined) throw unknown(collection, agreement);
  const value = typed(terms.reports, given);
  const allowed = allowedOf(terms.reports, value);
  if (allowed !== null) {
    throw new InvalidError('usage/value', {
      stage: 'usage',
      message: `"${collection}" does not take that value; nothing was reported.`,
      remedy: `It takes ${allowed}.`,
    });
  }
  for (const line of describeCollection(terms)) remark(line);
  const station = agreement.organisations.find((o) => o.name === terms.aggregators[0]);
  if (station === undefined) throw unknown(collection, agreement);
  const url = normaliseUrl(station.station);
  const transport = new PinnedTransport({ url, certificate: await certificateOf(url, station.certificate) });
  try {
    await reportTo(transport, { collaboration: agreement.collaboration, collection, agreement: agreementId(agreement) }, value);
  } finally {
    transport.close();
  }
  if (options.json === true) return printJson({ collection, aggregator: station.name, stored: true });
  print(text.collectThanks(collection, station.name));
}

/** What was typed, as the kind of report wants it. */
function typed({ kind }: ReportKind, given: string): ReportValue {
  if (kind === 'prio3-count') {
    if (/^(yes|true|1|ja)$/i.test(given)) return true;
    if (/^(no|false|0|nee)$/i.test(given)) return false;
  } else if (kind === 'prio3-sumvec') {
    if (/^\d{1,15}(,\d{1,15})*$/.test(given)) return given.split(',').map(Number);
  } else if (kind === 'local-frequency') return given;
  else if ((kind === 'local-mean' ? /^-?\d{1,15}$/ : /^\d{1,15}$/).test(given)) return Number(given);
  throw new InvalidError('usage/value', {
    stage: 'usage',
    message: `A report of kind ${kind} does not look like that.`,
    remedy:
      'Give yes or no for a count, a whole number for a sum, a bucket or a mean, and several with commas between for sums of vectors.',
  });
}

/** What the collection takes, where the value is none of it; null where it is. Reports are checked again when they are made. */
function allowedOf(reports: ReportKind, value: ReportValue): string | null {
  const within = (one: unknown, low: number, high: number) => typeof one === 'number' && one >= low && one <= high;
  switch (reports.kind) {
    case 'prio3-sum':
      return within(value, 0, reports.maximum) ? null : `whole numbers from 0 to ${reports.maximum}`;
    case 'prio3-histogram':
      return within(value, 0, reports.buckets - 1) ? null : `numbers of buckets, from 0 to ${reports.buckets - 1}`;
    case 'prio3-sumvec': {
      const fits = Array.isArray(value) && value.length === reports.length && value.every((one) => within(one, 0, reports.maximum));
      return fits ? null : `${reports.length} whole numbers from 0 to ${reports.maximum}, with commas between them`;
    }
    case 'local-frequency':
      return reports.values.some((one) => one === value)
        ? null
        : `one of: ${reports.values.slice(0, 50).join(', ')}${reports.values.length > 50 ? ', …' : ''}`;
    case 'local-mean':
      return within(value, reports.bounds[0], reports.bounds[1]) ? null : `whole numbers from ${reports.bounds[0]} to ${reports.bounds[1]}`;
    default:
      return null;
  }
}

const unknown = (name: string, { collections }: Agreement): InvalidError =>
  new InvalidError('collection/unknown', {
    stage: 'usage',
    message: `The agreement has no collection "${name}".`,
    remedy: `It has: ${Object.keys(collections ?? {}).join(', ') || 'none'}.`,
  });
