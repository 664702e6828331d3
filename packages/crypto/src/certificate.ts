/** Station certificates: self-signed ECDSA P-256, pinned by their public key and not by an authority. */
import { createHash, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface CertificateRequest {
  /** The organisation's name: the certificate's common name. */
  readonly name: string;
  /** Host names and addresses for the subject alternative names. */
  readonly hosts: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface StationCertificate {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

/** Makes a key pair and its certificate. Run by: a station when it is initialised. */
export async function createCertificate(request: CertificateRequest): Promise<StationCertificate> {
  // Loaded only here: it takes 0.1 s, and every other process does without.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const hosts = [...new Set(['localhost', '127.0.0.1', ...request.hosts])];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [request.name] }],
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension(hosts.map((h) => ({ type: isIP(h) === 0 ? 'dns' : 'ip', value: h }))),
    ],
  });
  const key = KeyObject.from(keys.privateKey as never);
  return { key: key.export({ format: 'pem', type: 'pkcs8' }) as string, cert: certificate.toString('pem') };
}

/** A validity from now on, for `days` days; it begins an hour ago so that clocks a little behind accept it. */
export function validityOf(now: number, days: number): Pick<CertificateRequest, 'notBefore' | 'notAfter'> {
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + days * DAY_MS) };
}

/** SHA-256 of the SubjectPublicKeyInfo, hexadecimal: what agreements pin. Takes PEM or DER. */
export function spkiSha256(certificate: string | Uint8Array): string {
  const spki = new X509Certificate(certificate).publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex');
}

export function certificateValidity(certificate: string | Uint8Array): { readonly from: Date; readonly until: Date } {
  const parsed = new X509Certificate(certificate);
  return { from: new Date(parsed.validFrom), until: new Date(parsed.validTo) };
}
