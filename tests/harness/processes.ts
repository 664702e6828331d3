/** Looking at station processes from outside: which they are, what they have used, what is in their memory (Linux). */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

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

/** Whether a byte string stands anywhere in a process's readable memory. Needs the right to read `/proc/PID/mem`. */
export const memoryHolds = (pid: number, needle: Buffer): boolean => memoryFinds(pid, [needle]).length > 0;

/** Those byte strings that stand anywhere in a process's readable memory, which is read once. */
export function memoryFinds(pid: number, needles: readonly Buffer[]): Buffer[] {
  const missing = new Set(needles);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
      if (match === null || line.includes('[v') || PROGRAM.test(line)) continue;
      searchRegion(memory, BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`), missing);
    }
  } finally {
    closeSync(memory);
  }
  return needles.filter((n) => !missing.has(n));
}

/** A mapped program or library, not writable: holds nothing that this process has made or read. */
const PROGRAM = /^\S+ r-\S* .*\/(node|[^/]+\.(so|node)[0-9.]*)$/;
const PAGE = 4096;
const CHUNK = 4 * 1024 * 1024;

/** Takes what it finds out of `missing`. */
function searchRegion(memory: number, from: bigint, to: bigint, missing: Set<Buffer>): void {
  const overlap = Math.max(0, ...[...missing].map((n) => n.length)) - 1;
  const buffer = Buffer.alloc(CHUNK);
  for (let at = from; at < to && missing.size > 0; ) {
    const read = readAt(memory, buffer, Number(to - at < BigInt(CHUNK) ? to - at : BigInt(CHUNK)), at);
    const bytes = buffer.subarray(0, read);
    for (const needle of missing) if (bytes.includes(needle)) missing.delete(needle);
    // A short read ends before a page that can't be read: go on behind it.
    at += BigInt(read === CHUNK ? read - overlap : read + PAGE);
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
