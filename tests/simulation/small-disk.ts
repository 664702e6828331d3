/** A file system in memory that is soon full. Needs the right to mount (Linux, root). */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Null where this user may not mount. */
  static mount(sizeMiB: number): SmallDisk | null {
    const path = mkdtempSync(join(tmpdir(), 'sluis-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'tmpfs', path], { stdio: 'ignore' });
      return new SmallDisk(path);
    } catch {
      rmSync(path, { recursive: true });
      return null;
    }
  }

  /** Takes all space that is left. */
  fill(): void {
    const file = openSync(this.#ballast, 'w');
    try {
      for (let piece = Buffer.alloc(256 * 1024); piece.length > 0; ) {
        try {
          if (writeSync(file, piece) < piece.length) break;
        } catch {
          piece = piece.subarray(0, piece.length >> 1);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', [this.path], { stdio: 'ignore' });
    rmSync(this.path, { recursive: true });
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
