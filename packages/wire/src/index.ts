/** Authenticated channels between stations. Start reading at wire.ts. */
export type { LinkOptions, OpenLinks } from './committee-links.ts';
export type { WireLimits } from './limits.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export type { RunTraffic } from './meter.ts';
export type { Incoming, Peer, Reply, RequestOptions, WireEvent } from './peer.ts';
export { Wire, type WireOptions } from './wire.ts';
