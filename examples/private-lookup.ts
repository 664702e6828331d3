/** Private lookup in one program: an owner's register, and a client that asks without showing for whom. Run: node examples/private-lookup.ts */
import { systemClock, systemRandom } from '@sluis/base';
import { generateSigningKey, loadOprf, sign } from '@sluis/crypto';
import * as lookup from '@sluis/lookup';

// The owner: a key for this epoch, a register, a signed publication, a desk that answers.
const oprf = await loadOprf('voprf');
const keys = lookup.epochKeys(oprf, systemRandom.bytes(32), 'watchlist', 1);
const identity = generateSigningKey();
const register = { identifiers: ['NL91ABNA0417164300', 'BE68539007547034'], values: ['closed', 'under review'] };
const terms = { ...lookup.DEFAULT_TERMS, database: 'watchlist', valueBytes: 16 };
const epoch = { epoch: 1, publicKey: keys.publicKey, tagKey: systemRandom.bytes(32) };
const evaluate = lookup.evaluateHere(oprf, keys.privateKey, 'watchlist');
const tools = { normalise: lookup.plainIdentifier, evaluate, random: systemRandom };
const { publication, chunks } = await lookup.publishVersion(terms, epoch, null, register, tools);
const signer = { organisation: 'bank', sign: async (purpose: string, message: Uint8Array) => sign(identity.privateKey, purpose, message) };
const signed = await lookup.signPublication(publication, signer);
const options = { oprf, counter: new lookup.MemoryCounter(), total: 1000, clock: systemClock, random: systemRandom };
const desk = new lookup.OwnerDesk({ publication, privateKey: keys.privateKey }, options);

// The client: knows the owner's signing key; any authenticated channel does (over HTTPS: lookup.fetchTransport).
const transport = {
  publication: async () => signed,
  chunk: async (hash: string) => chunks.get(hash) ?? new Uint8Array(0),
  ask: (question: Uint8Array) => desk.answer('insurer', question),
};
const client = await lookup.LookupClient.open({
  transport,
  cache: new lookup.MemoryCache(),
  ownersKey: identity.publicKey,
  random: systemRandom,
});
for (const { id, found, value } of await client.ask(['NL91ABNA0417164300', 'NL02RABO0123456789'])) console.log(id, found, value);
