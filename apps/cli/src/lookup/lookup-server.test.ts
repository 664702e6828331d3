/** Serving and reaching a register over HTTPS: strangers, garbage, wrong keys, servers that hang up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { createCertificate, spkiSha256, type StationCertificate, validityOf } from '@sluis/crypto';
import { LookupClient, MemoryCache } from '@sluis/lookup';
import { type TestOwner, testOwner } from '../../../../packages/lookup/src/fixtures/owner.ts';
import type { LookupAddress } from './address.ts';
import { httpsTransport } from './https-transport.ts';
import { listenAt, lookupServer } from './lookup-server.ts';

const code = (expected: string) => (e: unknown) => {
  assert.equal((e as { code?: string }).code, expected);
  return true;
};
let owner: TestOwner;
let server: Server;
let address: LookupAddress;
let [tls, mine, other]: StationCertificate[] = [];
let heard = 0;

const certificate = (name: string) => createCertificate({ name, hosts: [], ...validityOf(Date.now(), 1) });
before(async () => {
  [tls, mine, other] = await Promise.all(['owner', 'mine', 'other'].map(certificate));
  owner = await testOwner();
  await owner.publish({ identifiers: ['a', 'b'], values: ['1', '2'] });
  const admits = (client: string) => client === spkiSha256((mine as StationCertificate).cert);
  const chunk = (hash: string) => owner.chunks.get(hash) ?? null;
  server = lookupServer(tls as StationCertificate, { desk: owner.desk(), signed: owner.signed, chunk, admits, answered: () => undefined });
  server.on('request', () => {
    heard++;
  });
  address = addressOf(await listenAt(server, '127.0.0.1', 0));
});
after(() => {
  server.close();
  server.closeAllConnections();
});

const addressOf = (port: number): LookupAddress => ({
  url: `https://127.0.0.1:${port}/lookup/v1/`,
  ownersKey: owner.publicKey,
  certificate: spkiSha256((tls as StationCertificate).cert),
});

async function asking<T>(at: LookupAddress, identity: StationCertificate, use: (client: LookupClient) => Promise<T>): Promise<T> {
  const transport = httpsTransport(at, identity);
  try {
    return await use(await LookupClient.open({ transport, cache: new MemoryCache(), ownersKey: at.ownersKey, random: systemRandom }));
  } finally {
    transport.close();
  }
}

/** A bare request, as anybody can send it: status and code. */
function raw(method: string, path: string, body?: Uint8Array, identity?: StationCertificate): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const options = { method, agent: false as const, rejectUnauthorized: false, ...(identity === undefined ? {} : identity) };
    const outgoing = request(new URL(path, address.url), options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve([response.statusCode ?? 0, text.startsWith('{"type"') ? JSON.parse(text).code : '']);
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('a client that is admitted gets answers', async () => {
  const answers = await asking(address, mine as StationCertificate, (client) => client.ask(['a', 'x']));
  assert.deepEqual(
    answers.map((a) => a.value),
    ['1', null],
  );
});

test('strangers get nothing, not even the number of entries', async () => {
  await assert.rejects(
    asking(address, other as StationCertificate, (client) => client.update()),
    code('lookup/unknown-client'),
  );
  for (const path of ['publication', `chunks/${[...owner.chunks.keys()][0]}`, 'chunks/x', 'nothing'])
    assert.deepEqual(await raw('GET', path), [403, 'lookup/unknown-client'], path);
  assert.deepEqual(await raw('POST', 'questions', new Uint8Array(60)), [403, 'lookup/unknown-client']);
});

test('garbage is refused, and the server goes on', async () => {
  const send = (method: string, path: string, body?: Uint8Array) => raw(method, path, body, mine);
  for (const path of ['nothing', 'chunks/', `chunks/${'0'.repeat(64)}`, 'chunks/..%2Fowner.json', '/', '/lookup/v1', '/api/v1/status'])
    assert.deepEqual(await send('GET', path), [404, 'lookup/not-found'], path);
  assert.deepEqual(await send('PUT', 'questions', new Uint8Array(60)), [404, 'lookup/not-found']);
  for (const size of [0, 1, 59, 60, 61, 1000])
    assert.deepEqual(await send('POST', 'questions', systemRandom.bytes(size)), [400, 'lookup/malformed'], `${size}`);
  assert.deepEqual(await send('POST', 'questions', new Uint8Array(140_000)), [400, 'lookup/malformed']);
  assert.ok((await asking(address, mine as StationCertificate, (client) => client.ask(['b'])))[0]?.found);
});

test('nothing is sent to a server that shows another key', async () => {
  const before = heard;
  const wrong = { ...address, certificate: spkiSha256((other as StationCertificate).cert) };
  await assert.rejects(
    asking(wrong, mine as StationCertificate, (client) => client.update()),
    code('lookup/certificate'),
  );
  assert.equal(heard, before);
});

test('servers that are gone, hang up, or answer with something else', async () => {
  let reply: (response: import('node:http').ServerResponse) => void = () => undefined;
  const strange = createServer({ ...(tls as StationCertificate) }, (_, response) => reply(response));
  strange.listen(0, '127.0.0.1');
  await once(strange, 'listening');
  const at = addressOf((strange.address() as AddressInfo).port);
  const update = () => asking(at, mine as StationCertificate, (client) => client.update());
  reply = (response) => response.destroy();
  await assert.rejects(update(), code('lookup/unreachable'));
  reply = (response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  };
  await assert.rejects(update(), code('lookup/unreachable'));
  reply = (response) => response.writeHead(500).end('<html>');
  await assert.rejects(update(), code('lookup/malformed'));
  reply = (response) => response.end('<html>');
  await assert.rejects(update(), code('lookup/malformed'));
  reply = (response) => response.end('{"publication":{},"signature":""}');
  await assert.rejects(update(), code('lookup/malformed'));
  strange.close();
  strange.closeAllConnections();
  await assert.rejects(update(), code('lookup/unreachable'));
});
