/** `sluis station …` */
import type { Command } from 'commander';
import { examples, jsonOption, stationOptions } from './options.ts';

export function addStationCommands(program: Command): void {
  const station = program.command('station').description("make, start and look at your organisation's server");
  examples(
    jsonOption(station.command('init'))
      .description("make a station's folder: keys, address, token")
      .requiredOption('--home <dir>', 'folder to make; only you can read it')
      .requiredOption('--name <name>', "the organisation's name in agreements")
      .requiredOption('--listen <host:port>', 'where the station listens')
      .option('--title <text>', "the organisation's full name", '')
      .option('--advertise <host:port>', 'where other stations reach it, if that differs')
      .action(async (options) => (await import('../commands/station-init.ts')).stationInit(options)),
    ['sluis station init --home /srv/sluis --name north-hospital --listen 0.0.0.0:7443 --advertise sluis.north.example:7443'],
  );
  examples(
    jsonOption(station.command('start'))
      .description('start the station; it runs until it is stopped (Ctrl-C)')
      .option('--home <dir>', "the station's folder (or SLUIS_HOME)")
      .option('--quiet', 'no log lines on stderr')
      .option('--until-stdin-ends', 'stop when standard input ends, so that it never outlives the program that started it')
      .action(async (options) => (await import('../commands/station-start.ts')).stationStart(options)),
    ['sluis station start --home /srv/sluis', 'sluis station start --json   prints {"ready":true,"url":…} when it accepts connections'],
  );
  station
    .command('card')
    .description('print what others need to name this station in an agreement (public; works without the station running)')
    .option('--home <dir>', "the station's folder (or SLUIS_HOME)")
    .option('--output <file>', 'write it to a file')
    .action(async (options) => (await import('../commands/station-card.ts')).stationCard(options));
  jsonOption(stationOptions(station.command('status')))
    .description('is it running, in which collaborations, with what waiting')
    .action(async (options) => (await import('../commands/station-status.ts')).stationStatus(options));
}
