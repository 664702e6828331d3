/** The form of a benchmark and its figures. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  readonly peer?: string;
  readonly peerValue?: number;
  readonly ratio?: number;
}

export interface BenchmarkOptions {
  readonly quick: boolean;
  readonly long: boolean;
  readonly remark: (text: string) => void;
}

export type Benchmark = (options: BenchmarkOptions) => Promise<Figure[]>;
