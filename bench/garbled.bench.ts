/** Garbled comparisons of 64 bits: both sides' work in one process, without a network. */
import { systemRandom } from '@sluis/base';
import { loadRistretto, type Ristretto } from '@sluis/crypto';
import { Asker, bilateral, Holder } from '@sluis/garbled';
import type { Benchmark, Figure } from './figure.ts';

const garbled: Benchmark = async (options) => {
  const group = await loadRistretto();
  const sizes = options.quick ? [1, 4096] : [1, 4096, 32_768];
  return sizes.flatMap((instances) => exchange(group, instances));
};
export default garbled;

function exchange(group: Ristretto, instances: number): Figure[] {
  const program = bilateral('above', 64, 'both');
  const numbers = [Array.from({ length: instances }, () => new DataView(systemRandom.bytes(8).buffer).getBigInt64(0))];
  const begun = { wall: performance.now(), cpu: process.cpuUsage() };
  const holder = new Holder(group, program, numbers, instances, systemRandom);
  const asker = new Asker(group, program, numbers, instances, systemRandom);
  const greeting = asker.greeting();
  const answer = holder.begin(greeting);
  const choices = asker.choose(answer);
  const started = performance.now();
  const tables = holder.garble(choices);
  const { labels } = asker.evaluate(tables);
  const values = holder.read(labels ?? new Uint8Array(0));
  if (values[0]?.some((v) => v !== 0n)) throw new Error('no number is above itself');
  const [seconds, circuits] = [(performance.now() - begun.wall) / 1000, (performance.now() - started) / 1000];
  const { user, system } = process.cpuUsage(begun.cpu);
  const bytes = [greeting, answer, choices, tables, labels ?? new Uint8Array(0)].reduce((sum, m) => sum + m.length, 0);
  const name = `${instances} comparisons of 64 bits`;
  return [
    { name: `${name}, wall`, value: seconds, unit: 's' },
    { name: `${name}, CPU of both sides`, value: (user + system) / 1e6, unit: 's' },
    { name: `${name}, after the base transfers`, value: instances / circuits, unit: 'comparisons/s' },
    { name: `${name}, sent`, value: bytes, unit: 'bytes' },
  ];
}
