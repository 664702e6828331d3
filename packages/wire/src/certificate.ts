/** Certificates are names for keys here: pinned by the hash of their public key, with dates checked, no authorities. */
import { type Clock, toHex } from '@sluis/base';
import { certificateExpired, certificateMissing } from './faults.ts';
import type { TLSSocket } from 'node:tls';

type Shown = NonNullable<ReturnType<TLSSocket['getPeerX509Certificate']>>;

/** SHA-256 of a certificate's public key (SPKI, DER) in lower-case hexadecimal: what agreements pin. */
export async function certificateId(certificate: Shown): Promise<string> {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return toHex(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(spki))));
}

/**
 * Identifies the other end of a finished handshake. TLS itself has proven that it holds the certificate's key.
 *
 * @throws PeerError `wire/certificate-missing`, `wire/certificate-expired` or `wire/certificate-not-yet-valid`, naming `nameOf(id)`.
 */
export async function checkCertificate(socket: TLSSocket, nameOf: (id: string) => string, clock: Clock, skewMs: number): Promise<string> {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) throw certificateMissing(nameOf(''));
  const id = await certificateId(shown);
  const now = clock.now();
  // Negated, so that a date that can't be read (NaN) fails too.
  if (!(now <= shown.validToDate.getTime() + skewMs)) throw certificateExpired(nameOf(id), 'expired');
  if (!(now >= shown.validFromDate.getTime() - skewMs)) throw certificateExpired(nameOf(id), 'early');
  return id;
}
