/** `sluis station init` */
import { resolve } from 'node:path';
import { makeStation } from '../new-station.ts';
import { print, printJson, remark } from '../output/streams.ts';

export interface InitOptions {
  readonly home: string;
  readonly name: string;
  readonly listen: string;
  readonly title: string;
  readonly advertise?: string;
  readonly json?: boolean;
}

export async function stationInit(options: InitOptions): Promise<void> {
  const home = resolve(options.home);
  const card = await makeStation({ ...options, home });
  if (options.json === true) return printJson({ home, card });
  print(`Made the station of ${card.name} in ${home}.`);
  remark(
    [
      `Back up ${home} now: without its keys nobody can sign for ${card.name}. Keep "unlock.secret" apart from the backup.`,
      `Next: sluis station start --home ${home}`,
      `and give the others your card: sluis station card --home ${home}`,
    ].join('\n'),
  );
}
