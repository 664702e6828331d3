/**
 * The embedded key provider: one encrypted file in the station's folder holds its three private keys.
 *
 * `keys.locked` is locked with a secret: the environment variable SLUIS_UNLOCK, or the file it names as SLUIS_UNLOCK_FILE,
 * or by default `unlock.secret` beside it. Kept beside it, the secret protects backups and copies of the key file alone,
 * not a stolen folder: operators who need more keep it elsewhere.
 */
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes, fromHex, fromUtf8, InvalidError, systemClock, systemRandom, toBase64, toHex, utf8 } from '@sluis/base';
import {
  createCertificate,
  generateSealingKey,
  generateSigningKey,
  decryptWithSecret,
  encryptWithSecret,
  open,
  sealingPublicKey,
  sign,
  spkiSha256,
  validityOf,
} from '@sluis/crypto';
import type { Opener, Organisation, Signer } from '@sluis/model';

const KEYS = 'keys.locked';
const SECRET = 'unlock.secret';
const CONTEXT = utf8('sluis/key-file/1');

/** What `openKeyFile` gives: uses of the keys. Only the TLS key leaves, since the server needs it. */
export interface StationKeys {
  readonly signer: Signer & { readonly publicKey: Uint8Array };
  readonly opener: Opener;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly card: Pick<Organisation, 'identity' | 'sealing' | 'certificate'>;
}

interface Content {
  readonly format: 'sluis-keys/1';
  readonly name: string;
  readonly identity: string;
  readonly identityPublic: string;
  readonly sealing: string;
  readonly tlsKey: string;
  readonly tlsCertificate: string;
}

export interface KeyFileRequest {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Days that the certificate is valid. */
  readonly days: number;
  /** For tests of expiry; by default from now on. */
  readonly validity?: { readonly notBefore: Date; readonly notAfter: Date };
}

/** Makes fresh keys and writes them. Run by: `sluis station init`. Throws InvalidError `keys/exist` rather than overwrite. */
export async function createKeyFile(folder: string, request: KeyFileRequest): Promise<void> {
  const path = join(folder, KEYS);
  if (existsSync(path)) {
    throw new InvalidError('keys/exist', {
      stage: 'keys',
      message: `${path} exists already.`,
      remedy: 'Keys are never overwritten; choose another folder.',
    });
  }
  const identity = generateSigningKey();
  const sealing = generateSealingKey();
  const validity = request.validity ?? validityOf(systemClock.now(), request.days);
  const tls = await createCertificate({ name: request.name, hosts: request.hosts, ...validity });
  const content: Content = {
    format: 'sluis-keys/1',
    name: request.name,
    identity: toHex(identity.privateKey),
    identityPublic: toHex(identity.publicKey),
    sealing: toHex(sealing.privateKey),
    tlsKey: tls.key,
    tlsCertificate: tls.cert,
  };
  const box = encryptWithSecret(readOrMakeSecret(folder), canonicalBytes(content), CONTEXT);
  writeWhole(path, box);
}

/** Opens the keys. Throws InvalidError `keys/…`: missing, readable by others, wrong secret or changed. */
export async function openKeyFile(folder: string): Promise<StationKeys> {
  const path = join(folder, KEYS);
  const plain = decryptWithSecret(readSecret(folder), readPrivate(path), CONTEXT);
  if (plain === null) {
    throw new InvalidError('keys/cannot-unlock', {
      stage: 'keys',
      message: `${path} can't be unlocked: the secret is another one, or the file was changed.`,
      remedy: 'Give the secret that belongs to it (SLUIS_UNLOCK_FILE), or restore both from a backup.',
    });
  }
  const content = JSON.parse(fromUtf8(plain)) as Content;
  const identity = fromHex(content.identity);
  const sealing = fromHex(content.sealing);
  return {
    signer: {
      organisation: content.name,
      publicKey: fromHex(content.identityPublic),
      sign: async (purpose, message) => sign(identity, purpose, message),
    },
    opener: { open: async (box, info) => open(sealing, box, info) },
    tls: { key: content.tlsKey, cert: content.tlsCertificate },
    card: {
      identity: content.identityPublic,
      sealing: toBase64(sealingPublicKey(sealing)),
      certificate: spkiSha256(content.tlsCertificate),
    },
  };
}

function readOrMakeSecret(folder: string): Uint8Array {
  const given = givenSecret();
  if (given !== null) return given;
  const path = join(folder, SECRET);
  if (!existsSync(path)) writeFileSync(path, `${toHex(systemRandom.bytes(32))}\n`, { mode: 0o600, flag: 'wx' });
  return readSecret(folder);
}

function readSecret(folder: string): Uint8Array {
  return givenSecret() ?? utf8(fromUtf8(readPrivate(join(folder, SECRET))).trim());
}

function givenSecret(): Uint8Array | null {
  const file = process.env['SLUIS_UNLOCK_FILE'];
  if (file !== undefined) return utf8(fromUtf8(readPrivate(file)).trim());
  const text = process.env['SLUIS_UNLOCK'];
  return text === undefined ? null : utf8(text);
}

function readPrivate(path: string): Uint8Array {
  if (!existsSync(path)) {
    throw new InvalidError('keys/missing', {
      stage: 'keys',
      message: `${path} is missing.`,
      remedy: 'Restore it from a backup; without it nobody can sign for this organisation.',
    });
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new InvalidError('keys/readable', {
      stage: 'keys',
      message: `${path} can be read by other users of this machine.`,
      remedy: `Run: chmod 600 ${path}`,
    });
  }
  return new Uint8Array(readFileSync(path));
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const draft = `${path}.draft`;
  writeFileSync(draft, bytes, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
