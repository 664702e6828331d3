/** Keys that the agreement does not accept: how many there are is for their owner alone, and the error goes to others as well. */
import { InvalidError, RefusedError } from '@sluis/base';
import type { StationContext } from './context.ts';

/** The error that others may see; the whole one stands in the own events. Errors of other kinds as they are. */
export function withoutCounts(station: StationContext, run: string, thrown: unknown, of: 'contribution' | 'intersection'): unknown {
  if (!(thrown instanceof InvalidError) || !thrown.code.startsWith('matching/')) return thrown;
  station.events.emit(run, 'contribution', station.organisation, thrown.message);
  return new RefusedError(`${of}/keys-refused`, {
    stage: 'contribution',
    party: station.organisation,
    message: `Rows of ${station.organisation} have keys that the agreement does not accept (${thrown.code}).`,
    remedy: `${station.organisation} sees which in its own events of this run: sluis ${of === 'intersection' ? 'intersect show' : 'runs'} RUN`,
  });
}
