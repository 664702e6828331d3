/** `sluis station status` */
import { type ConnectionOptions, withStation } from '../connection.ts';
import { print, printJson } from '../output/streams.ts';

export async function stationStatus(options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const status = await withStation(options, (client) => client.status());
  if (options.json === true) return printJson(status);
  const { runs, collaborations } = status;
  print(
    [
      `${status.title === '' ? status.organisation : `${status.title} (${status.organisation})`} at ${status.station}, Sluis ${status.version}`,
      `Running since ${status.startedAt}; certificate valid until ${status.certificateExpires.slice(0, 10)}`,
      `Collaborations in force: ${collaborations.length === 0 ? 'none' : collaborations.join(', ')}`,
      `Connected tables: ${status.datasets}; runs: ${runs.running} running, ${runs.waiting} waiting for approval`,
      `Log: ${status.log.size} entries`,
    ].join('\n'),
  );
}
