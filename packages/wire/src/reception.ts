/** Connections that other stations dialled: their requests reach handlers, their committee frames the links. */
import { type Clock, type SluisError, toSluisError } from '@sluis/base';
import type { TLSSocket } from 'node:tls';
import { checkCertificate } from './certificate.ts';
import { Channel } from './channel.ts';
import { busy, cancelledBy, garbage, notForStrangers, tooLarge, unknownType } from './faults.ts';
import { failure, type Head, runOf } from './head.ts';
import type { Message } from './inbox.ts';
import type { WireLimits } from './limits.ts';
import type { Meter } from './meter.ts';
import type { Incoming, WireEvent } from './peer.ts';
import { StrangerGate } from './strangers.ts';
import { type Attempt, Uplinks } from './uplinks.ts';

export type Handler = (message: Incoming) => Promise<{ header?: object; body?: Uint8Array }>;
export type PushHandler = (message: Incoming) => void;
type MpcHead = Extract<Head, { kind: 'mpc' }>;

export interface ReceptionOptions {
  readonly identify: (certificate: string) => string | null;
  readonly strangers: readonly string[];
  readonly limits: WireLimits;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: (event: WireEvent) => void;
  readonly committee: (certificate: string, head: MpcHead, payload: Uint8Array) => void;
  readonly lost: (certificate: string, reason: SluisError) => void;
  /** A station listens no more for payloads of this attempt. */
  readonly left: (certificate: string, at: Attempt) => void;
}

interface Visit {
  readonly running: Map<number, AbortController>;
  bytes: number;
}

const NOTHING = new Uint8Array(0);
const BACKLOG = 2048;

const failureOf = (number: number, error: SluisError) => failure(number, error.toRecord(), error.exitCode);
/** A refusal by the wire itself: the party it concerns is the one that reads it, for whom that is this station. */
const refused = (number: number, error: SluisError) => failure(number, { ...error.toRecord(), party: null }, error.exitCode);

