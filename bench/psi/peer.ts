/** What TypeScript has today: `@openmined/psi.js` (Diffie–Hellman over P-256, WebAssembly), both sides in one process, without network. */
import { createRequire } from 'node:module';
import type library from '@openmined/psi.js';

// Its declarations say that it is a module with a default export; it is CommonJS.
const load = createRequire(import.meta.url)('@openmined/psi.js') as typeof library.default;

export interface PeerFigures {
  readonly seconds: number;
  readonly bytes: number;
}

/** Intersects `n` with `n` items, half of them common; answers are revealed to the client, as ours to the receiver. */
export async function measurePeer(n: number): Promise<PeerFigures> {
  const psi = await load();
  const names = (prefix: string, odd: string) => Array.from({ length: n }, (_, i) => `${i % 2 === 0 ? prefix : odd}-${i}`);
  const [serverItems, clientItems] = [names('server', 'both'), names('client', 'both')];
  const started = performance.now();
  const server = psi.server?.createWithNewKey(true);
  const client = psi.client?.createWithNewKey(true);
  if (server === undefined || client === undefined) throw new Error('the peer has no server or client');
  // Raw values: no false positives beyond those of the hash, as here.
  const setup = server.createSetupMessage(1e-12, n, serverItems, psi.dataStructure.Raw);
  const request = client.createRequest(clientItems);
  const response = server.processRequest(request);
  const found = client.getIntersection(setup, response);
  const seconds = (performance.now() - started) / 1000;
  if (found.length !== n >> 1) throw new Error(`the peer found ${found.length} of ${n >> 1}`);
  const bytes = [setup, request, response].reduce((sum, message) => sum + message.serializeBinary().length, 0);
  return { seconds, bytes };
}
