/** Who listens for which committee payloads on which of the connections that others have dialled. */
import type { Channel } from './channel.ts';
import { garbage } from './faults.ts';
import type { Head } from './head.ts';

/** Attempts that one connection may listen for at a time. */
const LISTENING = 1024;

export interface Uplink {
  readonly channel: Channel;
  readonly link: number;
}

export class Uplinks {
  readonly #byAttempt = new Map<string, Uplink>();
  readonly #byChannel = new Map<Channel, Map<number, string>>();

  /** Takes what a pinned station asks for. Throws to end a connection that asks for too much, or for the same again. */
  asked(channel: Channel, head: Extract<Head, { kind: 'listen' | 'unlisten' }>): void {
    const mine = this.#byChannel.get(channel) ?? new Map<number, string>();
    this.#byChannel.set(channel, mine);
    const known = mine.get(head.link);
    if (head.kind === 'unlisten') {
      mine.delete(head.link);
      if (known !== undefined && this.#byAttempt.get(known)?.channel === channel) this.#byAttempt.delete(known);
      return;
    }
    if (known !== undefined || mine.size >= LISTENING) throw garbage(channel.peer, 'a wish for payloads that it has expressed before');
    const key = keyOf(channel.certificate, head.run, head.attempt);
    mine.set(head.link, key);
    this.#byAttempt.set(key, { channel, link: head.link });
  }

  /** The way to this station for payloads of this attempt, or null while it has not asked for them. */
  find(certificate: string, run: string, attempt: number): Uplink | null {
    const found = this.#byAttempt.get(keyOf(certificate, run, attempt));
    return found === undefined || found.channel.end !== null ? null : found;
  }

  closed(channel: Channel): void {
    for (const key of this.#byChannel.get(channel)?.values() ?? []) {
      if (this.#byAttempt.get(key)?.channel === channel) this.#byAttempt.delete(key);
    }
    this.#byChannel.delete(channel);
  }
}

const keyOf = (certificate: string, run: string, attempt: number) => `${certificate}/${run}/${attempt}`;
