/** Rows of the tables as the flow's records. Text that the schema constrains is trusted; the flow validates the documents. */
import type { AgreementRecord, Charge, DatasetRecord, DepositRecord, FootprintRecord, RunRecord } from '@sluis/flow';
import type { Tables } from './schema.ts';

export function agreementRecord(row: Tables['agreements'], signatures: readonly Tables['agreement_signatures'][]): AgreementRecord {
  return {
    id: row.id,
    collaboration: row.collaboration,
    version: row.version,
    state: row.state as AgreementRecord['state'],
    canonical: row.canonical,
    signatures: Object.fromEntries(signatures.filter((s) => s.agreement === row.id).map((s) => [s.organisation, s.signature])),
    receivedAt: row.received_at,
  };
}

export function datasetRecord(row: Tables['datasets']): DatasetRecord {
  const { table_name, connected_at, ...rest } = row;
  return { ...rest, table: table_name, connectedAt: connected_at };
}

export function runRecord(row: Tables['runs']): RunRecord {
  const { created_at, updated_at, state, ...rest } = row;
  return { ...rest, state: state as RunRecord['state'], createdAt: created_at, updatedAt: updated_at };
}

export function footprintRecord(row: Tables['footprints']): FootprintRecord {
  const { table_name, role, ...rest } = row;
  return { ...rest, table: table_name, role: role as FootprintRecord['role'] };
}

export function depositRecord(row: Tables['deposits']): DepositRecord {
  const { table_name, row_count, sealed_key, created_at, updated_at, state, checked, ...rest } = row;
  return {
    ...rest,
    table: table_name,
    rows: row_count,
    key: sealed_key,
    state: state as DepositRecord['state'],
    checked: checked === 1,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

export function chargeRecord(row: Tables['budget_charges']): Charge {
  const { table_name, position: _, events, charged_at, ...rest } = row;
  return { ...rest, table: table_name, events: JSON.parse(events) as Charge['events'], at: charged_at };
}
