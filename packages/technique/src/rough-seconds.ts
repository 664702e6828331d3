/** Rough speed on one local network: only for the seconds an explanation shows. */
const SECONDS_PER_ROUND = 0.002;
const BYTES_PER_SECOND = 30e6;

export const secondsFor = (rounds: number, bytes: number): number => rounds * SECONDS_PER_ROUND + bytes / BYTES_PER_SECOND;
