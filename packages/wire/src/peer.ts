/** Who is at the other end, and what arrives from there. */
import type { Json } from '@sluis/base';

/** Another organisation's station, as the agreement names it. */
export interface Peer {
  readonly name: string;
  /** host:port; an IPv6 host stands in brackets. */
  readonly address: string;
  /** SHA-256 of its certificate's public key (SPKI), lower-case hexadecimal. */
  readonly certificate: string;
}

/** A message as a handler gets it. */
export interface Incoming {
  /** Taken from the TLS certificate, never from the message. `name` is null if no agreement in force pins it. */
  readonly from: { readonly name: string | null; readonly certificate: string };
  readonly type: string;
  readonly header: { readonly [key: string]: Json };
  readonly body: Uint8Array;
  /** Aborted when the sender gives up or its connection breaks. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly header: { readonly [key: string]: Json };
  readonly body: Uint8Array;
}

export interface RequestOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** For the station's log: identifiers only. */
export interface WireEvent {
  readonly kind: 'connected' | 'refused' | 'closed' | 'dropped';
  readonly peer: string | null;
  readonly code: string | null;
  readonly detail: string;
}
