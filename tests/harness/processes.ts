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
export function memoryHolds(pid: number, needle: Buffer): boolean {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
      if (match === null || line.includes('[v')) continue;
      if (regionHolds(memory, BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`), needle)) return true;
    }
    return false;
  } finally {
    closeSync(memory);
  }
}

function regionHolds(memory: number, from: bigint, to: bigint, needle: Buffer): boolean {
  const size = 4 * 1024 * 1024;
  const buffer = Buffer.alloc(size + needle.length);
  for (let at = from; at < to; at += BigInt(size)) {
    const wanted = Number(to - at < BigInt(buffer.length) ? to - at : BigInt(buffer.length));
    try {
      const read = readSync(memory, buffer, 0, wanted, at);
      if (buffer.subarray(0, read).includes(needle)) return true;
    } catch {
      // Guard pages and device memory can't be read.
    }
  }
  return false;
}
