/**
 * The sender's part over Diffie–Hellman in ristretto255: a pseudorandom function that the receiver has evaluated without
 * showing its items (RFC 9497). The sender evaluates it on its own items, and sends shortened values in ascending order.
 * Against a malicious sender, proofs show that the receiver's items were evaluated under one key.
 * Source: Huberman, Franklin & Hogg 1999; Jarecki, Kiayias & Krawczyk 2014 (2HashDH); RFC 9497, modes OPRF and VOPRF.
 */
import type { Random } from '@sluis/base';
import { loadOprf, type Oprf, type OprfKeys } from '@sluis/crypto';
import { Arena } from '@sluis/kernels';
import { BATCH, batches, ELEMENT, inputsOf, putShortened } from './ddh-inputs.ts';
import { valueBytes } from './lengths.ts';
import type { PackedItems } from './packed-items.ts';
import type { Session } from './session.ts';
import { pause } from './stripes.ts';
import type { IntersectionTerms } from './terms.ts';
import { orderValues, reserveValues } from './value-list.ts';

/** Learns: nothing. Its messages show a value for every item, in an order that says nothing. */
export async function sendByDdh(session: Session, items: PackedItems, terms: IntersectionTerms, random: Random): Promise<void> {
  const oprf = await loadOprf(terms.threat === 'malicious' ? 'voprf' : 'oprf');
  const keys = oprf.keys(random.bytes(32), session.id);
  await session.send('psi/key', keys.publicKey);
  // The receiver blinds its items meanwhile.
  const values = await ownValues(oprf, keys, items, session.id, terms, random);
  for (let left = terms.sizes.receiver; left > 0; left -= BATCH) {
    const points = await session.receive('psi/points', ELEMENT * Math.min(BATCH, left));
    const { evaluated, proof } = oprf.evaluate(keys.privateKey, points, random);
    await session.send('psi/evaluated', evaluated, proof);
    await pause();
  }
  await session.sendPieces('psi/values', values.length, valueBytes(terms), (from, bytes) => values.subarray(from, from + bytes));
}

/** Values of own items, each once, and of random inputs up to the declared size; ascending. */
async function ownValues(
  oprf: Oprf,
  keys: OprfKeys,
  items: PackedItems,
  session: Uint8Array,
  terms: IntersectionTerms,
  random: Random,
): Promise<Uint8Array> {
  const size = valueBytes(terms);
  const inputs = distinct(await inputsOf(items, session, terms.sizes.sender, random));
  // Where items are repeated, random values take the place of theirs.
  const values = random.bytes(size * terms.sizes.sender);
  let at = 0;
  for (const batch of batches(inputs)) {
    const outputs = oprf.evaluateInputs(keys.privateKey, batch);
    at = putShortened(outputs, size, values, at);
    await pause();
  }
  const arena = new Arena();
  try {
    const address = reserveValues(arena, terms.sizes.sender, size);
    arena.bytes(address, values.length).set(values);
    return arena.bytes(await orderValues(arena, address, terms.sizes.sender, size), values.length).slice();
  } finally {
    arena.close();
  }
}

/** Each input once: repeated ones would show as equal values. */
function distinct(inputs: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(inputs.map((input) => [String.fromCharCode(...input), input])).values()];
}
