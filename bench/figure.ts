/** The form of a benchmark and its figures. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  /** By how much the goal was missed; absent where it was met. */
  readonly missed?: string;
  readonly peer?: string;
  readonly peerValue?: number;
  readonly ratio?: number;
}

export interface BenchmarkOptions {
  readonly quick: boolean;
  readonly long: boolean;
  /** Text that a figure's name must contain, or null for all; benchmarks that run as a whole ignore it. */
  readonly only: string | null;
  readonly remark: (text: string) => void;
}

export type Benchmark = (options: BenchmarkOptions) => Promise<Figure[]>;
