/** Questions as a station writes them down when it has checked them, and reads them back after a restart. */
import { canonicalText, toSluisError } from '@sluis/base';
import { admit, agreementInForce, checkRate, planQuestion, requireSignature, unknownRun } from './admission.ts';
import { requiredApprovals } from './approvals.ts';
import type { AdmittedRun, StationContext } from './context.ts';
import { readMessage, type SignedProposal, signedProposalSchema } from './messages.ts';

export class WrittenRuns {
  readonly #station: StationContext;
  #counting: Promise<void> = Promise.resolve();

  constructor(station: StationContext) {
    this.#station = station;
  }

  /** Checks a proposal (own or a peer's) and writes it down. Throws RefusedError; a refusal is logged. */
  async add(signed: SignedProposal, claimedPlan: unknown): Promise<AdmittedRun> {
    const station = this.#station;
    const { statement } = signed;
    const details = { run: statement.run, plan: statement.plan, agreement: statement.agreement, coordinator: statement.coordinator };
    try {
      const admitted = await admit(station, signed, claimedPlan);
      const now = station.clock.now();
      await this.#countedOnce(() => this.#write(admitted, signed, now));
      return admitted;
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      await station.audit.append({ kind: 'run.refused', details: { ...details, code: error.code } });
      throw error;
    }
  }

  /** The run as this station admitted it, planned anew. Throws InvalidError `run/unknown`, RefusedError if it can't run any more. */
  async read(id: string): Promise<AdmittedRun> {
    const station = this.#station;
    const record = await station.store.run(id);
    if (record === null) throw unknownRun(station, id);
    const signed = readMessage(signedProposalSchema, JSON.parse(record.proposal), 'proposal', 'the store');
    const { agreement } = await agreementInForce(station, record.agreement);
    requireSignature(agreement, record.coordinator, 'proposal', signed.statement, signed.signature);
    const prepared = await planQuestion(station, { agreement, id: record.agreement }, record.sql, signed.statement.receivers);
    if (prepared.hash !== record.plan) throw unknownRun(station, id);
    return { proposal: signed.statement, agreement, prepared };
  }

  /** One question after the other: of many at once, each would find the others not counted yet and pass the day's limit. */
  #countedOnce(task: () => Promise<void>): Promise<void> {
    const done = this.#counting.then(task);
    this.#counting = done.catch(() => undefined);
    return done;
  }

  async #write(admitted: AdmittedRun, signed: SignedProposal, now: number): Promise<void> {
    const station = this.#station;
    const { statement } = signed;
    await checkRate(station, admitted.agreement, statement);
    await station.audit.append({
      kind: 'run.proposed',
      details: { run: statement.run, plan: statement.plan, agreement: statement.agreement, coordinator: statement.coordinator },
    });
    await station.store.createRun({
      id: statement.run,
      collaboration: statement.collaboration,
      agreement: statement.agreement,
      plan: statement.plan,
      sql: statement.sql,
      template: statement.template,
      coordinator: statement.coordinator,
      analyst: statement.analyst,
      state: requiredApprovals(admitted).length > 0 ? 'waiting' : 'proposed',
      attempt: 0,
      proposal: canonicalText(signed),
      error: null,
      createdAt: now,
      updatedAt: now,
    });
  }
}
