/** `sluis collect list` and `sluis collect results` */
import type { CollectionEstimates, CollectionSums } from '@sluis/model';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { renderGrid } from '../output/grid.ts';
import { painted, print, printJson } from '../output/streams.ts';

export interface CollectOptions extends ConnectionOptions {
  readonly collaboration?: string;
  readonly as?: string;
  readonly release?: boolean;
  readonly json?: boolean;
}

export async function listCollections(options: CollectOptions): Promise<void> {
  const collections = await withStation(options, (client) => client.collections(options.collaboration));
  if (options.json === true) return printJson({ collections });
  if (collections.length === 0) return print(text.collectNone);
  const rows = collections.map(({ collection, kind, aggregators, minimum_reports, until, reports }) => [
    collection,
    kind,
    aggregators.join(', '),
    String(minimum_reports),
    until.slice(0, 16).replace('T', ' '),
    ...(reports === null ? ['', '', '', ''] : [reports.waiting, reports.valid, reports.invalid, reports.released].map(String)),
  ]);
  print(renderGrid(text.collectHeadings, rows, painted.out));
}

export async function showResults(collection: string, options: CollectOptions): Promise<void> {
  const { collaboration, as, release } = options;
  const request = {
    begin: release === true,
    ...(collaboration === undefined ? {} : { collaboration }),
    ...(as === undefined ? {} : { as }),
  };
  const results = await withStation(options, (client) => client.collectionResults(collection, request));
  if (options.json === true) return printJson({ collection, results });
  if (results.length === 0) return print(text.collectNoSum);
  for (const result of results) 'local' in result ? showEstimates(result) : showSums(result);
  if (results.every((result) => 'sums' in result)) print(painted.out.dim(text.collectExact));
}

const shortened = ({ release, reports, at }: CollectionSums | CollectionEstimates) =>
  [release.slice(0, 12), reports, at.slice(0, 16).replace('T', ' ')] as const;

function showSums(result: CollectionSums): void {
  const { sums } = result;
  print(painted.out.bold(text.collectSum(...shortened(result))));
  print(sums.map((sum, i) => (sums.length === 1 ? `  ${sum}` : `  ${i}: ${sum}`)).join('\n'));
}

function showEstimates(result: CollectionEstimates): void {
  const { estimates, epsilon, mechanism, influence } = result.local;
  print(painted.out.bold(text.collectEstimates(...shortened(result))));
  const rows = estimates.map((e) => [
    estimates.length === 1 ? text.collectMean : e.of,
    ...[e.estimate, e.standard_error, e.low, e.high].map(rounded),
  ]);
  print(renderGrid(text.collectLocalHeadings, rows, painted.out));
  print(painted.out.dim(text.collectLocal(epsilon, mechanism, rounded(influence))));
}

/** To a tenth, or to three digits where that says too little. */
const rounded = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(3))));
