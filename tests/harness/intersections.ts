/** Two real stations that agree on an intersection, for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agreement, agreementSchema } from '@sluis/model';
import { type Member, Sandbox } from '../../apps/cli/src/sandbox/sandbox.ts';
import { StationProcess } from '../../apps/cli/src/sandbox/station-process.ts';
import { stationPid } from './processes.ts';

const DAY_MS = 86_400_000;
export const NAME = 'clients';

export interface PairPlan {
  /** CSV of `bank` and `insurer`, with a column `email` at the bank and `mail` at the insurer. */
  readonly bank: string;
  readonly insurer: string;
  /** Over the defaults: the bank receives, nothing is approved run by run. */
  readonly terms?: Record<string, unknown>;
  readonly agreement?: Record<string, unknown>;
}

export interface Pair {
  readonly sandbox: Sandbox;
  readonly agreement: Agreement;
  member(name: string): Member;
  /** Replaces the rows of a station without connecting them anew. */
  rewrite(name: string, csv: string): void;
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openPair(plan: PairPlan): Promise<Pair> {
  const sandbox = Sandbox.open(undefined, new AbortController().signal);
  const restarted: StationProcess[] = [];
  const close = async () => {
    await Promise.all(restarted.map((p) => p.stop()));
    await sandbox.close();
  };
  try {
    const cards = await sandbox.make([{ name: 'bank' }, { name: 'insurer' }]);
    await sandbox.start();
    const key = { type: 'VARCHAR', uses: ['join', 'reveal'], nullable: true };
    const agreement = agreementSchema.parse({
      sluis: 1,
      collaboration: 'test',
      version: 1,
      purpose: 'Testing.',
      legal_basis: 'None.',
      valid: { from: new Date(Date.now() - DAY_MS).toISOString(), until: new Date(Date.now() + DAY_MS).toISOString() },
      organisations: cards,
      committee: [],
      tables: {
        customers: { kind: 'owner', providers: ['bank'], columns: { email: key } },
        policies: { kind: 'owner', providers: ['insurer'], columns: { mail: key } },
      },
      intersections: {
        [NAME]: {
          between: [
            { organisation: 'bank', table: 'customers' },
            { organisation: 'insurer', table: 'policies', on: ['mail'] },
          ],
          on: ['email'],
          receivers: ['bank'],
          approval: 'agreed',
          ...plan.terms,
        },
      },
      receivers: ['bank', 'insurer'],
      askers: ['bank', 'insurer'],
      ...plan.agreement,
    });
    await sandbox.sign(agreement);
    const file = (name: string) => join(sandbox.member(name).home, 'rows.csv');
    const rewrite = (name: string, csv: string) => writeFileSync(file(name), csv, { mode: 0o600 });
    rewrite('bank', plan.bank);
    rewrite('insurer', plan.insurer);
    await sandbox.member('bank').client.connect({ table: 'customers', file: file('bank') });
    await sandbox.member('insurer').client.connect({ table: 'policies', file: file('insurer') });
    return {
      sandbox,
      agreement,
      member: (name) => sandbox.member(name),
      rewrite,
      kill: (name) => kill(sandbox.member(name).home),
      async start(name) {
        const started = StationProcess.spawn(name, sandbox.member(name).home);
        restarted.push(started);
        await started.ready(new AbortController().signal);
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** As a power cut would. */
async function kill(home: string): Promise<void> {
  const pid = stationPid(home);
  if (pid === null) throw new RangeError('the station runs');
  process.kill(pid, 'SIGKILL');
  while (stationPid(home) !== null) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A column with these values. */
export const csv = (column: string, values: Iterable<string>): string => `${column}\n${[...values].join('\n')}\n`;

export const emails = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `p${from + i}@example.org`);
