/**
 * Signed checkpoints: C2SP tlog-checkpoint in a C2SP signed note with an Ed25519 signature. The key's name is the origin.
 * A checkpoint commits its log to everything before it; two that are not consistent prove that the log was split.
 */
import { concatBytes, fromBase64, fromUtf8, InvalidError, toBase64, utf8 } from '@sluis/base';
import { sha256, SIGNATURE_BYTES, verifySignature } from '@sluis/crypto';
import type { Signer } from '@sluis/model';

const ED25519 = Uint8Array.of(0x01);
const KEY_ID_BYTES = 4;
const ORIGIN = /^sluis\/[A-Za-z0-9_\-./]{1,200}$/;

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** SHA-256(name || 0x0A || 0x01 || public key)[:4] (C2SP signed-note). */
export const noteKeyId = (name: string, publicKey: Uint8Array): Uint8Array =>
  sha256(utf8(name), utf8('\n'), ED25519, publicKey).slice(0, KEY_ID_BYTES);

/** The note's text, line feed at its end included. */
export function checkpointText(checkpoint: Checkpoint): string {
  if (!ORIGIN.test(checkpoint.origin)) throw new RangeError('an origin is sluis/ and names');
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** Signs a checkpoint. Run by: the log's own station. */
export async function signCheckpoint(checkpoint: Checkpoint, signer: Signer, publicKey: Uint8Array): Promise<string> {
  const text = checkpointText(checkpoint);
  const signature = await signer.sign('checkpoint', utf8(text));
  return `${text}\n— ${checkpoint.origin} ${toBase64(concatBytes(noteKeyId(checkpoint.origin, publicKey), signature))}\n`;
}

/**
 * Verifies a checkpoint with exactly one signature: the log's own. Run by: anybody.
 *
 * @throws InvalidError `ledger/bad-checkpoint` if it is not of that form, of another origin, or not signed by that key.
 */
export function verifyCheckpoint(note: string, origin: string, publicKey: Uint8Array): Checkpoint {
  const match = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n\n— ([^\n ]+) ([A-Za-z0-9+/]+=*)\n$/.exec(note);
  if (match === null) throw bad('it is not a checkpoint with one signature');
  const [, line = '', size = '', root = '', name = '', signature = ''] = match;
  if (line !== origin || name !== origin) throw bad(`it is not of the log ${origin}`);
  const checkpoint = { origin, size: Number(size), root: decode(root) };
  const signed = decode(signature);
  const keyId = noteKeyId(origin, publicKey);
  const sameKey = signed.length === KEY_ID_BYTES + SIGNATURE_BYTES && keyId.every((b, i) => signed[i] === b);
  if (!sameKey || !Number.isSafeInteger(checkpoint.size)) throw bad('it is signed by another key');
  if (!verifySignature(publicKey, 'checkpoint', utf8(checkpointText(checkpoint)), signed.subarray(KEY_ID_BYTES))) {
    throw bad('its signature does not hold');
  }
  return checkpoint;
}

/** Decodes a note that came as bytes; throws InvalidError `ledger/bad-checkpoint`. */
export function checkpointFromBytes(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw bad('it is not UTF-8');
  }
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw bad('it is not canonical base64');
  }
}

function bad(reason: string): InvalidError {
  return new InvalidError('ledger/bad-checkpoint', {
    stage: 'ledger',
    message: `A checkpoint was not accepted: ${reason}.`,
    remedy: 'Fetch the checkpoint again from the station whose log it is; if it still fails, that station signs with another key.',
  });
}
