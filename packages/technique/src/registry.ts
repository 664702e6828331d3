/** The registry that the station fills, one line a technique. */
import { RefusedError } from '@sluis/base';
import type { TechniqueRef } from '@sluis/model';
import type { ComputationTechnique, MechanismTechnique, RowsTechnique, SharingTechnique, Technique } from './door.ts';

interface ByStage {
  sharing: SharingTechnique;
  computation: ComputationTechnique;
  rows: RowsTechnique;
  mechanism: MechanismTechnique;
}

export class Registry {
  readonly #techniques: readonly Technique[];

  constructor(techniques: readonly Technique[]) {
    this.#techniques = techniques;
  }

  all(): readonly Technique[] {
    return this.#techniques;
  }

  /** The technique a plan names; refuses unknown ids and versions. */
  get<S extends keyof ByStage>(stage: S, ref: TechniqueRef): ByStage[S] {
    const found = this.#techniques.find((t) => t.stage === stage && t.id === ref.id && t.version === ref.version);
    if (found === undefined) {
      throw new RefusedError('plan/unknown-technique', {
        stage: 'plan',
        message: `This station has no technique ${ref.id} version ${ref.version} for the step "${stage}".`,
        remedy: 'Bring all stations to the same release of Sluis.',
      });
    }
    return found as ByStage[S];
  }
}
