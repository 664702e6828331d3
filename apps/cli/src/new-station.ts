/** Making a station's folder: keys, configuration, token, certificate. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidError, systemRandom, toHex } from '@sluis/base';
import { createKeyFile, openKeyFile } from '@sluis/keys';
import { type Card, cardSchema, STATION_FILES, type StationConfig, stationConfigSchema } from '@sluis/model';

export interface NewStation {
  readonly home: string;
  readonly name: string;
  readonly listen: string;
  readonly title?: string | undefined;
  readonly advertise?: string | undefined;
}

const CERTIFICATE_DAYS = 825;

/**
 * Makes a station's folder (mode 0700). Run by: an organisation's administrator, once.
 *
 * @returns the station's card.
 * @throws InvalidError `station/exists` if the folder holds anything, `station/arguments` if name or addresses are malformed.
 */
export async function makeStation(wanted: NewStation): Promise<Card> {
  const config = checked(wanted);
  const { home } = wanted;
  if (existsSync(home) && readdirSync(home).length > 0) {
    throw new InvalidError('station/exists', {
      stage: 'usage',
      message: `${home} is not empty.`,
      remedy: 'Choose a new folder; keys are never overwritten.',
    });
  }
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
  await createKeyFile(home, { name: config.name, hosts: [hostOf(config.advertise), hostOf(config.listen)], days: CERTIFICATE_DAYS });
  const keys = await openKeyFile(home);
  const own = (name: string, content: string) => writeFileSync(join(home, name), content, { mode: 0o600, flag: 'wx' });
  own(STATION_FILES.certificate, keys.tls.cert);
  own(STATION_FILES.token, `${toHex(systemRandom.bytes(32))}\n`);
  own(STATION_FILES.config, `${JSON.stringify(config, null, 2)}\n`);
  return cardOf(config, keys.card);
}

/** The card of a station from its folder; the station need not run. */
export async function readCard(home: string, config: StationConfig): Promise<Card> {
  return cardOf(config, (await openKeyFile(home)).card);
}

function cardOf(config: StationConfig, keys: Pick<Card, 'identity' | 'sealing' | 'certificate'>): Card {
  const { identity, sealing, certificate } = keys;
  return cardSchema.parse({ name: config.name, title: config.title, station: config.advertise, identity, sealing, certificate });
}

function checked(wanted: NewStation): StationConfig {
  const parsed = stationConfigSchema.safeParse({
    name: wanted.name,
    title: wanted.title ?? '',
    listen: wanted.listen,
    advertise: wanted.advertise ?? wanted.listen,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidError('station/arguments', {
    stage: 'usage',
    message: `--${issue?.path.join('.')}: ${issue?.message}.`,
    remedy: 'For instance: --name north-hospital --listen 0.0.0.0:7443 --advertise sluis.north.example:7443',
  });
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
