/**
 * Who deposits: a key that signs, and the secret that only its owner can make from it. All randomness of a deposit
 * comes from that secret and the file's hash, so that the same command run again makes the same shares: an upload that
 * was cut off goes on, one that is done is recognised, and nothing has to be remembered on the contributor's machine.
 */
import { canonicalBytes, canonicalText, InvalidError, type Random, toHex, uint64be, utf8 } from '@sluis/base';
import { hkdf, hkdfExpand, sign, signingPublicKey, taggedHash } from '@sluis/crypto';
import { NAME, type SignaturePurpose } from '@sluis/model';
import { z } from 'zod';

export interface Contributor {
  /** Name in the agreement; null for an anonymous member's deposit. */
  readonly name: string | null;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(purpose: SignaturePurpose, message: Uint8Array): Promise<Uint8Array>;
}

export const identitySchema = z.strictObject({
  format: z.literal('sluis-contributor/1'),
  name: z.string().regex(NAME),
  /** Ed25519 seed: whoever has it can deposit and withdraw under this name. */
  private_key: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A contributor from the content of its identity file. Throws InvalidError `deposit/identity-invalid`. */
export function contributorFromIdentity(text: string, fromHex: (text: string) => Uint8Array): Contributor {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = identitySchema.safeParse(value);
  if (!parsed.success)
    throw new InvalidError('deposit/identity-invalid', {
      stage: 'keys',
      message: 'The identity file is not one that Sluis wrote.',
      remedy: 'Make one with: sluis contribute identity create --name NAME --out FILE',
    });
  return contributorFromKey(parsed.data.name, fromHex(parsed.data.private_key));
}

export function contributorFromKey(name: string | null, privateKey: Uint8Array): Contributor {
  return { name, publicKey: signingPublicKey(privateKey), sign: async (purpose, message) => sign(privateKey, purpose, message) };
}

/** Text of a fresh identity file, and the public key that goes into the agreement. */
export function newIdentity(name: string, random: Random): { file: string; identity: string } {
  const key = random.bytes(32);
  const content = identitySchema.parse({ format: 'sluis-contributor/1', name, private_key: toHex(key) });
  return { file: `${canonicalText(content)}\n`, identity: toHex(signingPublicKey(key)) };
}

/** 32 secret bytes for a purpose that a document names; the same each time, unknown to all but the key's owner. */
export async function ownSecret(contributor: Contributor, purpose: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const signature = await contributor.sign('deposit-secret', canonicalBytes(purpose));
  return hkdf(signature, utf8('sluis/deposit-secret/1'), canonicalBytes(purpose), 32);
}

/** Number of the deposit that a secret makes, among its contributor's. */
export const numberOf = (secret: Uint8Array): string => toHex(taggedHash('sluis/deposit-number/1', secret)).slice(0, 32);

/** Salt of one compute party's message: only who has the secret, or is sent the message, knows it. */
export const messageSalt = (secret: Uint8Array, piece: number, seat: number): Uint8Array =>
  taggedHash('sluis/deposit-message-salt/1', secret, uint64be(piece), uint64be(seat));

/** Randomness for one piece: as good as the secret, the same each time. */
export function pieceRandom(secret: Uint8Array, piece: number): Random {
  const key = taggedHash('sluis/deposit-piece-random/1', secret, uint64be(piece));
  let taken = 0;
  return {
    bytes(count) {
      taken += 1;
      return hkdfExpand(key, uint64be(taken), count);
    },
  };
}
