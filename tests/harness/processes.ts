/** Looking at station processes from outside: which they are, what they have used, what is in their memory (Linux). */
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';

/** Process id of the station of a folder, or null. */
export function stationPid(home: string): number | null {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (args.includes('start') && args[args.indexOf('--home') + 1] === home) return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}

/** CPU seconds used so far, user and system. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Highest resident memory so far, in bytes. */
export function peakBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** Begins anew with the highest resident memory: from now on what is resident now is the least. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Whether a byte string stands anywhere in a process's readable memory. Needs the right to read `/proc/PID/mem`. */
export const memoryHolds = (pid: number, needle: Buffer): boolean => memoryFinds(pid, [needle]).length > 0;

const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

/** Those byte strings that stand anywhere in a process's readable memory, which is read once. */
export function memoryFinds(pid: number, needles: readonly Buffer[]): Buffer[] {
  const wanted = new Needles(needles);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
      if (match === null || line.includes('[v') || PROGRAM.test(line)) continue;
      searchRegion(memory, BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`), wanted);
    }
  } finally {
    closeSync(memory);
  }
  return needles.filter((n) => wanted.found.has(n));
}

/** Many byte strings looked for at once: by one pair of bytes of each, then whole. */
class Needles {
  readonly found = new Set<Buffer>();
  readonly longest: number;
  readonly #marked = new Uint8Array(65_536);
  readonly #byPair = new Map<number, { readonly needle: Buffer; readonly offset: number }[]>();

  constructor(needles: readonly Buffer[]) {
    this.longest = Math.max(0, ...needles.map((n) => n.length));
    for (const needle of needles) {
      const offset = rarestPair(needle);
      const pair = needle.readUInt16BE(offset);
      this.#marked[pair] = 1;
      this.#byPair.set(pair, [...(this.#byPair.get(pair) ?? []), { needle, offset }]);
    }
  }

  search(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; from += PAGE) {
      // Most of what is reserved has never been used.
      if (bytes.compare(ZEROS, 0, Math.min(PAGE, bytes.length - from), from, Math.min(from + PAGE, bytes.length)) !== 0)
        this.#page(bytes, from);
    }
  }

  #page(bytes: Buffer, from: number): void {
    let pair = bytes[from] as number;
    const end = Math.min(from + PAGE + 1, bytes.length);
    for (let i = from + 1; i < end; i++) {
      pair = ((pair & 0xff) << 8) | (bytes[i] as number);
      if (this.#marked[pair] === 1) this.#look(bytes, i - 1, pair);
    }
  }

  #look(bytes: Buffer, at: number, pair: number): void {
    for (const { needle, offset } of this.#byPair.get(pair) ?? []) {
      const from = at - offset;
      if (from >= 0 && from + needle.length <= bytes.length && needle.compare(bytes, from, from + needle.length) === 0)
        this.found.add(needle);
    }
  }
}

/** Where two neighbours differ from zero and from each other: runs of one byte fill much of any memory. */
function rarestPair(needle: Buffer): number {
  for (let i = 0; i + 1 < needle.length; i++) {
    if (needle[i] !== 0 && needle[i + 1] !== 0 && needle[i] !== needle[i + 1]) return i;
  }
  return 0;
}

/** A mapped program or library, not writable: holds nothing that this process has made or read. */
const PROGRAM = /^\S+ r-\S* .*\/(node|[^/]+\.(so|node)[0-9.]*)$/;
const CHUNK = 4 * 1024 * 1024;

function searchRegion(memory: number, from: bigint, to: bigint, needles: Needles): void {
  const buffer = Buffer.alloc(CHUNK);
  for (let at = from; at < to; ) {
    const read = readAt(memory, buffer, Number(to - at < BigInt(CHUNK) ? to - at : BigInt(CHUNK)), at);
    needles.search(buffer.subarray(0, read));
    // A short read ends before a page that can't be read: go on behind it.
    at += BigInt(read === CHUNK ? read - needles.longest : read + PAGE);
  }
}

/** Bytes read; 0 where memory can't be read (guard pages, devices). */
function readAt(memory: number, buffer: Buffer, length: number, at: bigint): number {
  try {
    return readSync(memory, buffer, 0, length, at);
  } catch {
    return 0;
  }
}
