/** Keys of a million rows, as people write them; pseudonyms; and records linked by likeness in a committee. CPU time of one process. */
import { systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { encodeRecords, linkOnSecrets, type LinkageTerms, secretRecords, columnsToShare } from '@sluis/linkage';
import { type KeyPart, prepareKey } from '@sluis/matching';
import { replicatedSharing } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { Holder, KeyGeneration, type KeyShare, Pseudonymiser, publicPart } from '@sluis/pseudonyms';
import type { Benchmark, Figure } from './figure.ts';

/** Part, and value of row i; a million different ones but where people have the same: surnames and birthdays repeat. */
const COLUMNS: readonly (readonly [KeyPart, (i: number) => string])[] = [
  [{ recipe: 'exact@1' }, (i) => `user${i}`],
  [{ recipe: 'email@1' }, (i) => `User.${i}@Example${i % 1000}.org`],
  [{ recipe: 'phone@1', country: 'NL' }, (i) => `06-${10_000_000 + i}`],
  [{ recipe: 'surname-nl@1' }, (i) => `Van der Bergström${i % 40_000}`],
  [{ recipe: 'date@1', order: 'dmy' }, (i) => `${1 + (i % 28)}-${1 + (i % 12)}-${1900 + (i % 101)}`],
  [{ recipe: 'ip@1' }, (i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`],
  [{ recipe: 'iban@1' }, (i) => `NL${String(i).padStart(2, '0').slice(-2)} ABNA ${String(i).padStart(10, '0')}`],
  [{ recipe: 'bsn@1' }, (i) => String(100_000_000 + i)],
  [{ recipe: 'address-nl@1' }, (i) => `Kerkstraat ${1 + (i % 900)}-a, ${1000 + (i % 9000)} AB Utrecht`],
];

const matching: Benchmark = async (options) => {
  const rows = options.quick ? 100_000 : 1_000_000;
  const wanted = (name: string) => options.only === null || name.includes(options.only);
  const figures: Figure[] = [];
  for (const [part, value] of COLUMNS) if (wanted(part.recipe)) figures.push(keys(part, value, rows));
  if (wanted('pseudonyms')) figures.push(...(await pseudonyms(options.quick ? 200 : 2000)));
  if (wanted('likeness')) figures.push(...(await likeness(options.quick ? 500 : 5000)));
  return figures;
};
export default matching;

async function cpuSeconds(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function keys(part: KeyPart, value: (i: number) => string, rows: number): Figure {
  const column = Array.from({ length: rows }, (_, i) => value(i));
  const before = process.cpuUsage();
  prepareKey({ name: 'key', parts: [part] }, [column], { repeated: 'once' });
  const { user, system } = process.cpuUsage(before);
  return { name: `${part.recipe}, ${rows} rows, repeated keys found`, value: rows / ((user + system) / 1e6), unit: 'rows/s' };
}

async function pseudonyms(records: number): Promise<Figure[]> {
  const group = await loadRistretto();
  const setting = { purpose: 'bench', parties: ['a', 'b', 'c'], threshold: 2, session: utf8('bench') };
  const sides = setting.parties.map((me) => new KeyGeneration(group, setting, me, systemRandom));
  const commitments = sides.map((s) => s.commit());
  const revealed = sides.map((s) => s.reveal(commitments));
  const toAll = revealed.map((r) => r.toAll);
  const seen = sides.map((s, to) =>
    s.accept(
      toAll,
      revealed.map((r) => r.toEach[to] as Uint8Array),
    ),
  );
  const shares = sides.map((s) => s.finish(seen)).slice(0, 2) as KeyShare[];
  const asker = new Pseudonymiser(group, publicPart(shares[0] as KeyShare), systemRandom);
  const holders = shares.map((s) => new Holder(group, s, systemRandom));
  let pending = asker.ask([utf8('warm')]);
  const asked = await cpuSeconds(() => {
    pending = asker.ask(Array.from({ length: records }, (_, i) => utf8(`record ${i}`)));
  });
  let answers: { holder: string; answer: Uint8Array }[] = [];
  const answered = await cpuSeconds(() => {
    answers = holders.map((h) => ({ holder: h.share.me, answer: h.answer(pending.request, 'bench', records) }));
  });
  const finished = await cpuSeconds(() => asker.finish(pending, answers));
  return [
    { name: 'pseudonyms, asker with two holders', value: records / (asked + finished), unit: 'records/s' },
    { name: 'pseudonyms, each holder', value: (2 * records) / answered, unit: 'records/s' },
  ];
}

/** Two tables of made-up people, of which every second differs by a letter. */
async function likeness(rows: number): Promise<Figure[]> {
  const terms: LinkageTerms = {
    bits: 1024,
    fields: [
      { recipe: 'name@1', grams: 'pairs', hashes: 12 },
      { recipe: 'digits@1', grams: 'places', hashes: 10 },
    ],
    threshold: { numerator: 3, denominator: 4 },
    blocks: [{ name: 'birth', parts: [{ recipe: 'digits@1' }] }],
    maximumPairs: Math.ceil(1.2 * rows),
  };
  const name = (i: number, change: string) => `anna ${(i * 7919).toString(36)}${i % 2 === 0 ? change : ''} jansen`;
  const table = (change: string) => {
    const [names, born] = [
      Array.from({ length: rows }, (_, i) => name(i, change)),
      Array.from({ length: rows }, (_, i) => String(19_000_000 + i)),
    ];
    return encodeRecords(terms, { fields: [names, born], blocks: [[born]] }, new Uint8Array(32));
  };
  const sides = [table(''), table('x')].map((encoded) => {
    const columns = columnsToShare(terms, encoded);
    const words = columns.map(() => 1);
    return { words, messages: replicatedSharing.split({ cells: rows, columns }, words, systemRandom) };
  });
  let bytes = 0;
  const seconds = await cpuSeconds(async () => {
    const run = await simulateCommittee(async (on) => {
      const [left, right] = await Promise.all(
        sides.map((s) => secretRecords(on, terms, replicatedSharing.combine(on.me, s.messages[on.me], rows, s.words))),
      );
      if (left === undefined || right === undefined) throw new Error('two sides are compared');
      await on.openBits((await linkOnSecrets(on, terms, left, right)).linked);
    });
    bytes = run.bytes[0] + run.bytes[1] + run.bytes[2];
  });
  const what = `likeness, ${rows} × ${rows} records, ${terms.maximumPairs} candidates`;
  return [
    { name: `${what}, three compute parties`, value: seconds, unit: 's' },
    { name: `${what}, sent by all`, value: bytes / 1e6, unit: 'MB' },
  ];
}
