/** Where the secret comes from that opens the key file. */
import { join } from 'node:path';
import { StationError, utf8 } from '@sluis/base';
import { readPrivateFile } from './private-file.ts';

/** The default file in the station's folder. */
export const SECRET_FILE = 'unlock.secret';
const MINIMUM_BYTES = 12;

/**
 * The unlock secret: from SLUIS_UNLOCK_SECRET, else the file that SLUIS_UNLOCK_SECRET_FILE names, else the default file.
 * Null if none of them is there. Space at its end is not part of it.
 */
export function findSecret(dir: string, environment: Readonly<Record<string, string | undefined>> = process.env): Uint8Array | null {
  const text = environment['SLUIS_UNLOCK_SECRET'];
  if (text !== undefined) return requireLong(utf8(text.trimEnd()));
  const path = environment['SLUIS_UNLOCK_SECRET_FILE'];
  const bytes = readPrivateFile(path ?? join(dir, SECRET_FILE));
  if (bytes !== null) return requireLong(trimmed(bytes));
  if (path === undefined) return null;
  throw new StationError('keys/unlock-missing', {
    stage: 'keys',
    message: 'The file that SLUIS_UNLOCK_SECRET_FILE names does not exist.',
    remedy: 'Correct the variable, or put the secret there.',
  });
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  return bytes.slice(0, end);
}

function requireLong(secret: Uint8Array): Uint8Array {
  if (secret.length >= MINIMUM_BYTES) return secret;
  throw new StationError('keys/unlock-too-short', {
    stage: 'keys',
    message: `The unlock secret has fewer than ${MINIMUM_BYTES} characters.`,
    remedy: 'Choose a longer one; without any, Sluis makes one at random.',
  });
}
