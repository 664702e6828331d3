export { type RunningStation, type StartOptions, startStation } from './start-station.ts';
