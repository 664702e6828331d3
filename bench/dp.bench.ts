/** Differential privacy: how fast noise is drawn. */
import { samplerFigures } from './dp/samplers.ts';
import type { Benchmark } from './figure.ts';

const bench: Benchmark = async (options) => [...samplerFigures(options)];
export default bench;
