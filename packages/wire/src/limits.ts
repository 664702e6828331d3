/** Bounds that keep one peer, friendly or not, from using up a station. */
export interface WireLimits {
  /** Largest body of one message, and what one connection may be assembling at a time. */
  readonly bodyBytes: number;
  /** Largest payload of one step of a committee. */
  readonly payloadBytes: number;
  /** Largest header of one message. */
  readonly headerBytes: number;
  /** Piece of a body that is sent before another message gets its turn; at most 1 MiB. */
  readonly chunkBytes: number;
  /** Bytes of requests that one connection may have in handlers at a time. */
  readonly handlingBytes: number;
  readonly handlingRequests: number;
  /** Frames of a peer's committee links that arrive before this station has opened them. */
  readonly earlyBytes: number;
  readonly earlyMs: number;
  /** Payloads of a peer that wait to be received while nothing else of it is waited for; then it has to wait. */
  readonly aheadBytes: number;
  /** Payloads of a peer that wait to be received while another one is waited for: more is a flood. */
  readonly linkBytes: number;
  readonly dialMs: number;
  readonly handshakeMs: number;
  /** A default for requests and pushes that name no time limit. */
  readonly waitMs: number;
  readonly pingMs: number;
  /** A connection from which nothing at all was heard for this long is given up. */
  readonly silentMs: number;
  readonly connections: number;
  /** Connections of one pinned station; one is enough, more occur while broken ones are noticed. */
  readonly connectionsPerPeer: number;
  /** Connections of stations that no agreement pins. */
  readonly strangers: number;
  readonly strangerBytes: number;
  /** Requests of all strangers together, and of one. */
  readonly strangersPerMinute: number;
  readonly strangerPerMinute: number;
  /** Tolerated difference between two stations' clocks when a certificate's dates are checked. */
  readonly skewMs: number;
}

const MiB = 1024 * 1024;

export const DEFAULT_LIMITS: WireLimits = {
  bodyBytes: 512 * MiB,
  payloadBytes: 1024 * MiB,
  headerBytes: 256 * 1024,
  chunkBytes: MiB,
  handlingBytes: 1024 * MiB,
  handlingRequests: 256,
  earlyBytes: 64 * MiB,
  earlyMs: 120_000,
  aheadBytes: 256 * MiB,
  linkBytes: 2048 * MiB,
  dialMs: 10_000,
  handshakeMs: 10_000,
  waitMs: 30_000,
  pingMs: 15_000,
  silentMs: 60_000,
  connections: 2048,
  connectionsPerPeer: 8,
  strangers: 32,
  strangerBytes: MiB,
  strangersPerMinute: 300,
  strangerPerMinute: 30,
  skewMs: 5 * 60_000,
};

/** Largest data frame a receiver takes, whatever its own sending chunk is. */
export const FRAME_LIMIT = MiB;
