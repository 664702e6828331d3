/** All open committee links of a station: what arrives finds its links, waits for them, or is refused. */
import type { SluisError } from '@sluis/base';
import { type CommitteeOptions, type LinkOptions, Links, type LinksDesk, type OpenLinks } from './committee-links.ts';
import { EarlyFrames } from './early-frames.ts';

/** Attempts whose end is remembered, to refuse what comes late. */
const REMEMBERED = 1000;
/** How long data may still be on its way in after another connection with the same peer has broken. */
const LAST_WORDS_MS = 1000;
const QUIET_BEATS = 4;

export interface DeskOptions extends CommitteeOptions {
  /** Stops or goes on reading what a peer sends. */
  readonly hold: (certificate: string, held: boolean) => void;
  /** Bytes that a peer's payloads have brought so far. */
  readonly received: (certificate: string) => number;
}

export class CommitteeDesk {
  readonly #options: DeskOptions;
  readonly #desk: LinksDesk;
  readonly #open = new Map<string, Links>();
  readonly #closed = new Set<string>();
  readonly #early: EarlyFrames;
  readonly #held = new Set<string>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#desk = { ...options, pace: (certificate) => this.#pace(certificate) };
    this.#early = new EarlyFrames(options.limits);
  }

  /** Opens this station's links of one attempt. Throws RangeError if that attempt was opened here before. */
  open(options: LinkOptions): OpenLinks {
    const key = `${options.run}/${options.attempt}`;
    if (this.#open.has(key) || this.#closed.has(key)) throw new RangeError('the links of this attempt have been opened before');
    const certificates = options.peers.flatMap((peer) => (peer === null ? [] : [peer.certificate]));
    const links = new Links(options, this.#desk, () => this.#end(key, certificates));
    this.#open.set(key, links);
    for (const peer of options.peers) {
      if (peer === null) continue;
      const { frames, flooded } = this.#early.take(peer.certificate, key);
      for (const frame of frames) links.arrived(peer.certificate, frame.step, frame.payload);
      if (flooded) links.violated(peer.certificate, 'wire/flooded', 'sent more than this station holds for links that are not open yet');
    }
    return links;
  }

  arrived(certificate: string, at: { run: string; attempt: number; step: string }, payload: Uint8Array): void {
    const key = `${at.run}/${at.attempt}`;
    const links = this.#open.get(key);
    const taken =
      links !== undefined
        ? links.arrived(certificate, at.step, payload)
        : !this.#closed.has(key) && this.#early.keep(certificate, key, at.step, payload);
    if (!taken) this.#options.log({ kind: 'dropped', peer: null, code: 'wire/unexpected-frame', detail: `${key} ${at.step}` });
  }

  /** A connection with this certificate has ended; `last` if no other is left on which its frames could still come. */
  lost(certificate: string, reason: SluisError, last: boolean): void {
    const affected = [...this.#open.values()];
    const tell = () => affected.forEach((links) => void links.lost(certificate, reason));
    if (last) tell();
    else setTimeout(tell, LAST_WORDS_MS).unref();
  }

  /**
   * A peer's part of this attempt has ended, well or not: what it has sent may still be on its way, but nothing more will
   * be sent. Whoever waits for more is told, when nothing has come from it for a while.
   */
  left(certificate: string, at: { run: string; attempt: number }): void {
    const links = this.#open.get(`${at.run}/${at.attempt}`);
    if (links === undefined) return;
    let [heard, quiet] = [this.#options.received(certificate), 0];
    // Several short waits: a timer that fires after this station itself was busy says nothing about the peer.
    const timer = setInterval(() => {
      const now = this.#options.received(certificate);
      quiet = now === heard ? quiet + 1 : 0;
      heard = now;
      if (quiet < QUIET_BEATS) return;
      clearInterval(timer);
      links.left(certificate);
    }, LAST_WORDS_MS / QUIET_BEATS);
    timer.unref();
  }

  close(): void {
    this.#early.clear();
    for (const links of [...this.#open.values()]) links.close();
  }

  /**
   * A peer may run ahead of this station only so far: then its payloads wait in the network, and it waits itself. Never
   * while one of them is waited for here, since that may be behind the others.
   */
  #pace(certificate: string): void {
    const { limits, hold } = this.#options;
    let [bytes, waiting] = [0, false];
    for (const links of this.#open.values()) {
      const load = links.load(certificate);
      bytes += load.bytes;
      waiting ||= load.waiting;
    }
    const held = this.#held.has(certificate);
    if (!held && !waiting && bytes > limits.aheadBytes) {
      this.#held.add(certificate);
      hold(certificate, true);
    } else if (held && (waiting || bytes <= limits.aheadBytes / 2)) {
      this.#held.delete(certificate);
      hold(certificate, false);
    }
  }

  #end(key: string, certificates: readonly string[]): void {
    this.#open.delete(key);
    for (const certificate of certificates) this.#pace(certificate);
    this.#closed.add(key);
    const oldest = this.#closed.values().next().value;
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest);
  }
}
