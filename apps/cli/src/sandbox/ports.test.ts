import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePorts } from './ports.ts';

const skip = process.platform === 'linux' ? false : 'not on Linux: connections are not listed in /proc/net/tcp';
const TIME_WAIT = '06';

function held(port: number): boolean {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).some(([, local, , state]) => local === address && state === TIME_WAIT);
}

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host: '127.0.0.1', port }, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

test('ports are different, kept from others for a while, and open to who names them', { skip }, async () => {
  const ports = await freePorts(5);
  assert.equal(new Set(ports).size, 5);
  for (const port of ports) {
    assert.ok(held(port), String(port));
    assert.equal(await listenOn(port), port);
  }
  // Control: a port that was only listened on is not kept.
  assert.equal(held(await listenOn(0)), false);
});
