/** The agreement of `sluis intersect` over files: two organisations without a committee, each with a table of its keys only. */
import type { KeyPart } from '@sluis/matching';
import { type Agreement, agreementSchema, type Card, checkAgreement } from '@sluis/model';
import { SANDBOX_COLLABORATION } from './draft.ts';

const DAY_MS = 86_400_000;
export const INTERSECTION = 'files';

export interface IntersectionSide {
  readonly name: string;
  readonly file: string;
  readonly key: readonly string[];
}

export interface IntersectionWish {
  readonly sides: readonly [IntersectionSide, IntersectionSide];
  readonly receivers: readonly string[];
  readonly minimum: number;
  readonly threatModel: 'semi-honest' | 'malicious';
  readonly protocol: 'vole' | 'ddh';
  readonly missing: 'no-match' | 'equal';
  /** One for each column of the key; null compares texts as they are. */
  readonly recipes: readonly KeyPart[] | null;
}

export const tableOf = (name: string): string => `keys_${name.toLowerCase()}`;

/** Everything allowed, approved beforehand, as often as anybody likes. Throws InvalidError `agreement/invalid`. */
export function draftIntersection(wish: IntersectionWish, cards: readonly Card[], now: number): Agreement {
  const names = wish.sides.map((s) => s.name);
  const key = { type: 'VARCHAR', uses: ['join', 'reveal'], nullable: true };
  const [first] = wish.sides;
  const byRecipe = wish.recipes !== null;
  const agreement = agreementSchema.parse({
    sluis: 1,
    collaboration: SANDBOX_COLLABORATION,
    version: 1,
    title: 'Sandbox made by sluis intersect',
    purpose: 'Trying Sluis with files on one machine.',
    legal_basis: 'None: nothing leaves this machine.',
    valid: { from: new Date(now - DAY_MS).toISOString(), until: new Date(now + 7 * DAY_MS).toISOString() },
    organisations: cards,
    committee: [],
    tables: Object.fromEntries(
      wish.sides.map((side) => [
        tableOf(side.name),
        { kind: 'owner', providers: [side.name], columns: Object.fromEntries(side.key.map((column) => [column, key])) },
      ]),
    ),
    ...(byRecipe ? { matching: { [INTERSECTION]: matchingOf(wish, wish.recipes) } } : {}),
    intersections: {
      [INTERSECTION]: {
        between: wish.sides.map(({ name, key: on }) => ({ organisation: name, table: tableOf(name), ...(byRecipe ? {} : { on }) })),
        ...(byRecipe ? { matching: INTERSECTION } : { on: first.key }),
        reveal: 'items',
        missing: wish.missing,
        receivers: wish.receivers,
        minimum: wish.minimum,
        threat_model: wish.threatModel,
        protocol: wish.protocol,
        approval: 'agreed',
        limits: { runs: 1000 },
      },
    },
    receivers: names,
    askers: names,
    limits: { questions_per_day: null, run_seconds: 7200 },
    sandbox: true,
  });
  checkAgreement(agreement);
  return agreement;
}

/** The key in normal form; rows with the same key count once. */
function matchingOf({ sides }: IntersectionWish, recipes: readonly KeyPart[]): unknown {
  const parts = recipes.map((part, i) => ({ column: Object.fromEntries(sides.map((s) => [tableOf(s.name), s.key[i]])), ...part }));
  return { tables: sides.map((s) => tableOf(s.name)), any_of: [{ name: 'key', parts }], repeated: 'once' };
}
