/** What the HTTP routes act on. */
import type {
  Agreements,
  CollectionIntake,
  CollectionReleases,
  CollectionStore,
  DepositRelay,
  Intersections,
  Runs,
  StationContext,
  TokenIssuer,
} from '@sluis/flow';
import type { Ledger } from '@sluis/ledger';
import type { Datasets } from '../datasets.ts';
import type { Access } from './access.ts';

export interface Services {
  readonly station: StationContext;
  readonly title: string;
  readonly address: string;
  readonly startedAt: number;
  readonly certificateExpires: string;
  readonly agreements: Agreements;
  readonly datasets: Datasets;
  readonly runs: Runs;
  readonly relay: DepositRelay;
  readonly issuer: TokenIssuer;
  readonly intake: CollectionIntake;
  readonly releases: CollectionReleases;
  readonly collections: CollectionStore;
  readonly intersections: Intersections;
  readonly ledger: Ledger;
  readonly access: Access;
}

/** The name people act under when they give none. */
export const DEFAULT_PERSON = 'owner';
