/** `sluis collect list` and `sluis collect results` */
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
  for (const { release: id, reports, at, sums } of results) {
    print(painted.out.bold(text.collectSum(id.slice(0, 12), reports, at.slice(0, 16).replace('T', ' '))));
    print(sums.map((sum, i) => (sums.length === 1 ? `  ${sum}` : `  ${i}: ${sum}`)).join('\n'));
  }
  print(painted.out.dim(text.collectExact));
}
