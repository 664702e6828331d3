/**
 * Test seam, loaded with `node --import`: makes this station die or freeze at a chosen entry of its own log, have another
 * time than the others, or lose patience sooner. Production code neither imports nor knows it.
 *
 * `SLUIS_TEST_PLAN` names a file that a test writes while the station runs (see `Plant`); it is removed as it takes effect.
 * `SLUIS_TEST_CLOCK_MS` is added to the time of day. `SLUIS_TEST_LIMITS` is JSON that changes limits of the wire.
 */
import { readFileSync, rmSync } from 'node:fs';
import { Ledger } from '@sluis/ledger';
import { DEFAULT_LIMITS } from '@sluis/wire';

export interface Plant {
  /** Kind of a log entry, such as `share.sent`. */
  readonly entry: string;
  /** Before the entry is written, or when it is durable. */
  readonly moment: 'before' | 'after';
  /** SIGKILL, or SIGSTOP: a process that is there and does nothing. */
  readonly act: 'die' | 'freeze';
}

const path = process.env['SLUIS_TEST_PLAN'];
if (path === undefined) throw new Error('SLUIS_TEST_PLAN must name a file');

const shift = Number(process.env['SLUIS_TEST_CLOCK_MS'] ?? 0);
const now = Date.now;
Date.now = () => now() + shift;

Object.assign(DEFAULT_LIMITS, JSON.parse(process.env['SLUIS_TEST_LIMITS'] ?? '{}'));

const append = Ledger.prototype.append;
Ledger.prototype.append = async function (this: Ledger, event) {
  strike(event.kind, 'before');
  const written = await append.call(this, event);
  strike(event.kind, 'after');
  return written;
};

function strike(entry: string, moment: Plant['moment']): void {
  let plant: Plant;
  try {
    plant = JSON.parse(readFileSync(path as string, 'utf8')) as Plant;
  } catch {
    // Nothing is planted.
    return;
  }
  if (plant.entry !== entry || plant.moment !== moment) return;
  rmSync(path as string);
  process.kill(process.pid, plant.act === 'die' ? 'SIGKILL' : 'SIGSTOP');
}
