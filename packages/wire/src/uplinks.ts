/** Who listens for which committee payloads on which of the connections that others have dialled. */
import type { Channel } from './channel.ts';
import { garbage } from './faults.ts';
import type { Head } from './head.ts';

/** Attempts that one connection may listen for at a time. */
const LISTENING = 1024;

export interface Attempt {
  readonly run: string;
  readonly attempt: number;
}

export interface Uplink {
  readonly channel: Channel;
  readonly link: number;
}

export class Uplinks {
  readonly #byAttempt = new Map<string, Uplink>();
  readonly #byChannel = new Map<Channel, Map<number, Attempt>>();
  readonly #left: (certificate: string, attempt: Attempt) => void;

  /** @param left - called when a station does not listen for an attempt any more: its part of it has ended. */
  constructor(left: (certificate: string, attempt: Attempt) => void) {
    this.#left = left;
  }

  /** Takes what a pinned station asks for. Throws to end a connection that asks for too much, or for the same again. */
  asked(channel: Channel, head: Extract<Head, { kind: 'listen' | 'unlisten' }>): void {
    const mine = this.#byChannel.get(channel) ?? new Map<number, Attempt>();
    this.#byChannel.set(channel, mine);
    const known = mine.get(head.link);
    if (head.kind === 'unlisten') {
      if (known === undefined) return;
      mine.delete(head.link);
      this.#forget(channel, known);
      this.#left(channel.certificate, known);
      return;
    }
    if (known !== undefined || mine.size >= LISTENING) throw garbage(channel.peer, 'a wish for payloads that it has expressed before');
    mine.set(head.link, { run: head.run, attempt: head.attempt });
    this.#byAttempt.set(keyOf(channel.certificate, head.run, head.attempt), { channel, link: head.link });
  }

  /** The way to this station for payloads of this attempt, or null while it has not asked for them. */
  find(certificate: string, run: string, attempt: number): Uplink | null {
    const found = this.#byAttempt.get(keyOf(certificate, run, attempt));
    return found === undefined || found.channel.end !== null ? null : found;
  }

  closed(channel: Channel): void {
    for (const attempt of this.#byChannel.get(channel)?.values() ?? []) this.#forget(channel, attempt);
    this.#byChannel.delete(channel);
  }

  #forget(channel: Channel, { run, attempt }: Attempt): void {
    const key = keyOf(channel.certificate, run, attempt);
    if (this.#byAttempt.get(key)?.channel === channel) this.#byAttempt.delete(key);
  }
}

const keyOf = (certificate: string, run: string, attempt: number) => `${certificate}/${run}/${attempt}`;
