/** What stands in a station's folder besides its keys and its state: how it is reached, and by whom. */
import { z } from 'zod';
import { NAME } from './agreement.ts';

const hostPort = z.string().regex(/^[A-Za-z0-9.\-[\]:]+:\d{1,5}$/, 'host:port is needed');

/** File names in a station's folder (mode 0700). All files are 0600. */
export const STATION_FILES = {
  /** `StationConfig` as JSON. */
  config: 'station.json',
  /** The bearer token of the HTTP API: 64 hexadecimal digits. */
  token: 'token',
  /** The station's TLS certificate (PEM, public): clients pin its key. */
  certificate: 'station.crt',
} as const;

export const stationConfigSchema = z.strictObject({
  name: z.string().regex(NAME, 'a name starts with a letter and has letters, digits, "-" and "_" only'),
  title: z.string().max(200).default(''),
  /** Where the station listens. */
  listen: hostPort,
  /** Where other stations reach it; stands in its card. */
  advertise: hostPort,
});
export type StationConfig = z.infer<typeof stationConfigSchema>;
