/**
 * The address of a database for private lookup: where it is served, and in its fragment, which browsers and programs never
 * send, who serves it: the owner's signing key and the hash of its certificate's key, 32 bytes each.
 */
import { concatBytes, fromHex, InvalidError, toBase64, toHex } from '@sluis/base';

export const LOOKUP_PATH = '/lookup/v1/';

export interface LookupAddress {
  /** Without the fragment; ends with a slash. */
  readonly url: string;
  /** Ed25519, 32 bytes. */
  readonly ownersKey: Uint8Array;
  /** SHA-256 of the certificate's SubjectPublicKeyInfo, hexadecimal. */
  readonly certificate: string;
}

export const formatAddress = (host: string, { ownersKey, certificate }: Omit<LookupAddress, 'url'>): string =>
  `https://${host}${LOOKUP_PATH}#${toUrlBase64(concatBytes(ownersKey, fromHex(certificate)))}`;

/** Reads an address; throws InvalidError `usage/lookup-address`. */
export function parseAddress(text: string): LookupAddress {
  const [place = '', fragment = ''] = text.split('#');
  const pins = fromUrlBase64(fragment);
  if (!URL.canParse(place) || pins?.length !== 64) throw invalid();
  const url = new URL(place);
  if (url.protocol !== 'https:' || url.search !== '' || url.username !== '') throw invalid();
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { url: url.href, ownersKey: pins.subarray(0, 32), certificate: toHex(pins.subarray(32)) };
}

const toUrlBase64 = (bytes: Uint8Array): string => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function fromUrlBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]{86}$/.test(text)) return null;
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  return toUrlBase64(bytes) === text ? bytes : null;
}

const invalid = () =>
  new InvalidError('usage/lookup-address', {
    stage: 'usage',
    message: 'This is not the address of a database for private lookup.',
    remedy: 'Take it as "sluis lookup serve" printed it, with what stands behind the #: https://host:port/lookup/v1/#…',
  });
