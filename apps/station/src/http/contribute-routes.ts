/**
 * Routes for contributors, who have no account at this station: each request carries its contributor's signature, or
 * belongs to a deposit whose manifest did. Nothing of what they send can be read here.
 */
import { InvalidError, PeerError } from '@sluis/base';
import { API_ROOT, signedDepositRequestSchema, signedManifestSchema } from '@sluis/model';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { readBody } from './body.ts';
import { isPage } from './contribute-page-routes.ts';
import type { Services } from './services.ts';

const ROOT = `${API_ROOT}/contribute/`;
/** Pieces that are being passed on at a time; each is a few tens of megabytes at most. */
const MOST_AT_ONCE = 12;
/** Requests of strangers a minute, beyond pieces of deposits that were begun. */
const MOST_PER_MINUTE = 600;
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
    gate.ask();
    return c.json(await relay.agreementFor(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/deposits', small, async (c) => {
    gate.ask();
    return c.json(await relay.open(await readBody(c, signedManifestSchema)));
  });
  app.put('/contribute/deposits/:batch/:piece', atMost(PIECE_LIMIT), async (c) => {
    const { batch, piece } = c.req.param();
    // Before the body is read: only deposits whose manifest was good may send anything large.
    relay.requireOpen(batch);
    await gate.during(async () => relay.piece(batch, pieceNumber(piece), boxesIn(await bodyOf(c))));
    return c.json({ stored: true });
  });
  app.post('/contribute/deposits/:batch/accept', small, async (c) => c.json(await relay.accept(c.req.param('batch'))));
  app.post('/contribute/token', small, async (c) => {
    gate.ask();
    return c.json(await issuer.issue(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/list', small, async (c) => {
    gate.ask();
    return c.json(await relay.list(await readBody(c, signedDepositRequestSchema)));
  });
  app.post('/contribute/withdraw', small, async (c) => {
    gate.ask();
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

const bodyOf = async (c: Context): Promise<Uint8Array> => new Uint8Array(await c.req.arrayBuffer());

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

/** Keeps contributors, friendly or not, from taking all of a station's memory or time. */
class Gate {
  #now = 0;
  #left = MOST_PER_MINUTE;
  #at = performance.now();

  ask(): void {
    const now = performance.now();
    this.#left = Math.min(MOST_PER_MINUTE, this.#left + ((now - this.#at) / 60_000) * MOST_PER_MINUTE);
    this.#at = now;
    if (this.#left < 1) throw busy();
    this.#left -= 1;
  }

  async during<T>(task: () => Promise<T>): Promise<T> {
    if (this.#now >= MOST_AT_ONCE) throw busy();
    this.#now += 1;
    try {
      return await task();
    } finally {
      this.#now -= 1;
    }
  }
}

const busy = () =>
  new PeerError('deposit/busy', {
    stage: 'contribution',
    message: 'The station is taking as many deposits as it can just now.',
    remedy: 'Try again in a minute; what was uploaded is kept.',
  });
