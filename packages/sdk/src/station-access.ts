/** How a client reaches a station: its address, the token that lets it in, and the certificate it must show. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidError } from '@sluis/base';
import { STATION_FILES, type StationConfig, stationConfigSchema } from '@sluis/model';

export interface StationAccess {
  /** For instance `https://127.0.0.1:7443`. */
  readonly url: string;
  /** Empty for contributors, who have none. */
  readonly token: string;
  /** The station's certificate, PEM. Another key at that address is refused. */
  readonly certificate: string;
}

/**
 * Reads access to a station from its folder. Run by: whoever owns the folder.
 *
 * @param url - another address of the same station, if it runs elsewhere.
 * @throws InvalidError `station/not-initialised` if there is no station, `station/config-invalid`, `station/token-readable`.
 */
export function accessFromHome(home: string, url?: string): StationAccess {
  const config = readStationConfig(home);
  return {
    url: normaliseUrl(url ?? `https://${localAddress(config.listen)}`),
    token: readToken(join(home, STATION_FILES.token)),
    certificate: readText(join(home, STATION_FILES.certificate)),
  };
}

/** `station.json` of a station's folder, checked. */
export function readStationConfig(home: string): StationConfig {
  const path = join(home, STATION_FILES.config);
  if (!existsSync(path)) {
    throw new InvalidError('station/not-initialised', {
      stage: 'usage',
      message: `There is no station in ${home}.`,
      remedy: 'Make one with: sluis station init --home DIR --name NAME --listen HOST:PORT',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(readText(path));
  } catch {
    value = null;
  }
  const parsed = stationConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidError('station/config-invalid', {
    stage: 'usage',
    message: `${path}: ${issue?.path.join('.') || 'the file'} is not as it should be: ${issue?.message ?? 'unknown'}.`,
    remedy: 'Mend the file or restore it from a backup.',
  });
}

/** The bearer token in a file; refused if other users of the machine may read it. */
export function readToken(path: string): string {
  const text = readText(path).trim();
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new InvalidError('station/token-readable', {
      stage: 'usage',
      message: `${path} can be read by other users of this machine.`,
      remedy: `Run: chmod 600 ${path}`,
    });
  }
  return text;
}

/** Completes an address to `https://host:port` and refuses anything but HTTPS. */
export function normaliseUrl(text: string): string {
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    if (url.protocol === 'https:' && (url.pathname === '/' || url.pathname === '')) return url.origin;
  } catch {
    // Said below, for every kind of malformed address.
  }
  throw new InvalidError('station/url-invalid', {
    stage: 'usage',
    message: `"${text}" is not the address of a station.`,
    remedy: 'Give it as https://HOST:PORT.',
  });
}

/** A station that listens on all addresses is reached on loopback. */
function localAddress(listen: string): string {
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at);
  return `${host === '0.0.0.0' || host === '[::]' || host === '::' ? '127.0.0.1' : host}${listen.slice(at)}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidError('station/file-unreadable', {
      stage: 'usage',
      message: `${path} can't be read.`,
      remedy: "Check the path and that the file belongs to you; the station's folder holds it.",
      cause,
    });
  }
}
