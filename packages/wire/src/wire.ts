/**
 * Authenticated channels between stations. One TCP port, TLS 1.3; ALPN separates `http/1.1` (people and programs) from
 * `sluis/1` (stations: mutual TLS, certificates pinned by agreements, frames).
 *
 * Who learns what: the network sees addresses, sizes and times; the peer sees what is sent to it and nothing else.
 * Known limits: traffic analysis; a listener that also serves browsers can't see the group of a peer's key exchange, so
 * it is the calling station that insists on X25519MLKEM768. Compromise of a station's TLS key lets somebody impersonate
 * that station until the agreement names another certificate; it reveals no earlier traffic.
 */
import { type Clock, PeerError, systemClock } from '@sluis/base';
import type http from 'node:http';
import { Caller } from './caller.ts';
import { CommitteeDesk } from './committee.ts';
import type { LinkOptions, OpenLinks } from './committee-links.ts';
import type { Head } from './head.ts';
import { Downlinks } from './downlinks.ts';
import { DEFAULT_LIMITS, type WireLimits } from './limits.ts';
import { createListener, type Listener, listen } from './listener.ts';
import { Meter, type RunTraffic } from './meter.ts';
import type { Peer, Reply, RequestOptions, WireEvent } from './peer.ts';
import { type Handler, type PushHandler, Reception } from './reception.ts';

export interface WireOptions {
  /** PEM. The key never leaves this process. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** The organisation for which agreements in force pin this certificate; null if none does. Asked for each message. */
  readonly identify: (certificate: string) => string | null;
  /** Request types that other stations may send too, small and rarely. */
  readonly strangers: readonly string[];
  readonly clock?: Clock;
  readonly limits?: Partial<WireLimits>;
  readonly log?: (event: WireEvent) => void;
}

export class Wire {
  /** Gets every connection that is not `sluis/1`; attach routes to its events. */
  readonly http: http.Server;
  readonly #limits: WireLimits;
  readonly #listener: Listener;
  readonly #caller: Caller;
  readonly #reception: Reception;
  readonly #committee: CommitteeDesk;
  readonly #downlinks: Downlinks;
  readonly #meter = new Meter();

  constructor(options: WireOptions) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const log = options.log ?? (() => undefined);
    const common = { limits, clock: options.clock ?? systemClock, meter: this.#meter, log };
    this.#limits = limits;
    const link = { ...common, identity: options.tls };
    this.#caller = new Caller({ ...link, lost: (c, reason) => this.#committee.lost(c, reason, false) });
    this.#committee = new CommitteeDesk({
      limits,
      log,
      push: (peer, head, payload, bounds) => this.#caller.push(peer, head, payload, null, { ...bounds, step: head.step }),
      uplink: (certificate, run, attempt) => this.#reception.uplinks.find(certificate, run, attempt),
      listen: (peer, run, attempt) => this.#downlinks.listen(peer, run, attempt),
      received: (certificate) => this.#downlinks.received(certificate),
      hold: (certificate, held) => this.#downlinks.hold(certificate, held),
      sent: (run, bytes) => this.#meter.add(run, bytes, 0, 0),
      round: (run) => this.#meter.add(run, 0, 0, 1),
    });
    this.#downlinks = new Downlinks({
      ...link,
      arrived: (certificate, at, payload) => this.#committee.arrived(certificate, at, payload),
      lost: (c, reason) => this.#committee.lost(c, reason, this.#reception.visitsOf(c) === 0 && !this.#caller.has(c)),
    });
    this.#reception = new Reception({
      ...common,
      identify: options.identify,
      strangers: options.strangers,
      committee: (certificate, head, payload) => this.#committee.arrived(certificate, head, payload),
      lost: (c, reason) => this.#committee.lost(c, reason, !this.#downlinks.has(c)),
      left: (c, at) => this.#committee.left(c, at),
    });
    const listener = createListener(options.tls, limits, (socket) => this.#reception.accept(socket));
    this.#listener = listener;
    this.http = listener.http;
  }

  /** @returns the port, chosen by the system if `port` is 0. Rejects with the system's error if it can't be had. */
  listen(host: string, port: number): Promise<number> {
    return listen(this.#listener.server, host, port);
  }

  /** What the handler throws reaches the caller: a SluisError as it is, anything else as a constant code. */
  onRequest(type: string, handler: Handler): void {
    this.#reception.requests.set(type, handler);
  }

  /** Pushes of one sender come in order. The handler must not wait. */
  onPush(type: string, handler: PushHandler): void {
    this.#reception.pushes.set(type, handler);
  }

  /**
   * Asks another station. A message is never sent twice: after a failure the caller decides.
   *
   * @throws what the remote handler threw, with the peer as party unless it named one; PeerError `wire/…` naming peer
   *   and type if the peer can't be reached, authenticated or heard in time; the signal's reason when aborted.
   * Learns: the peer, header and body. Cost: 1 round trip, after 2 for the first connection.
   */
  async request(peer: Peer, type: string, header: object, body: Uint8Array, options: RequestOptions = {}): Promise<Reply> {
    const head = { kind: 'request', type, header: { ...header }, bytes: body.length } as const;
    return this.#caller.request(peer, head, body, this.#bounds(type, options));
  }

  /** Tells another station something; resolves when handed to the operating system, not when read. Throws like `request`. */
  async push(peer: Peer, type: string, header: object, body: Uint8Array, options: RequestOptions = {}): Promise<void> {
    const head: Head = { kind: 'push', type, header: { ...header }, bytes: body.length };
    await this.#caller.push(peer, head, body, 'push', this.#bounds(type, options));
  }

  /** Opens the links of one attempt. Run by: each compute party, once an attempt; close them at the end. */
  links(options: LinkOptions): OpenLinks {
    return this.#committee.open(options);
  }

  /** What a run has cost on this station's wire so far. */
  meter(run: string): RunTraffic {
    return this.#meter.of(run);
  }

  /** Ends all connections and stops listening. Whoever waits gets `wire/closing`. */
  async close(): Promise<void> {
    const reason = new PeerError('wire/closing', {
      stage: 'wire',
      message: 'The station is stopping.',
      remedy: 'Try again when it is back.',
    });
    this.#committee.close();
    this.#reception.close(reason);
    await Promise.all([this.#caller.close(reason), this.#downlinks.close(reason), this.#listener.close()]);
  }

  #bounds(step: string, options: RequestOptions) {
    return { step, timeoutMs: options.timeoutMs ?? this.#limits.waitMs, signal: options.signal };
  }
}
