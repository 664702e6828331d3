/**
 * A block that both sides throw: the sender commits itself to its part before it sees the receiver's store. Against a malicious
 * sender all values get it added, so that none of them can have been prepared before the store was fixed.
 * Source: Rindal & Schoppmann 2021, figure 4 (w = w^s + w^r).
 */
import { ProtocolError, type Random } from '@sluis/base';
import { commit, constantTimeEqual } from '@sluis/crypto';

export const COIN_BYTES = 16;
export const SALT_BYTES = 32;
const TAG = 'sluis/psi/coin/1';

/** One side's part: `secret` (16 bytes), with a salt to commit to it. */
export class Coin {
  readonly secret: Uint8Array;
  readonly salt: Uint8Array;

  constructor(random: Random) {
    this.secret = random.bytes(COIN_BYTES);
    this.salt = random.bytes(SALT_BYTES);
  }

  get commitment(): Uint8Array {
    return commit(TAG, this.salt, this.secret);
  }

  /** Both parts together. */
  with(other: Uint8Array): Uint8Array {
    return this.secret.map((byte, i) => byte ^ (other[i] as number));
  }
}

/** The sender's part from its opening. Throws ProtocolError `psi/changed-coin` if it is not the one committed to. */
export function openedCoin(opening: Uint8Array, commitment: Uint8Array): Uint8Array {
  const secret = opening.subarray(0, COIN_BYTES);
  if (constantTimeEqual(commit(TAG, opening.subarray(COIN_BYTES), secret), commitment)) return secret;
  throw new ProtocolError('psi/changed-coin', {
    stage: 'run',
    message: 'The sender opened another coin than the one it committed itself to.',
    remedy: 'Do not use the answer. The sender deviates from the protocol: speak to it before another run.',
  });
}
