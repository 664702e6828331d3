/**
 * Routes for contributors, who have no account at this station: each request carries its contributor's signature, or
 * belongs to a deposit whose manifest did. Nothing of what they send can be read here.
 */
import type { HttpBindings } from '@hono/node-server';
import { InvalidError } from '@sluis/base';
import { API_ROOT, settleSchema, signedAcceptanceSchema, signedDepositRequestSchema, signedManifestSchema } from '@sluis/model';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { readBody } from './body.ts';
import { Gate } from './contribute-gate.ts';
import { isPage } from './contribute-page-routes.ts';
import type { Services } from './services.ts';

const ROOT = `${API_ROOT}/contribute/`;
const HEAD_BYTES = 12;
/** A manifest names at most some thousands of pieces; the boxes of one piece stay below twice 16 MiB together. */
const STATEMENT_LIMIT = 4 * 1024 * 1024;
const PIECE_LIMIT = 40 * 1024 * 1024;

export const isForContributors = (path: string): boolean => path.startsWith(ROOT) || isPage(path);

export function contributeRoutes({ relay, issuer }: Services): Hono {
  const app = new Hono();
  const gate = new Gate();
  const small = atMost(STATEMENT_LIMIT);

  app.post('/contribute/agreement', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.agreementFor(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/deposits', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.open(await readBody(c, signedManifestSchema)));
  });
  app.put('/contribute/deposits/:batch/:piece', atMost(PIECE_LIMIT), async (c) => {
    const { batch, piece } = c.req.param();
    // Before the body is read: only deposits whose manifest was good may send anything large.
    const { giver } = relay.requireOpen(batch);
    await gate.during(giver, async () => relay.piece(batch, pieceNumber(piece), boxesIn(await bodyOf(c))));
    return c.json({ stored: true });
  });
  app.post('/contribute/deposits/:batch/accept', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.accept(c.req.param('batch'), await readBody(c, signedAcceptanceSchema)));
  });
  app.post('/contribute/deposits/:batch/settle', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.settle(batchName(c.req.param('batch')), await readBody(c, settleSchema)));
  });
  app.post('/contribute/token', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await issuer.issue(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/list', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.list(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/withdraw', small, async (c) => {
    gate.ask(addressOf(c));
    return c.json(await relay.withdraw(await readBody(c, signedDepositRequestSchema)));
  });
  return app;
}

const atMost = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new InvalidError('request/too-large', {
        stage: 'usage',
        message: `The request is larger than ${maxSize} bytes.`,
        remedy: 'Bring contributor and station to the same release of Sluis.',
      });
    },
  });

/** Where a request comes from; one common place for all that don't come over a socket. */
const addressOf = (c: Context): string => (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '';

const bodyOf = async (c: Context): Promise<Uint8Array> => new Uint8Array(await c.req.arrayBuffer());

function batchName(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw malformed();
}

function pieceNumber(text: string): number {
  if (/^(0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  throw malformed();
}

/** Three lengths (32 bits each, big-endian), then a box for each compute party; empty for one that has it already. */
function boxesIn(body: Uint8Array): Uint8Array[] {
  if (body.length < HEAD_BYTES) throw malformed();
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const lengths = [0, 4, 8].map((at) => view.getUint32(at));
  if (lengths.reduce((a, b) => a + b, HEAD_BYTES) !== body.length) throw malformed();
  let at = HEAD_BYTES;
  return lengths.map((length) => {
    at += length;
    return body.subarray(at - length, at);
  });
}

const malformed = () =>
  new InvalidError('deposit/malformed', {
    stage: 'contribution',
    message: 'A piece of a deposit is not of the agreed form.',
    remedy: 'Bring contributor and station to the same release of Sluis.',
  });