export class Reception {
  readonly requests = new Map<string, Handler>();
  readonly pushes = new Map<string, PushHandler>();
  readonly uplinks: Uplinks;
  readonly #options: ReceptionOptions;
  readonly #gate: StrangerGate;
  #closing: SluisError | null = null;
  readonly #visits = new Map<Channel, Visit>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#gate = new StrangerGate(options.limits);
    this.uplinks = new Uplinks(options.left);
  }

  /** Takes a connection after its handshake, or turns it away and tells why. */
  accept(socket: TLSSocket): void {
    const { clock, limits, log } = this.#options;
    let certificate = '';
    let refusal: SluisError | null = null;
    try {
      certificate = checkCertificate(socket, (id) => this.#nameOf(id), clock, limits.skewMs);
    } catch (thrown) {
      refusal = toSluisError(thrown, 'wire');
    }
    const stranger = refusal === null && this.#options.identify(certificate) === null;
    if (refusal === null && this.visitsOf(certificate) >= limits.connectionsPerPeer)
      refusal = busy(this.#nameOf(certificate), 'connection');
    if (stranger && refusal === null && !this.#gate.enter()) refusal = busy(this.#nameOf(certificate), 'connection');
    const channel = this.#open(socket, certificate, stranger && refusal === null);
    refusal ??= this.#closing;
    if (refusal === null) return;
    log({ kind: 'refused', peer: channel.peer, code: refusal.code, detail: 'accepting' });
    channel.close(refusal, true);
  }

  /** What is still being accepted is turned away at once. */
  close(reason: SluisError): void {
    this.#closing = reason;
    for (const channel of [...this.#visits.keys()]) channel.close(reason, true);
  }

  #open(socket: TLSSocket, certificate: string, stranger: boolean): Channel {
    const { limits, log } = this.#options;
    const channel = new Channel({
      socket,
      peer: this.#nameOf(certificate),
      certificate,
      limits,
      events: {
        admit: (from, number, head) => this.#admit(from, number, head),
        message: (from, message) => this.#dispatch(from, message),
        cancelled: (from, number) => this.#visits.get(from)?.running.get(number)?.abort(cancelledBy(from.peer, 'request')),
        closed: (from, reason) => {
          for (const controller of this.#visits.get(from)?.running.values() ?? []) controller.abort(reason);
          this.#visits.delete(from);
          this.uplinks.closed(from);
          if (stranger) this.#gate.leave();
          log({ kind: 'closed', peer: from.peer, code: reason.code, detail: 'accepted' });
          // While another connection of it stands, that is the one on which its frames come.
          if (this.visitsOf(certificate) === 0) this.#options.lost(certificate, reason);
        },
      },
    });
    this.#visits.set(channel, { running: new Map(), bytes: 0 });
    return channel;
  }

  /** How many connections this certificate has dialled that stand. */
  visitsOf(certificate: string): number {
    return [...this.#visits.keys()].filter((channel) => channel.certificate === certificate).length;
  }

  /** Decides by certificate, type and size before any body is kept. */
  #admit(channel: Channel, number: number, head: Head): boolean {
    if (head.kind === 'reply' || head.kind === 'failure' || head.kind === 'step') throw garbage(channel.peer, 'an answer to nothing');
    const pinned = this.#options.identify(channel.certificate) !== null;
    if (head.kind !== 'request') {
      if (!pinned) throw notForStrangers(channel.peer, head.kind);
      return true;
    }
    // Answers that are never read would pile up.
    if (channel.backlog > BACKLOG) throw garbage(channel.peer, 'requests without end, whose answers it does not read');
    const refusal = pinned ? this.#overload(channel, head) : this.#strangerRefusal(channel, head);
    if (refusal === null && this.requests.has(head.type)) return true;
    void this.#send(channel, head, refused(number, refusal ?? unknownType(channel.peer, head.type)));
    return false;
  }

  #overload(channel: Channel, head: Head & { type: string }): SluisError | null {
    const { limits } = this.#options;
    const visit = this.#visits.get(channel);
    const full = visit === undefined || visit.running.size >= limits.handlingRequests || visit.bytes + head.bytes > limits.handlingBytes;
    return full ? busy(channel.peer, head.type) : null;
  }

  #strangerRefusal(channel: Channel, head: Head & { type: string }): SluisError | null {
    const { strangers, limits } = this.#options;
    if (!strangers.includes(head.type)) return notForStrangers(channel.peer, head.type);
    if (head.bytes > limits.strangerBytes) return tooLarge(channel.peer, head.type, 'body', limits.strangerBytes);
    if (!this.#gate.allows(channel.certificate)) return busy(channel.peer, head.type);
    return this.#overload(channel, head);
  }

  #dispatch(channel: Channel, message: Message): void {
    const { head, body, wireBytes } = message;
    const { certificate } = channel;
    const run = runOf(head);
    const name = this.#options.identify(certificate);
    if (run !== null && name !== null) this.#options.meter.add(run, 0, wireBytes, 0);
    if (head.kind === 'listen' || head.kind === 'unlisten') this.uplinks.asked(channel, head);
    if (head.kind === 'mpc') this.#options.committee(certificate, head, body);
    if (head.kind === 'push') {
      const incoming = { from: { name, certificate }, type: head.type, header: head.header, body, signal: new AbortController().signal };
      this.#pushed(channel, incoming);
    }
    if (head.kind === 'request') void this.#serve(channel, message.number, head, body, name);
  }

  #pushed(channel: Channel, incoming: Incoming): void {
    try {
      this.pushes.get(incoming.type)?.(incoming);
    } catch (thrown) {
      this.#options.log({ kind: 'dropped', peer: channel.peer, code: toSluisError(thrown, 'wire').code, detail: incoming.type });
    }
  }

  async #serve(
    channel: Channel,
    number: number,
    head: Extract<Head, { type: string }>,
    body: Uint8Array,
    name: string | null,
  ): Promise<void> {
    const visit = this.#visits.get(channel);
    const handler = this.requests.get(head.type);
    if (visit === undefined || handler === undefined) return;
    const controller = new AbortController();
    visit.running.set(number, controller);
    visit.bytes += body.length;
    try {
      const from = { name, certificate: channel.certificate };
      const result = await handler({ from, type: head.type, header: head.header, body, signal: controller.signal });
      await this.#reply(channel, number, head, result.header ?? {}, result.body ?? NOTHING);
    } catch (thrown) {
      await this.#send(channel, head, failureOf(number, toSluisError(thrown, 'wire')));
    } finally {
      visit.running.delete(number);
      visit.bytes -= body.length;
    }
  }

  #reply(channel: Channel, number: number, head: Head & { type: string }, header: object, body: Uint8Array): Promise<void> {
    const { bodyBytes } = this.#options.limits;
    if (body.length > bodyBytes) return this.#send(channel, head, refused(number, tooLarge(channel.peer, head.type, 'body', bodyBytes)));
    return this.#send(channel, head, { kind: 'reply', answers: number, header: { ...header }, bytes: body.length }, body);
  }

  #send(channel: Channel, about: Head, head: Head, body: Uint8Array = NOTHING): Promise<void> {
    const run = runOf(about);
    const traffic = (bytes: number) => run !== null && this.#options.meter.add(run, bytes, 0, 0);
    // Whoever asked is gone if this fails; the closing of the connection is logged on its own.
    return channel.send(head, body, { lane: null, traffic }).sent.catch(() => undefined);
  }

  #nameOf(certificate: string): string {
    return (
      this.#options.identify(certificate) ??
      (certificate === '' ? 'an unknown station' : `an unknown station (${certificate.slice(0, 16)}…)`)
    );
  }
}
