import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, toHex } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import { receiptBodyDigest, releaseEvent } from '@sluis/ledger';
import type { Receipt, ReceiptBody } from '@sluis/model';
import { askNoisy, noisyTerms } from '../../flow/src/fixtures/noisy-visits.ts';
import { openStations, type TestStations } from '../../flow/src/fixtures/stations.ts';
import { verifyReceiptFile } from './verify-receipt.ts';

/** A receipt whose body all three compute parties have logged and signed anew: what a lying committee could make. */
async function signedByAll(all: TestStations, receipt: Receipt, body: ReceiptBody): Promise<Uint8Array> {
  const forged: Receipt = { ...receipt, body, signatures: {}, log: {} };
  for (const name of all.agreement.committee) {
    const { audit, proveLogged, signer } = all.station(name).context;
    const { index } = await audit.append(releaseEvent(body));
    forged.log[name] = await proveLogged(index);
    forged.signatures[name] = toHex(await signer.sign('receipt', receiptBodyDigest(body)));
  }
  return canonicalBytes(forged);
}

test('what follows from plan and agreement is recomputed: a whole committee can not sign other rules into a receipt', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  await all.ended('centre', run);
  const saved = await all.station('centre').context.store.result(run);
  const receipt = JSON.parse(saved?.receipt ?? 'null') as Receipt;
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const { result } = await verifyReceiptFile(await signedByAll(all, receipt, receipt.body), engines);
  assert.deepEqual(
    result?.columns.map((c) => c.name),
    ['kind', 'n'],
    'control: signed anew without a change it verifies',
  );
  const changes: Partial<ReceiptBody>[] = [
    { rules: { ...receipt.body.rules, minimum_rows: receipt.body.rules.minimum_rows + 95 } },
    { contributing_organisations: receipt.body.contributing_organisations + 1 },
    { techniques: receipt.body.techniques.slice(1) },
  ];
  for (const change of changes) {
    const bytes = await signedByAll(all, receipt, { ...receipt.body, ...change });
    await assert.rejects(verifyReceiptFile(bytes, engines), { code: 'receipt/facts-differ' });
  }
});

test('a receipt of a version that had no noise still verifies as an exact one', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  await all.ended('centre', run);
  const receipt = JSON.parse((await all.station('centre').context.store.result(run))?.receipt ?? 'null') as Receipt;
  assert.deepEqual(receipt.body.noise, { mechanism: 'none', differentially_private: false });
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const { noise: _, ...older } = receipt.body;
  assert.equal((await verifyReceiptFile(await signedByAll(all, receipt, older), engines)).body.noise, undefined);
});

test('a whole committee can not sign less noise, or none, into the receipt of a noisy answer', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2' }));
  const run = await askNoisy(all, '0.5');
  await all.ended('centre', run);
  const receipt = JSON.parse((await all.station('centre').context.store.result(run))?.receipt ?? 'null') as Receipt;
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const { noise } = receipt.body;
  assert.ok(noise !== undefined && noise.mechanism !== 'none');
  assert.deepEqual([noise.epsilon, noise.unit, noise.differentially_private], ['0.5', 'row', true]);
  const { result } = await verifyReceiptFile(await signedByAll(all, receipt, receipt.body), engines);
  assert.deepEqual(
    result?.columns.map((c) => c.name),
    ['kind', 'n', 'n_low', 'n_high'],
    'control: signed anew without a change it verifies',
  );
  const { noise: _, ...silent } = receipt.body;
  const changed: ReceiptBody[] = [
    { ...receipt.body, noise: { ...noise, epsilon: '0.05' } },
    { ...receipt.body, noise: { ...noise, unit: 'organisation' } },
    { ...receipt.body, noise: { mechanism: 'none', differentially_private: false } },
    silent,
  ];
  for (const body of changed) {
    await assert.rejects(verifyReceiptFile(await signedByAll(all, receipt, body), engines), { code: 'receipt/facts-differ' });
  }
});
