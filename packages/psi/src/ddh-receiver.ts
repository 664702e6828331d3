/** The receiver's part over Diffie–Hellman in ristretto255; see ddh-sender.ts. */
import type { Random } from '@sluis/base';
import { type BlindedInputs, loadOprf, OPRF_PROOF_BYTES, type Oprf } from '@sluis/crypto';
import { Arena } from '@sluis/kernels';
import { batches, ELEMENT, inputsOf, putShortened } from './ddh-inputs.ts';
import { valueBytes } from './lengths.ts';
import { itemCount, type PackedItems } from './packed-items.ts';
import type { Session } from './session.ts';
import { pause } from './stripes.ts';
import type { IntersectionTerms } from './terms.ts';
import { reserveValues, ValueMarks } from './value-list.ts';

/** Learns: which of its items the sender has too. Its messages are uniformly random elements, whatever its items. */
export async function receiveByDdh(session: Session, items: PackedItems, terms: IntersectionTerms, random: Random): Promise<Uint32Array> {
  const oprf = await loadOprf(terms.threat === 'malicious' ? 'voprf' : 'oprf');
  const publicKey = await session.receive('psi/key', ELEMENT);
  const inputs = await inputsOf(items, session.id, terms.sizes.receiver, random);
  const asked = await ask(session, oprf, inputs, random);
  const size = valueBytes(terms);
  const values = new Uint8Array(size * inputs.length);
  let at = 0;
  for (const { batch, mine } of asked) {
    const proofBytes = terms.threat === 'malicious' ? OPRF_PROOF_BYTES : 0;
    const answer = await session.receive('psi/evaluated', ELEMENT * batch.length + proofBytes);
    const evaluated = answer.subarray(0, ELEMENT * batch.length);
    const outputs = oprf.finalize(batch, mine, { evaluated, proof: answer.subarray(ELEMENT * batch.length) }, publicKey);
    at = putShortened(outputs, size, values, at);
    await pause();
  }
  return lookUp(session, values, itemCount(items), terms);
}

interface Asked {
  readonly batch: readonly Uint8Array[];
  readonly mine: BlindedInputs;
}

async function ask(session: Session, oprf: Oprf, inputs: readonly Uint8Array[], random: Random): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const batch of batches(inputs)) {
    const mine = oprf.blind(batch, random);
    asked.push({ batch, mine });
    await session.send('psi/points', mine.blinded);
    await pause();
  }
  return asked;
}

/** Positions of the first `given` of own values among those that arrive; what was filled up is looked for like others. */
async function lookUp(session: Session, values: Uint8Array, given: number, terms: IntersectionTerms): Promise<Uint32Array> {
  const size = valueBytes(terms);
  const arena = new Arena();
  try {
    const count = values.length / size;
    const address = reserveValues(arena, count, size);
    arena.bytes(address, values.length).set(values);
    const own = await ValueMarks.of(arena, address, count, size);
    await session.receivePieces('psi/values', size * terms.sizes.sender, size, (_from, bytes) => own.mark(bytes));
    const marks = own.marks().subarray(0, given);
    return Uint32Array.from(marks.keys().filter((i) => marks[i] === 1));
  } finally {
    arena.close();
  }
}
