/** A collaboration of real station processes on loopback, for tests and benchmarks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agreement, agreementSchema, type Card, type RunResult } from '@sluis/model';
import { askAndFollow, type Following } from '@sluis/sdk';
import { type Member, Sandbox } from '../../apps/cli/src/sandbox/sandbox.ts';

const DAY_MS = 86_400_000;

export interface PartySource {
  readonly name: string;
  /** CSV text of its rows for the one shared table, a file, or nothing (no data). */
  readonly csv?: string;
  readonly file?: string;
}

export interface CollaborationPlan {
  readonly parties: readonly PartySource[];
  readonly table: string;
  /** The shared table's columns in the agreement's form. */
  readonly columns: Record<string, unknown>;
  readonly violations?: 'refuse' | 'clip' | 'drop';
  readonly maximumRows?: number;
  readonly committee?: readonly [string, string, string];
  readonly receivers?: readonly string[];
  /** Settings of a station's process, such as DATABASE_URL. */
  readonly environment?: (name: string) => Readonly<Record<string, string>>;
  /** Further parts of the agreement, such as output rules; a function is asked when the stations run. */
  readonly terms?: Record<string, unknown> | ((sandbox: Sandbox) => Promise<Record<string, unknown>>);
}

export interface Collaboration {
  readonly sandbox: Sandbox;
  readonly agreement: Agreement;
  readonly agreementId: string;
  member(name: string): Member;
  /** Asks at the first receiver's station and waits for the answer. */
  ask(sql: string, following?: Following & { readonly receivers?: readonly string[] }): Promise<RunResult>;
  close(): Promise<void>;
}

/** Starts a station per party, signs the agreement everywhere, and connects the data. */
export async function openCollaboration(plan: CollaborationPlan): Promise<Collaboration> {
  const sandbox = Sandbox.open(undefined, new AbortController().signal);
  try {
    const cards = await sandbox.make(plan.parties.map((p) => ({ name: p.name })));
    await sandbox.start(plan.environment);
    const terms = typeof plan.terms === 'function' ? await plan.terms(sandbox) : plan.terms;
    const agreement = agreementOf({ ...plan, ...(terms === undefined ? {} : { terms }) }, cards);
    const agreementId = await sandbox.sign(agreement);
    await Promise.all(plan.parties.map((party) => connect(sandbox, plan.table, party)));
    const asker = sandbox.member(agreement.receivers[0] ?? '');
    return {
      sandbox,
      agreement,
      agreementId,
      member: (name) => sandbox.member(name),
      ask: (sql, following) =>
        askAndFollow(
          asker.client,
          { sql, as: 'ana', ...(following?.receivers === undefined ? {} : { receivers: [...following.receivers] }) },
          following,
        ),
      close: () => sandbox.close(),
    };
  } catch (thrown) {
    await sandbox.close();
    throw thrown;
  }
}

export function agreementOf(plan: CollaborationPlan, cards: readonly Card[]): Agreement {
  const names = plan.parties.map((p) => p.name);
  const providers = plan.parties.filter((p) => p.csv !== undefined || p.file !== undefined).map((p) => p.name);
  const receivers = plan.receivers ?? [names.at(-1) ?? ''];
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'test',
    version: 1,
    purpose: 'Testing.',
    legal_basis: 'None.',
    valid: { from: new Date(Date.now() - DAY_MS).toISOString(), until: new Date(Date.now() + DAY_MS).toISOString() },
    organisations: cards,
    committee: plan.committee ?? names.slice(0, 3),
    tables: {
      [plan.table]: {
        providers,
        violations: plan.violations ?? 'refuse',
        maximum_rows: plan.maximumRows ?? 1_000_000,
        columns: plan.columns,
      },
    },
    receivers,
    askers: receivers,
    approval: { ad_hoc: 'none' },
    limits: { questions_per_day: null },
    ...plan.terms,
  });
}

async function connect(sandbox: Sandbox, table: string, party: PartySource): Promise<void> {
  if (party.csv === undefined && party.file === undefined) return;
  const member = sandbox.member(party.name);
  const file = party.file ?? join(member.home, 'rows.csv');
  if (party.csv !== undefined) writeFileSync(file, party.csv, { mode: 0o600 });
  await member.client.connect({ table, file });
}
