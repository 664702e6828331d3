/** Certificates are names for keys here: pinned by the hash of their public key, with dates checked, no authorities. */
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@sluis/base';
import { spkiSha256 } from '@sluis/crypto';
import { certificateExpired, certificateMissing } from './faults.ts';

/**
 * Identifies the other end of a finished handshake. TLS itself has proven that it holds the certificate's key.
 *
 * @returns SHA-256 of the certificate's public key (SPKI), lower-case hexadecimal: what agreements pin.
 * @throws PeerError `wire/certificate-missing`, `wire/certificate-expired` or `wire/certificate-not-yet-valid`, naming `nameOf(id)`.
 */
export function checkCertificate(socket: TLSSocket, nameOf: (id: string) => string, clock: Clock, skewMs: number): string {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) throw certificateMissing(nameOf(''));
  const id = spkiSha256(shown.raw);
  const now = clock.now();
  // Negated, so that a date that can't be read (NaN) fails too.
  if (!(now <= shown.validToDate.getTime() + skewMs)) throw certificateExpired(nameOf(id), 'expired');
  if (!(now >= shown.validFromDate.getTime() - skewMs)) throw certificateExpired(nameOf(id), 'early');
  return id;
}
