/**
 * The folder of one holder: `share.sealed` (mode 0600, encrypted with the secret that opens the station's keys) holds all
 * that it keeps of keys, and is replaced as a whole; `counts.db`, who asked for how many. A crash leaves what was kept
 * before or what is kept after, never half of it.
 *
 * Compromise of the folder without the secret: who asked for how many records today. With it: this holder's shares.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, lengthPrefixed, StationError, utf8 } from '@sluis/base';
import { decryptWithSecret, encryptWithSecret, type Ristretto } from '@sluis/crypto';
import type { KeyShare } from '@sluis/pseudonyms';
import { readInputBytes } from '../connection.ts';
import { makePrivateFolder, writePrivateDurably } from '../files.ts';
import { decodeKept, encodeKept, finished, type Kept, NOTHING_KEPT, type Pending, promoted } from './kept-keys.ts';

export const FOLDER_CONTEXT = lengthPrefixed(utf8('sluis/pseudonyms/share-file/2'));

const WRITABLE_BY_OTHERS = 0o022;

/** What ceremonies need of a folder. Every change is on the disk when the call returns. */
export interface Keeping {
  readonly path: string;
  kept(): Kept;
  storePending(pending: Pending): void;
  promote(): KeyShare;
  dropPending(): void;
}

export class HolderFolder implements Keeping {
  readonly path: string;
  readonly #group: Ristretto;
  readonly #secret: Uint8Array;
  readonly #clock: Clock;
  #kept: Kept;

  /** Makes the folder if it is not there. Throws StationError `pseudonyms/open-folder`, `pseudonyms/damaged-folder`. */
  constructor(path: string, group: Ristretto, secret: Uint8Array, clock: Clock) {
    this.path = path;
    this.#group = group;
    this.#secret = secret;
    this.#clock = clock;
    makePrivateFolder(path);
    // Who may write here could put an older share back, or begin the counts anew.
    if (process.platform !== 'win32' && (statSync(path).mode & WRITABLE_BY_OTHERS) !== 0) throw openFolder(path);
    this.#kept = this.#read();
  }

  get counts(): string {
    return join(this.path, 'counts.db');
  }

  kept(): Kept {
    return this.#kept;
  }

  storePending(pending: Pending): void {
    this.#write({ ...this.#kept, pending });
  }

  /** The pending share comes into force: every holder has stored its own. */
  promote(): KeyShare {
    const { current, pending } = this.#kept;
    this.#write(promoted(this.#kept, this.#clock.now()));
    // A share of the same key, dealt anew, has taken its place.
    if (pending?.factor === null) current?.secret.fill(0);
    return this.#kept.current as KeyShare;
  }

  /** Forgets a pending share that can't come into force any more. */
  dropPending(): void {
    const { pending } = this.#kept;
    if (pending === null) return;
    this.#write({ ...this.#kept, pending: null });
    pending.share.secret.fill(0);
    pending.factor?.secret.fill(0);
  }

  /** Deletes what maps the pseudonyms of the key before. */
  finish(): void {
    const { rotation } = this.#kept;
    this.#write(finished(this.#kept, this.#clock.now()));
    rotation?.previous.secret.fill(0);
    rotation?.factor.secret.fill(0);
  }

  get #file(): string {
    return join(this.path, 'share.sealed');
  }

  #write(kept: Kept): void {
    const plain = encodeKept(kept);
    writePrivateDurably(this.#file, encryptWithSecret(this.#secret, plain, FOLDER_CONTEXT));
    plain.fill(0);
    this.#kept = kept;
  }

  #read(): Kept {
    if (!existsSync(this.#file)) return NOTHING_KEPT;
    const plain = decryptWithSecret(this.#secret, new Uint8Array(readInputBytes(this.#file)), FOLDER_CONTEXT);
    if (plain === null) throw damaged(this.path);
    try {
      return decodeKept(this.#group, plain);
    } catch (cause) {
      throw damaged(this.path, cause);
    } finally {
      plain.fill(0);
    }
  }
}

const openFolder = (path: string) =>
  new StationError('pseudonyms/open-folder', {
    stage: 'store',
    message: `Other users of this machine may write into ${path}: they could put an older share back, or begin the counts of askers anew.`,
    remedy: `Take that from them: chmod 700 ${path}`,
  });

const damaged = (path: string, cause?: unknown) =>
  new StationError('pseudonyms/damaged-folder', {
    stage: 'store',
    message: `The share in ${path} can't be opened: it was changed, or sealed with another station's secret.`,
    remedy: 'Restore the folder from a backup, and use the same --home as when the key was made.',
    cause,
  });
