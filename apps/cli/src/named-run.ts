/** Which run a command names: of a question, or of an intersection between two stations. Ids of both look the same. */
import { InvalidError, SluisError } from '@sluis/base';
import type { StationClient } from '@sluis/sdk';

export interface NamedRun {
  readonly kind: 'question' | 'intersection';
  readonly id: string;
}

type Lists = Pick<StationClient, 'runs' | 'intersections' | 'intersection'>;

/**
 * The run with this id, or whose id begins so. A whole id that no intersection has is taken for a question's: the station
 * says if it is not.
 *
 * @throws InvalidError `run/unknown`, `run/ambiguous`.
 */
export async function namedRun(client: Lists, given: string): Promise<NamedRun> {
  if (/^[0-9a-f]{32}$/.test(given)) return { kind: (await isIntersection(client, given)) ? 'intersection' : 'question', id: given };
  const matching = /^[0-9a-f]{4,31}$/.test(given) ? (await all(client)).filter(({ id }) => id.startsWith(given)) : [];
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  throw new InvalidError(matching.length === 0 ? 'run/unknown' : 'run/ambiguous', {
    stage: 'usage',
    message: matching.length === 0 ? `There is no run "${given}" at this station.` : `Several runs begin with "${given}".`,
    remedy: 'List them with: sluis runs; those of intersections with: sluis intersect list',
  });
}

/**
 * The id of a question's run, for what intersections do in another way.
 *
 * @param instead - the command that does it for a run of an intersection.
 * @throws InvalidError `run/intersection` if it is one of those.
 */
export async function questionRun(client: Lists, given: string, instead: string): Promise<string> {
  const { kind, id } = await namedRun(client, given);
  if (kind === 'question') return id;
  throw new InvalidError('run/intersection', {
    stage: 'usage',
    message: `Run ${id} is one of an intersection, not of a question.`,
    remedy: `Use: sluis intersect ${instead} ${id.slice(0, 12)}`,
  });
}

async function isIntersection(client: Lists, id: string): Promise<boolean> {
  try {
    await client.intersection(id);
    return true;
  } catch (thrown) {
    // Who may approve and not look is told by the station whether the run is there.
    if (thrown instanceof SluisError && ['run/unknown', 'access/denied'].includes(thrown.code)) return false;
    throw thrown;
  }
}

async function all(client: Lists): Promise<NamedRun[]> {
  const [questions, intersections] = await Promise.all([client.runs(1000), client.intersections()]);
  return [
    ...questions.runs.map(({ id }) => ({ kind: 'question', id }) as const),
    ...intersections.runs.map(({ run }) => ({ kind: 'intersection', id: run }) as const),
  ];
}
