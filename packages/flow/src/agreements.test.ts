import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, canonicalText } from '@sluis/base';
import { signAgreement } from '@sluis/model';
import type { Incoming, Wire } from '@sluis/wire';
import { Agreements } from './agreements.ts';
import { NAMES, openStations } from './fixtures/stations.ts';
import type { AgreementRecord, StationStore } from './ports.ts';

/** Like a database where a transaction does not see what another one has not yet committed. */
class ReadCommittedAgreements {
  #signatures: Record<string, string>;
  readonly #record: Omit<AgreementRecord, 'signatures'>;
  inForce = false;

  constructor(record: Omit<AgreementRecord, 'signatures'>, signatures: Record<string, string>) {
    this.#record = record;
    this.#signatures = signatures;
  }

  store(): StationStore {
    const now = (): AgreementRecord => ({ ...this.#record, signatures: { ...this.#signatures } });
    return {
      agreement: async () => now(),
      agreements: async () => [now()],
      addSignatures: async (_id: string, added: Record<string, string>) => {
        const seen = { ...this.#signatures, ...added };
        await new Promise((resolve) => setTimeout(resolve, 20));
        this.#signatures = { ...this.#signatures, ...added };
        return { ...this.#record, signatures: seen };
      },
      putInForce: async () => {
        this.inForce = true;
      },
    } as unknown as StationStore;
  }
}

test('the last two signatures bring an agreement into force although they arrive at the same time', async (t) => {
  const all = await openStations(t);
  const { agreement, agreementId: id } = all;
  const signatures = Object.fromEntries(
    await Promise.all(NAMES.map(async (name) => [name, await signAgreement(agreement, all.station(name).context.signer)] as const)),
  );
  const { delta, centre, ...first } = signatures as Record<(typeof NAMES)[number], string>;
  const kept = new ReadCommittedAgreements(
    { id, collaboration: 'test', version: 1, state: 'proposed', canonical: canonicalText(agreement), receivedAt: 0 },
    first,
  );
  const handlers = new Map<string, (m: Incoming) => Promise<unknown>>();
  const wire = { onRequest: (type: string, handler: (m: Incoming) => Promise<unknown>) => handlers.set(type, handler) } as unknown as Wire;
  new Agreements({ ...all.station('beta').context, store: kept.store(), wire }).serve();
  const tell = (from: string, added: Record<string, string>) => {
    const certificate = agreement.organisations.find((o) => o.name === from)?.certificate ?? '';
    const message = { from: { name: from, certificate }, header: {}, body: canonicalBytes({ id, signatures: added }) };
    return handlers.get('agreement.signatures')?.(message as unknown as Incoming);
  };
  await tell('delta', { delta: centre });
  assert.equal(kept.inForce, false, 'another signature in its place counts for nothing');
  await Promise.all([tell('delta', { delta }), tell('centre', { centre })]);
  assert.ok(kept.inForce);
});
