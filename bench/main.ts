/** `npm run bench -- NAME [--quick] [--only TEXT] [--json FILE]`: runs one benchmark and prints its figures. */
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Benchmark } from './figure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const names = readdirSync(dirname(fileURLToPath(import.meta.url)))
  .filter((f) => f.endsWith('.bench.ts'))
  .map((f) => f.slice(0, -'.bench.ts'.length));
const [name] = positionals;
if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [--quick] [--only TEXT] [--json FILE]\nBenchmarks: ${names.join(', ')}`);
  process.exit(2);
}
const benchmark = (await import(`./${name}.bench.ts`)) as { default: Benchmark };
const figures = await benchmark.default({
  quick: values.quick,
  long: values.long,
  only: values.only ?? null,
  remark: (text) => console.error(text),
});
console.table(
  figures.map((f) => ({
    name: f.name,
    value: Number(f.value.toPrecision(4)),
    unit: f.unit,
    goal: f.goal ?? '',
    missed: f.missed ?? '',
    peer: f.peer ?? '',
    'peer value': f.peerValue === undefined ? '' : Number(f.peerValue.toPrecision(4)),
    ratio: f.ratio === undefined ? '' : Number(f.ratio.toPrecision(3)),
  })),
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
