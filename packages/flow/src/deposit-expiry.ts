/** When a deposit ends by itself. */
import type { Agreement } from '@sluis/model';
import type { DepositRecord } from './deposit-store.ts';

const DAY_MS = 86_400_000;
/** An upload that nobody went on with. */
const UNFINISHED_DAYS = 7;

/** Milliseconds since 1970 from which on it does not count any more and is deleted. */
export function endOf(record: Pick<DepositRecord, 'state' | 'table' | 'updatedAt'>, agreement: Agreement): number {
  const days = record.state === 'uploading' ? UNFINISHED_DAYS : agreement.tables[record.table]?.deposits?.keep_days;
  const until = Date.parse(agreement.valid.until);
  return days === undefined ? until : Math.min(until, record.updatedAt + days * DAY_MS);
}
