/** `sluis station card` */
import { readStationConfig } from '@sluis/sdk';
import { requireHome } from '../connection.ts';
import { writePublic } from '../files.ts';
import { readCard } from '../new-station.ts';
import { print, remark } from '../output/streams.ts';

export async function stationCard(options: { readonly home?: string; readonly output?: string }): Promise<void> {
  const home = requireHome(options);
  const card = `${JSON.stringify(await readCard(home, readStationConfig(home)), null, 2)}\n`;
  if (options.output === undefined) return print(card);
  writePublic(options.output, card);
  remark(`Card written to ${options.output}.`);
}
