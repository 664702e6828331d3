/** Asking holders of which some lie or fail, on a wire in memory: who is left out, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, PeerError, RefusedError, type SluisError, systemRandom, toHex, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { Holder, type KeyShare, keyName } from '@sluis/pseudonyms';
import type { Peer, Reply } from '@sluis/wire';
import { Asking } from '../../apps/cli/src/pseudonyms/asking.ts';
import { evaluate, generate, names, rotate } from '../../packages/pseudonyms/src/fixtures/ceremony.ts';

const group = await loadRistretto();
const shares = generate(group, 3, 2);
const others = generate(group, 3, 2);
const factors = generate(group, 3, 2, { kind: 'rotation' });
const next = rotate(group, shares, factors, names(3));
const [first = '', second = '', third = ''] = shares.map((s) => s.me);
const records = Array.from({ length: 7 }, (_, i) => utf8(`record ${i}`));
const expected = evaluate(group, shares, records);
const lost = () => new PeerError('wire/unreachable', { stage: 'wire', message: 'not there' });

/** What a holder does instead of its work. */
type Lie = (type: 'key' | 'evaluate', honest: () => Reply) => Reply;
const keyOf = ({ publicKey, publicShares, me: _, secret: __, ...rest }: KeyShare) => ({
  ...{ ...rest, parties: [...rest.parties] },
  ...{ publicKey: toHex(publicKey), publicShares: toHex(publicShares) },
});

async function ask(lies: Record<string, Lie>, options: { pinned?: string; left?: number; named?: readonly string[]; map?: boolean } = {}) {
  const leftOut: [string, string][] = [];
  const asked: string[] = [];
  const wire = {
    request: async (peer: Peer, type: string, _header: object, body: Uint8Array): Promise<Reply> => {
      const place = shares.findIndex((s) => s.me === peer.name);
      const [share, factor] = [shares[place], factors[place]] as [KeyShare, KeyShare];
      const { left = 100, map } = options;
      const offered = map
        ? { key: keyOf(next[place] as KeyShare), maps: { factor: keyOf(factor), previous: keyOf(share) } }
        : { key: keyOf(share), maps: null };
      const honest = (): Reply =>
        type === 'pseudonyms.key'
          ? { header: { ...offered, left }, body: new Uint8Array(0) }
          : { header: {}, body: new Holder(group, map ? factor : share, systemRandom).answer(body, 'asker', 100) };
      asked.push(`${peer.name} ${type}`);
      return lies[peer.name]?.(type === 'pseudonyms.key' ? 'key' : 'evaluate', honest) ?? honest();
    },
  };
  const asking = await Asking.open({
    wire,
    group,
    random: systemRandom,
    holders: (options.named ?? [first, second, third]).map((name) => ({ name, identity: '', certificate: name, address: '' })),
    pinned: options.pinned ?? null,
    wanted: options.map ? { what: 'next', from: toHex(keyName(shares[0] as KeyShare)) } : { what: 'pseudonyms' },
    records: records.length,
    batch: 3,
    signal: new AbortController().signal,
    leftOut: (holder: string, why: SluisError) => leftOut.push([holder, why.code]),
  });
  const pseudonyms = await (options.map ? asking.next(expected, () => undefined) : asking.pseudonyms(records, () => undefined));
  return { pseudonyms, leftOut, asked };
}

const bent: Lie = (type, honest) => {
  const { header, body } = honest();
  if (type === 'evaluate') body[40] = (body[40] ?? 0) ^ 1;
  return { header, body };
};
const otherShare: Lie = (type, honest) => (type === 'key' ? honest() : { header: {}, body: new Uint8Array(honest().body.length) });

test('in several portions the pseudonyms are those of all at once, and only as many holders as needed are asked', async () => {
  const { pseudonyms, leftOut, asked } = await ask({});
  assert.deepEqual(pseudonyms, expected);
  assert.deepEqual(leftOut, []);
  assert.ok(!asked.includes(`${third} pseudonyms.evaluate`));
});

test('a holder that answers wrongly, or not at all from some portion on, is left out by name; the pseudonyms are right', async () => {
  for (const lie of [bent, otherShare]) {
    const { pseudonyms, leftOut } = await ask({ [second]: lie });
    assert.deepEqual(pseudonyms, expected);
    assert.equal(leftOut.length, 1);
    assert.equal(leftOut[0]?.[0], second);
  }
  let portions = 0;
  const dies: Lie = (type, honest) => {
    if (type === 'evaluate' && ++portions > 1) throw lost();
    return honest();
  };
  const { pseudonyms, leftOut } = await ask({ [first]: dies });
  assert.deepEqual(pseudonyms, expected);
  assert.deepEqual(leftOut, [[first, 'wire/unreachable']]);
  await assert.rejects(ask({ [first]: bent, [second]: bent }), { code: 'pseudonyms/too-few' });
});

