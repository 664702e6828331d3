import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PeerError, StationError } from '@sluis/base';
import { askAndFollow } from './ask.ts';
import { type FakeStation, fakeStation, json } from './fixtures/fake-station.ts';
import { StationClient } from './station-client.ts';

const RUN = 'a'.repeat(32);
const HASH = 'b'.repeat(64);
const open: { close(): unknown }[] = [];
after(async () => {
  for (const item of open) await item.close();
});

const view = (state: string, error: unknown = null) => ({
  id: RUN,
  collaboration: 'securened',
  agreement: HASH,
  plan: HASH,
  sql: 'SELECT 1',
  template: null,
  coordinator: 'north',
  analyst: 'anna',
  state,
  error,
  createdAt: '',
  charged: null,
  updatedAt: '',
  receivers: ['north'],
  approvals: { needed: [], given: [] },
  explanation: { sentences: [], cost: { rounds: 0, bytes: 0, seconds: 0 } },
  events: [],
});
const event = (sequence: number, step: string) => ({ sequence, at: 0, run: RUN, step, party: 'north', detail: '' });

async function station(answer: Parameters<typeof fakeStation>[0]): Promise<{ client: StationClient; fake: FakeStation }> {
  const fake = await fakeStation(answer);
  const client = new StationClient({ url: fake.url, certificate: fake.certificate, token: 'aa' });
  open.push(client, fake);
  return { client, fake };
}

test('goes on from its cursor when the stream breaks, and tells every event once', async () => {
  let streams = 0;
  const { client, fake } = await station((request, _body, response) => {
    if (request.method === 'POST') return json(response, 201, view('proposed'));
    if (request.url?.includes('/events')) {
      streams++;
      const lines =
        streams === 1
          ? [event(1, 'propose'), event(2, 'share')]
          : streams === 2
            ? [event(2, 'share'), event(3, 'release'), { state: 'running', cursor: 3 }]
            : [{ state: 'failed', cursor: 3 }];
      response.writeHead(200).write(lines.map((l) => `${JSON.stringify(l)}\n`).join(''));
      return streams === 1 ? setTimeout(() => response.destroy(), 50) : response.end();
    }
    const error = { code: 'wire/timeout', message: 'South did not answer.', remedy: null, stage: 'wire', party: 'south', exitCode: 5 };
    return json(response, 200, view('failed', error));
  });
  const seen: number[] = [];
  await assert.rejects(
    askAndFollow(client, { sql: 'SELECT 1' }, { onEvent: (e) => seen.push(e.sequence) }),
    (e) => e instanceof PeerError && e.code === 'wire/timeout' && e.party === 'south',
  );
  assert.deepEqual(seen, [1, 2, 3]);
  assert.ok(fake.requests.includes(`GET /api/v1/runs/${RUN}/events?after=2`));
});

test('an abort cancels the run at the station', async () => {
  const { client, fake } = await station((request, _body, response) => {
    if (request.url?.endsWith('/cancel')) return json(response, 200, view('cancelled'));
    if (request.method === 'POST') return json(response, 201, view('proposed'));
    return response.writeHead(200).write(`${JSON.stringify(event(1, 'propose'))}\n`);
  });
  const controller = new AbortController();
  await assert.rejects(
    askAndFollow(client, { sql: 'SELECT 1' }, { as: 'anna', signal: controller.signal, onEvent: () => controller.abort() }),
    (e) => e instanceof StationError && e.code === 'run/cancelled',
  );
  assert.ok(fake.requests.includes(`POST /api/v1/runs/${RUN}/cancel`));
});
