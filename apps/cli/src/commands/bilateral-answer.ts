/** `sluis bilateral answer` */
import { PeerError, RefusedError, systemRandom } from '@sluis/base';
import { loadRistretto, type Ristretto } from '@sluis/crypto';
import { Holder } from '@sluis/garbled';
import { readStationConfig } from '@sluis/sdk';
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { remark } from '../output/streams.ts';
import { type BilateralOptions, invalid, type Prepared, prepareBilateral, showAnswer, STEPS } from './bilateral.ts';
import { requireSameTerms } from './bilateral-terms.ts';

interface AnswerOptions extends BilateralOptions {
  readonly listen?: string;
  readonly wait: number;
}

export async function bilateralAnswer(options: AnswerOptions): Promise<void> {
  const address = options.listen ?? readStationConfig(requireHome(options)).listen;
  const found = /^(.+):(\d{1,5})$/.exec(address);
  if (found === null) throw invalid(`${address} is not host:port.`, 'Give --listen host:port.');
  const prepared = await prepareBilateral(options, 'holder');
  try {
    const exchange = serveOnce(await loadRistretto(), prepared, options);
    const port = await prepared.wire.listen((found[1] as string).replace(/^\[|\]$/g, ''), Number(found[2])).catch((cause: unknown) => {
      throw invalid(
        `The address ${address} can't be listened at (${(cause as { code?: string }).code ?? 'unknown reason'}).`,
        'Give another --listen.',
      );
    });
    remark(text.bilateralWaiting(prepared.peer.name, `${found[1]}:${port}`));
    const { values, sent, totalMs } = await exchange;
    showAnswer(options, values, sent, totalMs);
  } finally {
    await prepared.wire.close();
  }
}

interface Outcome {
  readonly values: readonly bigint[] | null;
  readonly sent: number;
  readonly totalMs: number;
}

/** Plays the holder of exactly one exchange: many with changing numbers would let the asker search for the holder's. */
function serveOnce(group: Ristretto, { program, numbers, wire, peer, terms }: Prepared, options: AnswerOptions): Promise<Outcome> {
  const holder = new Holder(group, program, [numbers], numbers.length, systemRandom);
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => reject(nobodyAsked(peer.name, options.wait)), options.wait * 1000);
  const signal = interruption();
  signal.addEventListener('abort', () => reject(interrupted()), { once: true });
  let [sent, started] = [0, 0];
  const end = (values: readonly bigint[] | null) => {
    // The answer to the last message still has to leave.
    setTimeout(() => resolve({ values, sent, totalMs: performance.now() - started }), 50);
  };
  const reply = (body: Uint8Array) => {
    sent += body.length;
    return { body };
  };
  const step = (type: string, take: (body: Uint8Array) => Uint8Array) =>
    wire.onRequest(type, async (message) => {
      try {
        requireSameTerms(terms, message.header['terms']);
        if (message.header['instances'] !== numbers.length) throw otherCount();
        return reply(take(message.body));
      } catch (error) {
        reject(error);
        throw error;
      }
    });
  step(STEPS[0], (body) => {
    started = performance.now();
    return holder.begin(body);
  });
  step(STEPS[1], (body) => {
    const garbled = holder.garble(body);
    if (options.learns === 'asker') end(null);
    return garbled;
  });
  step(STEPS[2], (body) => {
    const [values] = holder.read(body);
    end(values ?? []);
    return new Uint8Array(0);
  });
  return promise.finally(() => clearTimeout(timer));
}

const nobodyAsked = (peer: string, seconds: number): PeerError =>
  new PeerError('wire/timeout', {
    stage: 'wire',
    party: peer,
    message: `${peer} did not finish its question within ${seconds} seconds.`,
    remedy: 'Tell them when you are waiting, or give a longer --wait.',
  });

const interrupted = (): PeerError =>
  new PeerError('run/cancelled', {
    stage: 'run',
    message: 'Cancelled here before the question was answered.',
    remedy: 'Start again when ready.',
  });

const otherCount = (): RefusedError =>
  new RefusedError('garbled/other-count', {
    stage: 'run',
    message: 'The two sides gave a different number of numbers.',
    remedy: 'Give as many lines on both sides: line n is compared with line n.',
  });
