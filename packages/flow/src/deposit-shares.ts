/**
 * Shares at rest: each deposit has a data key of its own, sealed to the station; each piece is encrypted under it. When a
 * deposit ends its sealed key is deleted first, so that whatever is left of the files can't be read any more.
 */
import { canonicalBytes, fromBase64, StationError, toBase64 } from '@sluis/base';
import { aesGcmOpen, aesGcmSeal, GCM_NONCE_BYTES, seal } from '@sluis/crypto';
import type { StationContext } from './context.ts';
import type { DepositRecord, ShareFiles } from './deposit-store.ts';

type Owner = Pick<StationContext, 'organisation' | 'card' | 'opener' | 'random'>;
type Place = Pick<DepositRecord, 'batch' | 'collaboration' | 'table' | 'agreement'>;

const KEY_BYTES = 32;
const KEPT_KEYS = 64;

export class EncryptedShares {
  readonly #owner: Owner;
  readonly #files: ShareFiles;
  /** Opening a sealed key costs more than decrypting a piece. */
  readonly #keys = new Map<string, Uint8Array>();

  constructor(owner: Owner, files: ShareFiles) {
    this.#owner = owner;
    this.#files = files;
  }

  /** A fresh data key, sealed to this station for this deposit. */
  newKey(place: Place): string {
    const key = this.#owner.random.bytes(KEY_BYTES);
    return toBase64(seal(fromBase64(this.#owner.card.sealing), key, this.#info(place)));
  }

  /** A piece is only ever encrypted with one content: its hash stands in the manifest. So its number can be the nonce. */
  async put(place: Place, sealedKey: string, piece: number, message: Uint8Array): Promise<void> {
    const key = await this.#open(place, sealedKey);
    await this.#files.put(place.batch, piece, aesGcmSeal(key, nonceOf(piece), message, this.#context(place, piece)));
  }

  /** Throws StationError `store/deposit-damaged` if the file was changed. */
  async get(place: Place, sealedKey: string, piece: number): Promise<Uint8Array> {
    const key = await this.#open(place, sealedKey);
    const message = aesGcmOpen(key, nonceOf(piece), await this.#files.get(place.batch, piece), this.#context(place, piece));
    if (message !== null) return message;
    throw new StationError('store/deposit-damaged', {
      stage: 'store',
      party: this.#owner.organisation,
      message: `Piece ${piece} of deposit ${place.batch} was changed on this station's disk.`,
      remedy: 'Restore the folder from a backup, or ask the contributor to deposit again.',
    });
  }

  async remove(batch: string): Promise<void> {
    this.#keys.get(batch)?.fill(0);
    this.#keys.delete(batch);
    await this.#files.remove(batch);
  }

  async #open(place: Place, sealedKey: string): Promise<Uint8Array> {
    const known = this.#keys.get(place.batch);
    if (known !== undefined) return known;
    const key = await this.#owner.opener.open(fromBase64(sealedKey), this.#info(place));
    if (this.#keys.size >= KEPT_KEYS) this.#keys.delete(this.#keys.keys().next().value ?? '');
    this.#keys.set(place.batch, key);
    return key;
  }

  #info(place: Place): Uint8Array {
    const { batch, collaboration, table, agreement } = place;
    return canonicalBytes({ purpose: 'sluis/deposit-key/1', batch, collaboration, table, agreement, station: this.#owner.organisation });
  }

  #context(place: Place, piece: number): Uint8Array {
    const { batch, collaboration, table, agreement } = place;
    return canonicalBytes({
      purpose: 'sluis/deposit-piece/1',
      batch,
      collaboration,
      table,
      agreement,
      station: this.#owner.organisation,
      piece,
    });
  }
}

function nonceOf(piece: number): Uint8Array {
  const nonce = new Uint8Array(GCM_NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(GCM_NONCE_BYTES - 4, piece);
  return nonce;
}
