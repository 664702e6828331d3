/**
 * The embedded key provider: an encrypted file in the station's folder with its identity (Ed25519), sealing (X-Wing) and
 * TLS keys. It is opened with a secret: the variable SLUIS_UNLOCK_SECRET, the file named by SLUIS_UNLOCK_SECRET_FILE, or by
 * default `unlock.secret` beside it.
 *
 * Warning: with the default, whoever can read the folder has the keys; put the secret elsewhere (a secret manager, another
 * disk) to protect backups and stolen disks. Compromise of the opened keys: signing and being this organisation, and
 * reading what was sealed to it, earlier runs included.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalBytes,
  fromHex,
  InvalidError,
  parseCanonical,
  StationError,
  systemClock,
  systemRandom,
  toBase64,
  toHex,
  utf8,
} from '@sluis/base';
import {
  createCertificate,
  decryptWithSecret,
  encryptWithSecret,
  generateSealingKey,
  generateSigningKey,
  isSecretBox,
  open,
  sealingPublicKey,
  sign,
  signingPublicKey,
  spkiSha256,
  type StationCertificate,
  validityOf,
} from '@sluis/crypto';
import type { Opener, Organisation, Signer } from '@sluis/model';
import { NAME } from '@sluis/model';
import { z } from 'zod';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { findSecret, SECRET_FILE } from './unlock-secret.ts';

export const KEY_FILE = 'keys.sealed';
const CONTEXT = utf8('sluis/key-file/1');
const SECRET_BYTES = 32;

const contentSchema = z.strictObject({
  format: z.literal('sluis-keys/1'),
  name: z.string().regex(NAME),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  sealing: z.string().regex(/^[0-9a-f]{64}$/),
  tls: z.strictObject({ key: z.string().max(10_000), cert: z.string().max(10_000) }),
});
type Content = z.infer<typeof contentSchema>;

export interface CreateOptions {
  /** The organisation's name in agreements. */
  readonly name: string;
  /** Host names and addresses of the TLS certificate, besides the local ones. */
  readonly hosts: readonly string[];
  /** Days that the TLS certificate is valid. */
  readonly days: number;
  /** Instants instead of `days`, for tests of expiry. */
  readonly validity?: { readonly notBefore: Date; readonly notAfter: Date };
}

/** What a station can do with its keys. Private keys stay inside, but for the TLS key, which the server needs. */
export interface StationKeys {
  readonly signer: Signer & { readonly publicKey: Uint8Array };
  readonly opener: Opener;
  readonly tls: StationCertificate;
  /** The public keys as agreements name them. */
  readonly card: Pick<Organisation, 'identity' | 'sealing' | 'certificate'>;
}

/**
 * Makes fresh keys and writes them. Run by: `sluis station init`.
 *
 * @returns the certificate (PEM, public) and whether a new unlock secret was written beside the key file.
 * @throws StationError `keys/exists` rather than overwriting keys; `keys/unlock-…` for an unusable secret.
 */
export async function createKeyFile(dir: string, options: CreateOptions): Promise<{ cert: string; secretWritten: boolean }> {
  const path = join(dir, KEY_FILE);
  if (existsSync(path)) throw exists(dir);
  const given = findSecret(dir);
  const secret = given ?? utf8(toHex(systemRandom.bytes(SECRET_BYTES)));
  const tls = await createCertificate({
    name: options.name,
    hosts: options.hosts,
    ...(options.validity ?? validityOf(systemClock.now(), options.days)),
  });
  const content: Content = {
    format: 'sluis-keys/1',
    name: options.name,
    identity: toHex(generateSigningKey().privateKey),
    sealing: toHex(generateSealingKey().privateKey),
    tls,
  };
  contentSchema.parse(content);
  if (given === null) writePrivateFile(join(dir, SECRET_FILE), secret);
  writePrivateFile(path, encryptWithSecret(secret, canonicalBytes(content), CONTEXT));
  return { cert: tls.cert, secretWritten: given === null };
}

/**
 * Opens the key file. Run by: a station that starts. Takes about 0.1 s (scrypt).
 *
 * @throws InvalidError `keys/missing`; StationError `keys/readable-by-others`, `keys/unlock-missing`, `keys/damaged` (not a key file) or
 * `keys/cannot-open` (another secret, or a changed file: the two cannot be told apart).
 */
export async function openKeyFile(dir: string): Promise<StationKeys> {
  const box = readPrivateFile(join(dir, KEY_FILE));
  if (box === null) throw missing(dir);
  if (!isSecretBox(box)) throw damaged();
  const secret = findSecret(dir);
  if (secret === null) throw noSecret(dir);
  const plain = decryptWithSecret(secret, box, CONTEXT);
  if (plain === null) throw cannotOpen();
  const parsed = contentSchema.safeParse(parseCanonical(plain, 'The key file'));
  plain.fill(0);
  if (!parsed.success) throw damaged();
  return useKeys(parsed.data);
}

function useKeys(content: Content): StationKeys {
  const identity = fromHex(content.identity);
  const sealing = fromHex(content.sealing);
  const publicKey = signingPublicKey(identity);
  return {
    signer: { organisation: content.name, publicKey, sign: async (purpose, message) => sign(identity, purpose, message) },
    opener: { open: async (box, info) => open(sealing, box, info) },
    tls: content.tls,
    card: { identity: toHex(publicKey), sealing: toBase64(sealingPublicKey(sealing)), certificate: spkiSha256(content.tls.cert) },
  };
}

function keysError(code: string, message: string, remedy: string): StationError {
  return new StationError(`keys/${code}`, { stage: 'keys', message, remedy });
}
const exists = (dir: string) =>
  keysError('exists', `There are keys in ${dir} already; they were not touched.`, 'Choose another folder, or keep using these keys.');
const missing = (dir: string) =>
  new InvalidError('keys/missing', {
    stage: 'keys',
    message: `There is no key file in ${dir}.`,
    remedy: 'Make one with sluis station init, or name the right folder with --home.',
  });
const damaged = () => keysError('damaged', 'The key file is not one that Sluis wrote, or it is cut off.', 'Restore it from a backup.');
const noSecret = (dir: string) =>
  keysError(
    'unlock-missing',
    `The secret that opens the keys in ${dir} is not there.`,
    `Set SLUIS_UNLOCK_SECRET or SLUIS_UNLOCK_SECRET_FILE, or put back the file ${SECRET_FILE}.`,
  );
const cannotOpen = () =>
  keysError(
    'cannot-open',
    'The key file cannot be opened: the secret is another one, or the file was changed.',
    'Check the unlock secret; else restore the key file from a backup.',
  );
