/** Products from one correlated transfer per bit (Gilboa 1999): 2,048 bytes an element. Passive security. */
import type { PairLink } from '@sluis/model';
import { blockBytes } from './blocks.ts';
import { TransferReceiver, TransferSender } from './extension.ts';
import type { VoleOptions } from './vole.ts';

/** Σ_j x^j · row j of each 128 rows. */
function weighted(rows: Uint32Array, count: number): Uint8Array {
  const out = new BigUint64Array(2 * count);
  for (let i = 0; i < count; i++) {
    let [low, high] = [0n, 0n];
    for (let j = 127; j >= 0; j--) {
      const carry = high >> 63n;
      high = BigInt.asUintN(64, (high << 1n) | (low >> 63n));
      low = BigInt.asUintN(64, (low << 1n) ^ (carry * 0x87n));
      const at = 4 * (128 * i + j);
      low ^= BigInt(rows[at] as number) | (BigInt(rows[at + 1] as number) << 32n);
      high ^= BigInt(rows[at + 2] as number) | (BigInt(rows[at + 3] as number) << 32n);
    }
    out.set([low, high], 2 * i);
  }
  return new Uint8Array(out.buffer);
}

export async function sendProducts(link: PairLink, count: number, { context, random }: VoleOptions) {
  const transfers = new TransferSender(await link.receive('ot/greeting', 32), context, random);
  await link.send('ot/answer', transfers.answer);
  const message = await link.receive('ot/choices', 2048 * count);
  const elements = weighted(transfers.extend(message, 128 * count), count);
  return { delta: blockBytes(transfers.delta).slice(), elements };
}

export async function receiveProducts(link: PairLink, count: number, { context, random }: VoleOptions) {
  const transfers = new TransferReceiver(context, random);
  await link.send('ot/greeting', transfers.greeting);
  transfers.connect(await link.receive('ot/answer', 4096));
  const values = random.bytes(16 * count);
  const { message, blocks } = transfers.choose(new Uint32Array(values.buffer), 128 * count);
  await link.send('ot/choices', message);
  return { values, elements: weighted(blocks, count) };
}
