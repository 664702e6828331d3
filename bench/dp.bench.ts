/** Differential privacy: how fast noise is drawn, and what it costs a joint question. */
import { jointQuestionFigures } from './dp/joint-question.ts';
import { samplerFigures } from './dp/samplers.ts';
import type { Benchmark } from './figure.ts';

const bench: Benchmark = async (options) => [
  ...samplerFigures(options),
  ...(options.only === null || 'joint question'.includes(options.only) ? await jointQuestionFigures(options) : []),
];
export default bench;
