/** All open committee links of a station: what arrives finds its links, waits for them, or is refused. */
import type { SluisError } from '@sluis/base';
import { type CommitteeOptions, type LinkOptions, Links, type MpcHead, type OpenLinks } from './committee-links.ts';
import { EarlyFrames } from './early-frames.ts';

/** Attempts whose end is remembered, to refuse what comes late. */
const REMEMBERED = 1000;
/** How long data may still be on its way in after the connection the other way has broken. */
const LAST_WORDS_MS = 1000;

export class CommitteeDesk {
  readonly #options: CommitteeOptions;
  readonly #open = new Map<string, Links>();
  readonly #closed = new Set<string>();
  readonly #early: EarlyFrames;

  constructor(options: CommitteeOptions) {
    this.#options = options;
    this.#early = new EarlyFrames(options.limits);
  }

  /** Opens this station's links of one attempt. Throws RangeError if that attempt was opened here before. */
  open(options: LinkOptions): OpenLinks {
    const key = `${options.run}/${options.attempt}`;
    if (this.#open.has(key) || this.#closed.has(key)) throw new RangeError('the links of this attempt have been opened before');
    const links = new Links(options, this.#options, () => this.#end(key));
    this.#open.set(key, links);
    for (const peer of options.peers) {
      if (peer === null) continue;
      const { frames, flooded } = this.#early.take(peer.certificate, key);
      for (const frame of frames) links.arrived(peer.certificate, frame.step, frame.payload);
      if (flooded) links.violated(peer.certificate, 'wire/flooded', 'sent more than this station holds for links that are not open yet');
    }
    return links;
  }

  arrived(certificate: string, head: MpcHead, payload: Uint8Array): void {
    const key = `${head.run}/${head.attempt}`;
    const links = this.#open.get(key);
    const taken =
      links !== undefined
        ? links.arrived(certificate, head.step, payload)
        : !this.#closed.has(key) && this.#early.keep(certificate, key, head.step, payload);
    if (!taken) this.#options.log({ kind: 'dropped', peer: null, code: 'wire/unexpected-frame', detail: `${key} ${head.step}` });
  }

  /** A connection with this certificate has ended; `incoming` if it was one on which its frames arrive. */
  lost(certificate: string, reason: SluisError, incoming: boolean): void {
    const affected = [...this.#open.values()];
    const tell = () => affected.forEach((links) => void links.lost(certificate, reason));
    if (incoming) tell();
    else setTimeout(tell, LAST_WORDS_MS).unref();
  }

  close(): void {
    this.#early.clear();
    for (const links of [...this.#open.values()]) links.close();
  }

  #end(key: string): void {
    this.#open.delete(key);
    this.#closed.add(key);
    const oldest = this.#closed.values().next().value;
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest);
  }
}
