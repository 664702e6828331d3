/** `sluis lookup ask` */
import { resolve } from 'node:path';
import { InvalidError, systemRandom } from '@sluis/base';
import { openKeyFile } from '@sluis/keys';
import { type LookupAnswer, LookupClient } from '@sluis/lookup';
import { readInput } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { parseAddress } from '../lookup/address.ts';
import { clientIdentity, defaultCache, FileCache } from '../lookup/file-cache.ts';
import { httpsTransport } from '../lookup/https-transport.ts';
import { normaliserOf } from '../lookup/recipe.ts';
import { typedValue } from '../lookup/typed-value.ts';
import { text } from '../messages/index.ts';
import { countProgress } from '../output/count-progress.ts';
import { renderCsv } from '../output/csv.ts';
import { renderGrid } from '../output/grid.ts';
import { bytesText } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';

interface AskOptions {
  readonly from?: string;
  readonly parts?: boolean;
  readonly cache?: string;
  readonly home?: string;
  readonly format: 'table' | 'json' | 'csv';
  readonly json?: boolean;
}

/** Fewer parts than this are here before anybody wonders. */
const SHOWN_FROM = 20;

export async function lookupAsk(url: string, ids: readonly string[], options: AskOptions): Promise<void> {
  const started = performance.now();
  const address = parseAddress(url);
  const identifiers = [...ids, ...(options.from === undefined ? [] : linesOf(options.from))];
  if (identifiers.length === 0) throw nothingAsked();
  const cache = resolve(options.cache ?? defaultCache());
  const identity = options.home === undefined ? await clientIdentity(cache) : (await openKeyFile(options.home)).tls;
  const transport = httpsTransport(address, identity, interruption());
  try {
    const client = await LookupClient.open({
      transport,
      cache: new FileCache(cache, address),
      ownersKey: address.ownersKey,
      random: systemRandom,
      normaliser: normaliserOf,
      download: options.parts === true ? 'parts' : 'whole',
    });
    const update = await client.update(countProgress(text.lookupDownloading, SHOWN_FROM));
    if (update.chunksFetched > 0) remark(text.lookupUpdated(update.version, bytesText(update.bytesFetched)));
    const answers = await client.ask(identifiers);
    show(answers, client.publication?.valueType ?? null, options, performance.now() - started);
  } finally {
    transport.close();
  }
}

function show(answers: readonly LookupAnswer[], type: string | null, options: AskOptions, totalMs: number): void {
  const typed = answers.map(({ id, found, value }) => ({ id, found, value: typedValue(value, type) }));
  if (options.json === true || options.format === 'json') {
    printJson({ answers: typed, timings: { totalMs: Math.round(totalMs) } });
    return;
  }
  if (options.format === 'csv') {
    const columns = [
      { name: 'id', type: 'VARCHAR' },
      { name: 'found', type: 'BOOLEAN' },
      { name: 'value', type: type ?? 'VARCHAR' },
    ];
    print(renderCsv({ columns, rows: typed.map((a) => [a.id, a.found, a.value]), suppressed: [] }));
  } else {
    const rows = typed.map(({ id, found, value }) => [id, found ? text.yes : text.no, value === null ? '' : String(value)]);
    print(renderGrid(text.lookupHeadings, rows, painted.out));
  }
  remark(options.parts === true ? text.lookupPartsNote : text.lookupNote);
}

function linesOf(path: string): string[] {
  const content = readInput(path, true);
  return content.split(/\r?\n/).filter((line) => line.trim() !== '');
}

const nothingAsked = () =>
  new InvalidError('usage/lookup', {
    stage: 'usage',
    message: 'There is no identifier to look up.',
    remedy: 'Give identifiers behind the address, or a file of them with --from.',
  });
