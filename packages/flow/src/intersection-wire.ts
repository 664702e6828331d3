/** Intersections over the wire: asking the other side, and answering it; every message read by its schema and bound to its sender. */
import { canonicalBytes } from '@sluis/base';
import type { Incoming } from '@sluis/wire';
import { peerOf, type StationContext } from './context.ts';
import type { AdmittedIntersection } from './intersection-admission.ts';
import type { ActiveAttempt } from './intersection-attempts.ts';
import { type Answered, type Asked, answerSchema, type IntersectionMessages, questionSchema } from './intersection-messages.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';

const SHORT_MS = 30_000;
const END_MS = 10_000;

/** The name of a message's sender; throws unless that is the other side of the given run. */
export type Sender = (run: AdmittedIntersection) => string;

export class IntersectionWire {
  readonly #station: Pick<StationContext, 'wire'>;

  constructor(station: Pick<StationContext, 'wire'>) {
    this.#station = station;
  }

  /** Asks the other side of a run. Within an attempt its time and its end bound the wait. */
  async ask<T extends keyof IntersectionMessages>(
    run: AdmittedIntersection,
    type: T,
    message: Asked<T>,
    active?: ActiveAttempt,
  ): Promise<Answered<T>> {
    const peer = peerOf(run.agreement, run.peer.organisation);
    const bounds =
      active === undefined
        ? { timeoutMs: type === 'intersection.end' ? END_MS : SHORT_MS }
        : { timeoutMs: Math.max(1, active.timeLeftMs()), signal: active.controller.signal };
    const header = { run: run.proposal.run };
    const reply = await this.#station.wire.request(peer, type, header, canonicalBytes(message as never), bounds);
    return readMessage(answerSchema(type), parseBody(reply.body), type, peer.name);
  }

  /** Answers one type of message. */
  on<T extends keyof IntersectionMessages>(
    type: T,
    handle: (asked: Asked<T>, from: Sender, signal: AbortSignal) => Promise<Answered<T>>,
  ): void {
    this.#station.wire.onRequest(type, async (m) => {
      const asked = readMessage(questionSchema(type), parseBody(m.body), type, nameOf(m));
      const answer = await handle(asked, (run) => requireSender(run.agreement, m, run.peer.organisation), m.signal);
      return { body: canonicalBytes(answer as never) };
    });
  }
}

export const nameOf = (m: Incoming): string => m.from.name ?? 'an unknown station';