const lyingKey: Lie = (type, honest) =>
  type === 'key' ? { header: { key: keyOf(others[1] as KeyShare), maps: null, left: 9 }, body: new Uint8Array(0) } : honest();

test('a holder with another key stops everything, unless the key is known; a few holders alone do not', async () => {
  const pinned = toHex(keyName(shares[0] as KeyShare));
  await assert.rejects(ask({ [second]: lyingKey }), { code: 'pseudonyms/other-key' });
  const { pseudonyms, leftOut } = await ask({ [second]: lyingKey }, { pinned });
  assert.deepEqual(pseudonyms, expected);
  assert.deepEqual(leftOut, [[second, 'pseudonyms/other-key']]);
  await assert.rejects(ask({}, { named: [first, second] }), { code: 'pseudonyms/holders' });
  assert.deepEqual((await ask({}, { named: [first, second], pinned })).pseudonyms, expected);
  const malformed: Lie = (type, honest) =>
    type === 'key' ? { header: { key: 'x', maps: null, left: 1e9 }, body: new Uint8Array(0) } : honest();
  assert.deepEqual((await ask({ [first]: malformed })).leftOut, [[first, 'pseudonyms/malformed']]);
});

test('a holder that shows other shares of the known key is left out: it can prove nothing', async () => {
  const pinned = toHex(keyName(shares[0] as KeyShare));
  // Shares of a random polynomial through the public key: they fit together, and nobody knows one.
  const { publicKey, ...rest } = shares[1] as KeyShare;
  const slope = group.multiplyGenerator(group.randomScalars(1, systemRandom));
  const steps = [slope, group.add(slope, slope), group.add(slope, group.add(slope, slope))];
  const invented = { ...rest, publicKey, publicShares: concatBytes(...steps.map((s) => group.add(publicKey, s))) };
  const invents: Lie = (type, honest) =>
    type === 'key' ? { ...honest(), header: { ...honest().header, key: keyOf(invented) } } : honest();
  const { pseudonyms, leftOut } = await ask({ [second]: invents }, { pinned });
  assert.deepEqual([pseudonyms, leftOut], [expected, [[second, 'pseudonyms/other-key']]]);
  await assert.rejects(ask({ [second]: invents }), { code: 'pseudonyms/other-key' });
  await assert.rejects(ask({ [second]: invents, [third]: invents }, { pinned }), { code: 'pseudonyms/too-few' });
  await assert.rejects(ask({ [second]: invents }, { pinned, named: [first, second] }), { code: 'pseudonyms/other-key' });
});

test('nothing is asked of a holder that allows fewer records; a refusal ends as one', async () => {
  await assert.rejects(ask({}, { left: 6 }), (e) => e instanceof RefusedError && e.code === 'pseudonyms/limit');
  const refuses: Lie = () => {
    throw new PeerError('wire/certificate-unknown', { stage: 'wire', message: 'unknown' });
  };
  const all = { [first]: refuses, [second]: refuses, [third]: refuses };
  await assert.rejects(ask(all), (e) => e instanceof RefusedError && e.code === 'pseudonyms/unknown-asker');
});

test('mapping leaves lying holders out too, and gives the pseudonyms of the next key', async () => {
  const mapped = await ask({}, { map: true });
  assert.deepEqual(mapped.pseudonyms, evaluate(group, next, records));
  for (const lie of [bent, otherShare]) {
    const { pseudonyms, leftOut } = await ask({ [second]: lie }, { map: true });
    assert.deepEqual(pseudonyms, evaluate(group, next, records));
    assert.deepEqual(
      leftOut.map(([holder]) => holder),
      [second],
    );
  }
});

test('holders that all map with another factor are found out, also by who knows only the ids of both keys', async () => {
  const right = factors.splice(0, 3, ...generate(group, 3, 2, { kind: 'rotation' }));
  const pinned = toHex(keyName(next[0] as KeyShare));
  try {
    await assert.rejects(ask({}, { map: true, pinned }), { code: 'pseudonyms/wrong-factor' });
  } finally {
    factors.splice(0, 3, ...right);
  }
  const finished: Lie = (type, honest) =>
    type === 'key' ? { header: { ...honest().header, maps: null }, body: new Uint8Array(0) } : honest();
  assert.deepEqual((await ask({ [second]: finished }, { map: true })).leftOut, [[second, 'pseudonyms/not-mapped']]);
  await assert.rejects(ask({ [second]: finished, [third]: finished }, { map: true }), { code: 'pseudonyms/not-mapped' });
});
