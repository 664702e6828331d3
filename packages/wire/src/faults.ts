/** The errors of the wire. Each names the peer and what was being done with it. */
import { PeerError, ProtocolError, RefusedError, SluisError } from '@sluis/base';

const details = (party: string, message: string, remedy: string, cause?: unknown) => ({
  stage: 'wire' as const,
  party,
  message,
  remedy,
  ...(cause === undefined ? {} : { cause }),
});

export const timedOut = (peer: string, step: string, timeoutMs: number): SluisError =>
  new PeerError(
    'wire/timeout',
    details(
      peer,
      `${peer} did not answer within ${Math.round(timeoutMs / 100) / 10} s ("${step}").`,
      `Check that the station of ${peer} is up and not overloaded, then ask again.`,
    ),
  );

export const disconnected = (peer: string, step: string, cause?: unknown): SluisError =>
  new PeerError(
    'wire/disconnected',
    details(
      peer,
      `The connection with ${peer} broke ("${step}").`,
      `Check that the station of ${peer} is up and reachable, then ask again.`,
      cause,
    ),
  );

/** A connection's end, or a peer's silence, as seen by one who waited for `step`; other errors stay as they are. */
export const atStep = (thrown: unknown, step: string): unknown => {
  if (!(thrown instanceof SluisError) || thrown.party === null) return thrown;
  if (thrown.code === 'wire/disconnected') return disconnected(thrown.party, step, thrown);
  if (thrown.code !== 'wire/timeout' || !thrown.message.includes(SILENCE)) return thrown;
  const message = thrown.message.replace(SILENCE, () => `no sign of life, "${step}"`);
  return new PeerError('wire/timeout', details(thrown.party, message, thrown.remedy ?? '', thrown));
};
const SILENCE = '"sign of life"';

/** The same for a peer that could not be reached in the middle of a computation. */
export const unreachableAt = (thrown: unknown, step: string): unknown =>
  thrown instanceof SluisError && thrown.code === 'wire/unreachable' && thrown.party !== null
    ? new PeerError(
        thrown.code,
        details(
          thrown.party,
          thrown.message.replace(/\.$/, () => `, in step "${step}".`),
          thrown.remedy ?? '',
          thrown,
        ),
      )
    : thrown;

export const unreachable = (peer: string, address: string, cause: unknown): SluisError =>
  new PeerError(
    'wire/unreachable',
    details(
      peer,
      `No connection with the station of ${peer} at ${address} (${reasonOf(cause)}).`,
      `Check that it is running there and that firewalls let this station through.`,
      cause,
    ),
  );

export const notTls = (peer: string, address: string, cause: unknown): SluisError =>
  new PeerError(
    'wire/handshake-failed',
    details(
      peer,
      `The station of ${peer} at ${address} did not agree on TLS 1.3 with X25519MLKEM768 and the protocol sluis/1 (${reasonOf(cause)}).`,
      'Check that this address is a station of Sluis of the same release, and that no proxy takes TLS apart on the way.',
      cause,
    ),
  );

export const unknownCertificate = (peer: string): SluisError =>
  new PeerError(
    'wire/certificate-unknown',
    details(
      peer,
      `The certificate shown for ${peer} is not the one that is pinned for it.`,
      'If its certificate was renewed with a new key, the agreement needs a new version that names it; otherwise somebody else answers at this address.',
    ),
  );

export const certificateMissing = (peer: string): SluisError =>
  new PeerError(
    'wire/certificate-missing',
    details(peer, `${peer} showed no certificate.`, 'Stations must authenticate each other with their certificates.'),
  );

export const certificateExpired = (peer: string, when: 'expired' | 'early'): SluisError =>
  new PeerError(
    when === 'expired' ? 'wire/certificate-expired' : 'wire/certificate-not-yet-valid',
    details(
      peer,
      when === 'expired' ? `The certificate of ${peer} has expired.` : `The certificate of ${peer} is not valid yet.`,
      `Compare both stations' clocks; if they are right, ${peer} must renew its certificate (the same key keeps the agreement valid).`,
    ),
  );

export const garbage = (peer: string, what: string): SluisError =>
  new ProtocolError(
    'wire/garbage',
    details(
      peer,
      `${peer} sent bytes that are not of the protocol sluis/1: ${what}.`,
      'Check that both stations run the same release and that nothing between them changes their traffic.',
    ),
  );

export const tooLarge = (peer: string, type: string, what: 'header' | 'body', limit: number): SluisError =>
  new RefusedError(
    'wire/too-large',
    details(
      peer,
      `The ${what} of the message "${type}" with ${peer} is larger than ${limit} bytes.`,
      'Ask for fewer groups, or raise the limit at both stations.',
    ),
  );

export const busy = (peer: string, type: string): SluisError =>
  new PeerError(
    'wire/busy',
    details(peer, `Too many messages at once: "${type}" of ${peer} was not taken.`, 'Wait a moment, then try again.'),
  );

export const notForStrangers = (peer: string, type: string): SluisError =>
  new PeerError(
    'wire/certificate-unknown',
    details(
      peer,
      `No agreement in force here names the certificate of ${peer}: the message "${type}" was refused.`,
      'Check that both organisations hold the same agreement version, signed by all, and that it names this certificate.',
    ),
  );

export const unknownType = (peer: string, type: string): SluisError =>
  new PeerError(
    'wire/unknown-request',
    details(peer, `This station knows no message "${type}" (from ${peer}).`, 'Bring both stations to the same release.'),
  );

export const brokenLink = (code: string, peer: string, step: string, what: string): SluisError =>
  new ProtocolError(
    code,
    details(
      peer,
      `In step "${step}", ${peer} ${what}.`,
      'Check that all stations run the same release of Sluis, then ask again with a new run.',
    ),
  );

export const endedEarly = (peer: string, step: string): SluisError =>
  new PeerError(
    'wire/ended',
    details(
      peer,
      `${peer} has ended its part of this run before step "${step}".`,
      `Look at what the station of ${peer} says about this run: it failed or was stopped there first.`,
    ),
  );

/** An operating-system or OpenSSL code; texts of OpenSSL are left out. */
function reasonOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'no connection';
}

export const cancelledBy = (peer: string, step: string): SluisError =>
  new PeerError('wire/cancelled', details(peer, `${peer} cancelled its message ("${step}").`, `Ask ${peer} why, or ask again.`));
