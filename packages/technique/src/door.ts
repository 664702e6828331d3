/** The door of a technique: one descriptor for all, one behaviour per stage, no central switch on ids. */
import type { ColumnEncoding, CommitteeLinks, GuardedRelease, GuardVerdict, Plan, Vectors } from '@sluis/model';
import type { Random } from '@sluis/base';
import type { Committee, SecretBits, SecretColumn, SecretVectors } from './committee.ts';

export type TechniqueStage = 'admission' | 'sharing' | 'computation' | 'rows' | 'mechanism' | 'evidence';

/** A rating of the AIVD brochure on privacy-enhancing technologies, 1 (low) to 5 (high), with its reason. */
export interface Rating {
  readonly score: 1 | 2 | 3 | 4 | 5;
  readonly reason: string;
}

export interface Revelation {
  readonly to: string;
  readonly what: string;
}

/** The size of a question, as far as cost depends on it. */
export interface Shape {
  readonly cells: number;
  readonly providers: number;
  /** 64-bit words each provider shares per cell. */
  readonly wordsPerCell: number;
  readonly plan: Plan;
}

export interface Cost {
  readonly rounds: number;
  /** Sent by all parties together. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface Descriptor {
  readonly id: string;
  readonly version: number;
  readonly stage: TechniqueStage;
  readonly title: string;
  /** Throws InvalidError for parameters outside what the technique supports. */
  readonly checkPlan: (plan: Plan) => void;
  readonly threat: {
    readonly model: 'semi-honest' | 'malicious' | 'none';
    readonly corruptions: number;
    /** In words: which collusion breaks it and what that yields. */
    readonly collusion: string;
  };
  readonly reveals: (plan: Plan) => readonly Revelation[];
  readonly cost: (shape: Shape) => Cost;
  readonly maturity: 'experimental' | 'reviewed' | 'established';
  readonly ratings: { readonly guarantees: Rating; readonly maturity: Rating; readonly compute: Rating; readonly network: Rating };
}

/** Splits a provider's vectors into what each compute party gets, and reads it back there. */
export interface SharingTechnique extends Descriptor {
  readonly stage: 'sharing';
  /** One message per compute party, in committee order. `words` is the width of each layout column. Run by: a provider. */
  split(vectors: Vectors, words: readonly number[], random: Random): [Uint8Array, Uint8Array, Uint8Array];
  /** Reads the message for compute party `me`; throws ProtocolError `share/malformed`. */
  combine(me: 0 | 1 | 2, message: Uint8Array, cells: number, words: readonly number[]): SecretColumn[];
  /** Digest of component `which` (as this party holds it), to compare with its other holder before use. */
  digest(columns: readonly SecretColumn[], me: 0 | 1 | 2, which: 0 | 1 | 2, context: Uint8Array): Uint8Array;
  /** Room for the shares of so many rows of one-word vectors. */
  room(rows: number, vectors: number): ShareRoom;
  /** Gives the memory of all columns of one message back at once; they are empty afterwards. */
  forget(columns: readonly SecretColumn[]): void;
}

/** Shares of rows as one compute party holds them, each once: filled piece by piece, before anything computes on them. */
export interface ShareRoom {
  readonly rows: number;
  /** Copies the vectors of some rows to their place, from row `from` on. */
  put(from: number, columns: readonly SecretColumn[]): void;
  /** Vectors of rows `from` to `from + length`, without copying. */
  view(from: number, length: number): SecretColumn[];
  /** Leaves only these rows, in ascending order, moved together. Views from before show other rows than they did. */
  keep(stretches: readonly { readonly from: number; readonly length: number }[]): void;
  /** Gives the memory back; views are empty afterwards. */
  release(): void;
}

export interface ComputationTechnique extends Descriptor {
  readonly stage: 'computation';
  /** Agrees on fresh seeds over the links and returns the committee. `context` binds run, attempt and plan. */
  convene(links: CommitteeLinks, context: Uint8Array, random: Random): Promise<Committee>;
}

/** Columns of the plan combined over all providers. */
export interface Totals {
  /** Per contribution. */
  readonly counts: readonly SecretColumn[];
  readonly organisations: readonly SecretColumn[];
  /** Per accumulator. */
  readonly accumulators: readonly SecretColumn[];
  /** Per histogram and bin, where they are needed after `combine`: noise comes before a quantile is searched. */
  readonly histograms?: readonly (readonly SecretColumn[])[];
}

export interface MechanismTechnique extends Descriptor {
  readonly stage: 'mechanism';
  /** Combines the providers' vectors: sums, minima, maxima. */
  combine(committee: Committee, plan: Plan, inputs: readonly SecretVectors[]): Promise<Totals>;
  /**
   * Adds the plan's noise to the totals, on secrets; a mechanism that adds none hands back what it got. Every station of the
   * run has charged its budget before. `random` is this compute party's own.
   */
  addNoise(committee: Committee, plan: Plan, totals: Totals, random: Random): Promise<Totals>;
  /**
   * Evaluates the output rules on secrets: one column of bits per output of the plan, `cellCount` long. A mechanism with
   * `settle` may add further ones.
   */
  decide(committee: Committee, plan: Plan, inputs: readonly SecretVectors[], totals: Totals): Promise<SecretBits[]>;
  /**
   * Which cells of each output are shown, from the opened bits of `decide`: in the clear, the same at every compute party.
   * Absent: exactly those whose bit is 1.
   */
  settle?(plan: Plan, opened: readonly Uint8Array[]): Uint8Array[];
  /**
   * Whether a release would, with earlier ones, tell of a group that has not passed: in the clear, on which groups were
   * asked and shown. Absent: plans that ask for it are refused.
   */
  differences?(plan: Plan, history: readonly GuardedRelease[], now: GuardedRelease): GuardVerdict;
  /** Rounds totals on secrets, once everything is decided on exact ones. Absent: they are opened as they are. */
  round?(committee: Committee, plan: Plan, totals: Totals): Promise<Totals>;
}

/** Rows of one source as secrets: vectors in the order of `rowVectors`, and who gave each row (index into `givers`, public). */
export interface SecretRows {
  readonly length: number;
  readonly encodings: readonly ColumnEncoding[];
  readonly columns: readonly SecretColumn[];
  readonly givers: readonly string[];
  readonly giverOf: Uint32Array;
}

/** Some rows of one source, as `rowVectors` lists their vectors. */
export type RowsPart = Pick<SecretRows, 'length' | 'columns'>;

/** Evaluates the part of a plan that runs on shared rows. */
export interface RowsTechnique extends Descriptor {
  readonly stage: 'rows';
  /** One input in the plan's layout (see `layoutOf`): presence columns hold numbers of organisations. */
  evaluate(committee: Committee, plan: Plan, sources: readonly SecretRows[]): Promise<SecretVectors>;
  /** One bit for each part: whether every value of its rows lies within its encoding's bounds. Opens these to the compute parties. */
  withinBounds(committee: Committee, encodings: readonly ColumnEncoding[], parts: readonly RowsPart[]): Promise<boolean[]>;
}

export type Technique = SharingTechnique | ComputationTechnique | RowsTechnique | MechanismTechnique;
