/** A collaboration of recorded organisations, for tests that read what each of them saw. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyFile } from '@sluis/keys';
import { type Agreement, cardSchema, type Opener } from '@sluis/model';
import { accessFromHome, StationClient } from '@sluis/sdk';
import { freePorts } from '../../apps/cli/src/sandbox/ports.ts';
import { agreementOf, type CollaborationPlan } from '../harness/collaboration.ts';
import { Organisation } from './organisation.ts';

export interface Recorded {
  readonly agreement: Agreement;
  readonly organisations: readonly Organisation[];
  at(name: string): { readonly organisation: Organisation; readonly client: StationClient; readonly opener: Opener };
  close(): Promise<void>;
}

/** Starts the plan's organisations and signs its agreement; data is for the test to connect. */
export async function openRecorded(plan: CollaborationPlan): Promise<Recorded> {
  const base = mkdtempSync(join(tmpdir(), 'sluis-recorded-'));
  chmodSync(base, 0o700);
  const organisations = plan.parties.map((p) => new Organisation(base, p.name, null));
  const members = new Map<string, { organisation: Organisation; client: StationClient; opener: Opener }>();
  const close = async () => {
    for (const { client } of members.values()) client.close();
    await Promise.all(organisations.map((o) => o.stop()));
    rmSync(base, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts(organisations.length);
    const cards = await Promise.all(
      organisations.map(async (o, i) => {
        const made = await o.sluis('station', 'init', '--home', o.home, '--name', o.name, '--listen', `127.0.0.1:${ports[i]}`, '--json');
        return cardSchema.parse(JSON.parse(made.stdout).card);
      }),
    );
    await Promise.all(organisations.map((o) => o.start()));
    for (const organisation of organisations) {
      const { opener } = await openKeyFile(organisation.home);
      members.set(organisation.name, { organisation, opener, client: new StationClient(accessFromHome(organisation.home)) });
    }
    const agreement = agreementOf(plan, cards);
    const [first] = members.values();
    const { id } = (await first?.client.propose(agreement)) ?? { id: '' };
    for (const { client } of members.values()) await client.sign(id);
    return { agreement, organisations, at: (name) => members.get(name) as never, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
