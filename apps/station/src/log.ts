/** The station's operational log: identifiers, codes and times on stderr; never a value, a share or a key. */
import pino from 'pino';

export interface StationLog {
  started(port: number): void;
  wire(event: object): void;
  /** Details of engine failures stay here, with the organisation whose data it is. */
  engine(detail: string): void;
}

export function openLog(form: 'json' | 'quiet', organisation: string): StationLog {
  const logger = pino({ level: form === 'quiet' ? 'silent' : 'info', base: { organisation } }, pino.destination(2));
  return {
    started: (port) => logger.info({ port }, 'station started'),
    wire: (event) => logger.info(event, 'wire'),
    engine: (detail) => logger.warn({ detail }, 'engine'),
  };
}
