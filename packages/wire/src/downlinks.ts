/**
 * The ways on which committee payloads come in: connections of their own, which the receiver dials (see `dial`) and on
 * which it says for which runs and attempts it listens. Payloads that are sent before that come as ordinary messages.
 */
import type { SluisError } from '@sluis/base';
import type { Channel } from './channel.ts';
import { type ConnectionOptions, Connections } from './connections.ts';
import { BULK_CIPHER } from './dial.ts';
import { garbage } from './faults.ts';
import type { Head } from './head.ts';
import type { Message } from './inbox.ts';
import type { Meter } from './meter.ts';
import type { Peer } from './peer.ts';

export interface DownlinkOptions extends ConnectionOptions {
  readonly meter: Meter;
  readonly arrived: (certificate: string, at: { run: string; attempt: number; step: string }, payload: Uint8Array) => void;
  readonly lost: (certificate: string, reason: SluisError) => void;
}

interface Listening {
  readonly run: string;
  readonly attempt: number;
}

interface Ending {
  stopped: boolean;
  stop: () => void;
}

/** What AES-GCM keeps its full strength for with one key, with room to spare (RFC 8446 §5.5: 2^24.5 records of 2^14 bytes). */
const BYTES_PER_KEY = 2 ** 37;
const NOTHING = new Uint8Array(0);

export class Downlinks {
  readonly #options: DownlinkOptions;
  readonly #connections: Connections;
  /** For each connection the numbers in use on it. */
  readonly #links = new Map<Channel, Map<number, Listening>>();
  #numbers = 0;

  constructor(options: DownlinkOptions) {
    this.#options = options;
    this.#connections = new Connections(
      { ...options, limits: { ...options.limits, bodyBytes: options.limits.payloadBytes }, ciphers: BULK_CIPHER },
      {
        admit: (channel, _, head) => this.#admit(channel, head),
        message: (channel, message) => this.#message(channel, message),
        cancelled: () => undefined,
        opened: (channel) => this.#links.set(channel, new Map()),
        closed: (channel, reason) => {
          const used = (this.#links.get(channel)?.size ?? 0) > 0;
          this.#links.delete(channel);
          if (used) options.lost(channel.certificate, reason);
        },
      },
    );
  }

  /** Asks the peer for this attempt's payloads. If it can't be asked, they come as ordinary messages. Returns how to stop. */
  listen(peer: Peer, run: string, attempt: number): () => void {
    const end: Ending = { stopped: false, stop: () => undefined };
    this.#begin(peer, { run, attempt }, end).catch(() => undefined);
    return () => {
      end.stopped = true;
      end.stop();
    };
  }

  /** Whether this station listens to this peer. */
  has(certificate: string): boolean {
    return this.#connections.has(certificate);
  }

  /** Bytes heard so far from this peer. */
  received(certificate: string): number {
    let total = 0;
    for (const channel of this.#links.keys()) if (channel.certificate === certificate) total += channel.received;
    return total;
  }

  /** Stops or goes on reading what this peer sends. */
  hold(certificate: string, held: boolean): void {
    for (const channel of this.#links.keys()) if (channel.certificate === certificate) channel.hold(held);
  }

  close(reason: SluisError): Promise<void> {
    return this.#connections.close(reason);
  }

  async #begin(peer: Peer, listening: Listening, end: Ending): Promise<void> {
    const channel = await this.#connections.to(peer);
    const links = this.#links.get(channel);
    if (end.stopped || links === undefined) return;
    if (channel.received > BYTES_PER_KEY) {
      this.#connections.retire(peer);
      return this.#begin(peer, listening, end);
    }
    this.#numbers = (this.#numbers % 0xffff_ffff) + 1;
    const link = this.#numbers;
    links.set(link, listening);
    end.stop = () => {
      links.delete(link);
      this.#tell(channel, { kind: 'unlisten', link, bytes: 0 });
      if (links.size === 0 && channel.received > BYTES_PER_KEY) channel.close(garbage(channel.peer, 'all there was'), false);
    };
    this.#tell(channel, { kind: 'listen', ...listening, link, bytes: 0 });
  }

  /** In order. Not metered: which connections carry a run is no cost of it. */
  #tell(channel: Channel, head: Head): void {
    channel.send(head, NOTHING, { lane: 'listen', traffic: () => undefined }).sent.catch(() => undefined);
  }

  #admit(channel: Channel, head: Head): boolean {
    if (head.kind !== 'step' || head.link > this.#numbers) throw garbage(channel.peer, 'something else than payloads it was asked for');
    // What was on its way when its links were closed is thrown away.
    return this.#links.get(channel)?.has(head.link) ?? false;
  }

  #message(channel: Channel, { head, body, wireBytes }: Message): void {
    if (head.kind !== 'step') return;
    const listening = this.#links.get(channel)?.get(head.link);
    if (listening === undefined) return;
    this.#options.meter.add(listening.run, 0, wireBytes, 0);
    this.#options.arrived(channel.certificate, { ...listening, step: head.step }, body);
  }
}
