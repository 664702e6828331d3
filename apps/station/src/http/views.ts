/** What the API shows of agreements, datasets and runs. */
import {
  agreementWarnings,
  type AgreementSummary,
  type AgreementView,
  type DatasetView,
  isInForce,
  type RunSummary,
  verifyAgreementSignatures,
} from '@sluis/model';
import { type AgreementRecord, type Charge, type DatasetRecord, type RunRecord, signedAgreementOf } from '@sluis/flow';

export function agreementSummary(record: AgreementRecord, now: number): AgreementSummary {
  const signed = signedAgreementOf(record);
  const { agreement } = signed;
  const valid = verifyAgreementSignatures(signed);
  const names = agreement.organisations.map((o) => o.name);
  const force = isInForce(signed, now);
  return {
    id: record.id,
    collaboration: record.collaboration,
    version: record.version,
    title: agreement.title,
    state: record.state,
    notInForceBecause: record.state === 'in-force' && !force.ok ? force.reason : null,
    validFrom: agreement.valid.from,
    validUntil: agreement.valid.until,
    signed: [...valid],
    missing: names.filter((n) => !valid.includes(n)),
  };
}

export function agreementView(record: AgreementRecord, now: number): AgreementView {
  const { agreement, signatures } = signedAgreementOf(record);
  return { ...agreementSummary(record, now), agreement, signatures, warnings: agreementWarnings(agreement) };
}

export function datasetView(record: DatasetRecord): DatasetView {
  return {
    collaboration: record.collaboration,
    table: record.table,
    agreement: record.agreement,
    sql: record.sql,
    connectedAt: new Date(record.connectedAt).toISOString(),
    report: JSON.parse(record.report) as DatasetView['report'],
  };
}

export function runSummary(record: RunRecord, charges: readonly Charge[]): RunSummary {
  const [first] = charges;
  return {
    id: record.id,
    collaboration: record.collaboration,
    agreement: record.agreement,
    plan: record.plan,
    sql: record.sql,
    template: record.template,
    coordinator: record.coordinator,
    analyst: record.analyst,
    state: record.state,
    error: record.error === null ? null : (JSON.parse(record.error) as RunSummary['error']),
    charged:
      first === undefined
        ? null
        : { epsilon: first.epsilon, delta: first.delta, unit: first.unit, tables: charges.map((charge) => charge.table) },
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
  };
}
