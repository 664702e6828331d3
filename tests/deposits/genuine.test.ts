/** Which agreements a contributor's machine shares nothing under. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError } from '@sluis/base';
import { agreementId, type SignedAgreement } from '@sluis/model';
import { requireGenuine } from '@sluis/sdk/contribute';
import { agreementWith, type Desk, PARTIES, ThreeDesks } from './three-desks.ts';

test('an agreement counts as signed only by all it names, under its own id, and as the one meant', async (t) => {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  const { signatures } = (await (all.desks[0] as Desk).store.store.agreement(all.id)) ?? assert.fail();
  const signed: SignedAgreement = { agreement: all.agreement, signatures };
  assert.deepEqual(requireGenuine(all.id, signed, undefined), [...PARTIES]);
  assert.deepEqual(requireGenuine(all.id, signed, all.id), [...PARTIES]);
  const refused = (id: string, shown: SignedAgreement, expected?: string) =>
    assert.throws(
      () => requireGenuine(id, shown, expected),
      (e) => e instanceof SluisError && e.code === 'deposit/other-agreement',
    );
  refused(all.id, signed, 'ab'.repeat(32));
  refused('ab'.repeat(32), signed);
  const { west: _, ...two } = signatures;
  refused(all.id, { ...signed, signatures: two });
  refused(all.id, { ...signed, signatures: { ...signatures, west: signatures['north'] ?? '' } });
  const changed = { ...signed, agreement: { ...all.agreement, purpose: 'another' } };
  refused(all.id, changed);
  refused(agreementId(changed.agreement), changed);
});
