/** A public key of pseudonyms as holders show it to askers and to each other. */
import { fromHex, toHex } from '@sluis/base';
import type { PublicKey } from '@sluis/pseudonyms';
import { z } from 'zod';

/** Only the form: whether its parts fit together is for the library to say. */
export const publicKeySchema = z.strictObject({
  kind: z.enum(['key', 'rotation']),
  purpose: z.string().max(200),
  epoch: z.number().int().min(1),
  parties: z.array(z.string().max(63)).max(50),
  threshold: z.number().int(),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/),
  publicShares: z.string().regex(/^([0-9a-f]{64}){2,50}$/),
});

/** Without what of a share is secret. */
export const shownKey = ({ kind, purpose, epoch, parties, threshold, publicKey, publicShares }: PublicKey) => ({
  ...{ kind, purpose, epoch, parties: [...parties], threshold },
  ...{ publicKey: toHex(publicKey), publicShares: toHex(publicShares) },
});

export const publicKeyOf = ({ publicKey, publicShares, ...rest }: z.infer<typeof publicKeySchema>): PublicKey => ({
  ...rest,
  publicKey: fromHex(publicKey),
  publicShares: fromHex(publicShares),
});
