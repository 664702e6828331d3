/** Connections this station dials: one to each peer, kept, and dialled anew when needed. */
import type { Clock, SluisError } from '@sluis/base';
import { Channel, type ChannelEvents } from './channel.ts';
import { dial } from './dial.ts';
import type { WireLimits } from './limits.ts';
import type { Peer, WireEvent } from './peer.ts';

export interface ConnectionOptions {
  readonly identity: { readonly key: string; readonly cert: string };
  readonly limits: WireLimits;
  readonly clock: Clock;
  readonly log: (event: WireEvent) => void;
  /** TLS 1.3 cipher suites to offer; node's choice if absent. */
  readonly ciphers?: string;
}

export interface ConnectionEvents extends ChannelEvents {
  /** Before anything is heard on it. */
  opened(channel: Channel): void;
}

export class Connections {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #channels = new Map<string, Promise<Channel>>();
  readonly #open = new Set<Channel>();
  readonly #stop = new AbortController();
  #closed: SluisError | null = null;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** The connection with this peer, dialled if there is none. Rejects as `dial` does. */
  to(peer: Peer): Promise<Channel> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    const key = keyOf(peer);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const dialled = this.#dial(peer, () => this.#channels.get(key) === dialled && this.#channels.delete(key));
    this.#channels.set(key, dialled);
    return dialled;
  }

  /** The next one who asks gets a fresh connection; this one stays open. */
  retire(peer: Peer): void {
    this.#channels.delete(keyOf(peer));
  }

  /** Whether a connection with this peer stands. */
  has(certificate: string): boolean {
    return [...this.#open].some((channel) => channel.certificate === certificate);
  }

  async close(reason: SluisError): Promise<void> {
    this.#closed = reason;
    this.#stop.abort(reason);
    await Promise.allSettled(this.#channels.values());
    for (const channel of [...this.#open]) channel.close(reason, true);
  }

  async #dial(peer: Peer, forget: () => unknown): Promise<Channel> {
    const { identity, limits, clock, log, ciphers } = this.#options;
    try {
      const { socket, group, read } = await dial(peer, identity, limits, clock, this.#stop.signal, ciphers);
      const closed = (channel: Channel, reason: SluisError) => {
        forget();
        this.#open.delete(channel);
        log({ kind: 'closed', peer: channel.peer, code: reason.code, detail: 'dialled' });
        this.#events.closed(channel, reason);
      };
      const events: ChannelEvents = { ...this.#events, closed };
      const channel = new Channel({ socket, read, peer: peer.name, certificate: peer.certificate, limits, events });
      this.#open.add(channel);
      this.#events.opened(channel);
      log({ kind: 'connected', peer: peer.name, code: null, detail: group });
      return channel;
    } catch (thrown) {
      forget();
      log({ kind: 'refused', peer: peer.name, code: (thrown as Partial<SluisError>).code ?? null, detail: 'dialling' });
      throw thrown;
    }
  }
}

const keyOf = (peer: Peer) => `${peer.certificate}@${peer.address}`;
