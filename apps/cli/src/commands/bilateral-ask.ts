/** `sluis bilateral ask` */
import { systemRandom } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { Asker } from '@sluis/garbled';
import { interruption } from '../interruption.ts';
import { type BilateralOptions, prepareBilateral, showAnswer, STEPS } from './bilateral.ts';

export async function bilateralAsk(options: BilateralOptions & { readonly at?: string }): Promise<void> {
  const { program, numbers, peer, wire, terms } = await prepareBilateral(options, 'asker');
  const started = performance.now();
  try {
    const to = { name: peer.name, address: options.at ?? peer.station, certificate: peer.certificate };
    const instances = numbers.length;
    const asker = new Asker(await loadRistretto(), program, [numbers], instances, systemRandom);
    let sent = 0;
    const put = async (type: string, body: Uint8Array) => {
      sent += body.length;
      return (await wire.request(to, type, { instances, terms }, body, { timeoutMs: 120_000, signal: interruption() })).body;
    };
    const answer = await put(STEPS[0], asker.greeting());
    const { values, labels } = asker.evaluate(await put(STEPS[1], asker.choose(answer)));
    if (labels !== null) await put(STEPS[2], labels);
    showAnswer(options, values?.[0] ?? null, sent, performance.now() - started);
  } finally {
    await wire.close();
  }
}
