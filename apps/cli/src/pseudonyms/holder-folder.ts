/**
 * The folder of one holder: `share.sealed` (mode 0600, encrypted with the secret that opens the station's keys),
 * `share-pending.sealed` (the same, before it is known that every holder has stored its share) and `counts.db` (who asked
 * for how many). A crash leaves a share pending or in force, never half of one.
 *
 * Compromise of the folder without the secret: who asked for how many records today. With it: this holder's share.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lengthPrefixed, StationError, toHex, utf8 } from '@sluis/base';
import { decryptWithSecret, encryptWithSecret, type Ristretto } from '@sluis/crypto';
import { decodeKeyShare, encodeKeyShare, keyId, type KeyShare } from '@sluis/pseudonyms';
import { readInputBytes } from '../connection.ts';
import { writePrivateDurably } from '../files.ts';

const CONTEXT = lengthPrefixed(utf8('sluis/pseudonyms/share-file/1'));

export interface Kept {
  readonly state: 'none' | 'pending' | 'final';
  readonly share: KeyShare | null;
  /** The key's id, hexadecimal; empty without a share. */
  readonly key: string;
}

export class HolderFolder {
  readonly path: string;
  readonly #group: Ristretto;
  readonly #secret: Uint8Array;
  #kept: Kept;

  /** Throws StationError `pseudonyms/damaged-folder`. */
  constructor(path: string, group: Ristretto, secret: Uint8Array) {
    this.path = path;
    this.#group = group;
    this.#secret = secret;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const share = this.#read(this.#final);
    // A crash between the two steps of `promote` leaves both.
    if (share !== null) rmSync(this.#pending, { force: true });
    const pending = share === null ? this.#read(this.#pending) : null;
    this.#kept = kept(share !== null ? 'final' : pending !== null ? 'pending' : 'none', share ?? pending);
  }

  get counts(): string {
    return join(this.path, 'counts.db');
  }

  kept(): Kept {
    return this.#kept;
  }

  /** On the disk when this returns. */
  storePending(share: KeyShare): void {
    writePrivateDurably(this.#pending, encryptWithSecret(this.#secret, encodeKeyShare(share), CONTEXT));
    this.#kept = kept('pending', share);
  }

  /** The pending share is the one in force: every holder has stored its own. */
  promote(): KeyShare {
    const { share } = this.#kept;
    if (share === null) throw new TypeError('nothing is pending');
    if (this.#kept.state === 'pending') {
      writePrivateDurably(this.#final, readInputBytes(this.#pending));
      rmSync(this.#pending, { force: true });
    }
    this.#kept = kept('final', share);
    return share;
  }

  /** Forgets a pending share that can't come into force any more. */
  dropPending(): void {
    if (this.#kept.state !== 'pending') return;
    // First out of the way, so that a crash can't bring back half of it.
    renameSync(this.#pending, `${this.#pending}.dropped`);
    rmSync(`${this.#pending}.dropped`, { force: true });
    this.#kept.share?.secret.fill(0);
    this.#kept = kept('none', null);
  }

  get #final(): string {
    return join(this.path, 'share.sealed');
  }

  get #pending(): string {
    return join(this.path, 'share-pending.sealed');
  }

  #read(path: string): KeyShare | null {
    if (!existsSync(path)) return null;
    const plain = decryptWithSecret(this.#secret, new Uint8Array(readInputBytes(path)), CONTEXT);
    if (plain === null) throw damaged(this.path);
    try {
      return decodeKeyShare(this.#group, plain);
    } catch (cause) {
      throw damaged(this.path, cause);
    } finally {
      plain.fill(0);
    }
  }
}

const kept = (state: Kept['state'], share: KeyShare | null): Kept => ({ state, share, key: share === null ? '' : toHex(keyId(share)) });

const damaged = (path: string, cause?: unknown) =>
  new StationError('pseudonyms/damaged-folder', {
    stage: 'store',
    message: `The share in ${path} can't be opened: it was changed, or sealed with another station's secret.`,
    remedy: 'Restore the folder from a backup, and use the same --home as when the key was made.',
    cause,
  });
