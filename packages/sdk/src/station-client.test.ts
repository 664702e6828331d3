import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { InvalidError, PeerError, RefusedError } from '@sluis/base';
import { PROBLEM_TYPE } from '@sluis/model';
import { certificateOf, type FakeStation, fakeStation, json } from './fixtures/fake-station.ts';
import { StationClient } from './station-client.ts';

const TOKEN = 'ab'.repeat(32);
const RUN = '0'.repeat(32);
const open: { close(): unknown }[] = [];
after(async () => {
  for (const item of open) await item.close();
});

async function clientOf(answer: Parameters<typeof fakeStation>[0]): Promise<{ client: StationClient; station: FakeStation }> {
  const station = await fakeStation(answer);
  const client = new StationClient({ url: station.url, certificate: station.certificate, token: TOKEN });
  open.push(client, station);
  return { client, station };
}

const hasCode = (code: string) => (thrown: unknown) => (thrown as { code?: string }).code === code;

test('sends the token and reads a validated answer', async () => {
  let authorization: string | undefined;
  const { client, station } = await clientOf((request, _body, response) => {
    authorization = request.headers.authorization;
    json(response, 200, { removed: true });
  });
  assert.equal(await client.removeDataset('secure ned', 'incidents'), true);
  assert.equal(authorization, `Bearer ${TOKEN}`);
  assert.deepEqual(station.requests, ['DELETE /api/v1/datasets/secure%20ned/incidents']);
});

test('refuses a server that shows another key than the pinned one', async () => {
  const station = await fakeStation((_request, _body, response) => json(response, 200, {}));
  const other = await certificateOf('fake-station');
  const client = new StationClient({ url: station.url, certificate: other.cert, token: TOKEN });
  open.push(client, station);
  await assert.rejects(client.runs(), (e) => e instanceof PeerError && e.code === 'station/certificate');
  assert.deepEqual(station.requests, [], 'no request, and so no token, reached it');
});

test('turns a problem into the error it was, with its exit code', async () => {
  const { client } = await clientOf((_request, _body, response) =>
    json(
      response,
      403,
      {
        type: 'urn:sluis:plan/column-use-missing',
        title: 'Refused',
        status: 403,
        detail: 'Column incidents.vendor may not be used to group.',
        code: 'plan/column-use-missing',
        stage: 'plan',
        party: 'port-authority',
        remedy: 'Ask port-authority.',
        exitCode: 3,
      },
      PROBLEM_TYPE,
    ),
  );
  await assert.rejects(client.explain({ sql: 'SELECT 1' }), (e) => {
    assert.ok(e instanceof RefusedError);
    assert.deepEqual(e.toRecord(), {
      code: 'plan/column-use-missing',
      message: 'Column incidents.vendor may not be used to group.',
      remedy: 'Ask port-authority.',
      stage: 'plan',
      party: 'port-authority',
    });
    return true;
  });
});

test('says so when what answers is no station', async () => {
  const { client } = await clientOf((_request, _body, response) => response.writeHead(200).end('<html>'));
  await assert.rejects(client.status(), hasCode('station/strange-answer'));
  const other = await clientOf((_request, _body, response) => json(response, 200, { runs: [{ id: 'x' }] }));
  await assert.rejects(other.client.runs(), hasCode('station/strange-answer'));
  const broken = await clientOf((_request, _body, response) => response.writeHead(502).end('bad gateway'));
  await assert.rejects(broken.client.card(), hasCode('station/strange-answer'));
});

test('a kept connection that had gone stale is replaced by a new one, for reading only', async () => {
  let closing = false;
  const { client, station } = await clientOf((request, _body, response) => {
    if (!closing) return json(response, 200, request.method === 'GET' ? { runs: [] } : { removed: true });
    closing = false;
    request.socket.destroy();
  });
  await client.runs();
  closing = true;
  assert.deepEqual(await client.runs(), { runs: [] });
  assert.equal(station.requests.length, 3, 'asked, cut off, asked again');
  closing = true;
  await assert.rejects(client.removeDataset('a', 'b'), hasCode('station/unreachable'));
});

test('says so when nothing answers', async () => {
  const { client, station } = await clientOf((_request, _body, response) => json(response, 200, {}));
  await station.close();
  await assert.rejects(client.status(), (e) => e instanceof PeerError && e.code === 'station/unreachable' && !(e instanceof InvalidError));
});

test('reads a stream of events line by line, however it is cut', async () => {
  const { client } = await clientOf(async (_request, _body, response) => {
    const event = { sequence: 1, at: 5, run: RUN, step: 'share', party: 'north', detail: 'é' };
    const bytes = Buffer.from(`${JSON.stringify(event)}\n${JSON.stringify({ state: 'released', cursor: 1 })}\n`);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const byte of bytes) response.write(Buffer.of(byte));
    response.end();
  });
  const lines = [];
  for await (const line of client.events(RUN, 0)) lines.push(line);
  assert.equal(lines.length, 2);
  assert.deepEqual(lines[1], { state: 'released', cursor: 1 });
});
