/** The prime-order group ristretto255 (RFC 9496): what oblivious transfer and oblivious functions are built on. */
import { ristretto255 } from '@noble/curves/ed25519.js';
import type { Random } from '@sluis/base';
import { ProtocolError } from '@sluis/base';

// Marked as pure, so that bundles for pages that need none of this leave it out.
const Point = /* @__PURE__ */ (() => ristretto255.Point)();
export const ELEMENT_BYTES = 32;

/** An element of the group, never the wrong representative: decoding checks it. */
export type GroupElement = InstanceType<typeof Point>;

export const generator: GroupElement = /* @__PURE__ */ (() => Point.BASE)();

/** A uniform scalar other than 0 (RFC 9380, §5.2: 48 bytes reduced, bias below 2^-128). */
export function randomScalar(random: Random): bigint {
  for (;;) {
    const wide = random.bytes(48).reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
    const scalar = wide % Point.Fn.ORDER;
    if (scalar !== 0n) return scalar;
  }
}

/** Reads an element; throws ProtocolError `crypto/not-an-element` on anything but the canonical encoding of one other than the identity. */
export function decodeElement(bytes: Uint8Array): GroupElement {
  try {
    const element = Point.fromBytes(bytes);
    if (!element.equals(Point.ZERO)) return element;
  } catch {
    // Says the same as for the identity: what was sent is of no use.
  }
  throw new ProtocolError('crypto/not-an-element', {
    stage: 'wire',
    message: 'A peer sent bytes that are no element of the group ristretto255.',
    remedy: 'Check that both sides run the same release of Sluis, then start again.',
  });
}
