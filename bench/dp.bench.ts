/** Differential privacy: how fast noise is drawn, and what it costs a joint question, and how far off it puts answers. */
import { jointQuestionFigures } from './dp/joint-question.ts';
import { samplerFigures } from './dp/samplers.ts';
import { utilityFigures } from './dp/utility.ts';
import type { Benchmark } from './figure.ts';

const bench: Benchmark = async (options) => [
  ...samplerFigures(options),
  ...(options.only === null || 'joint question'.includes(options.only) ? await jointQuestionFigures(options) : []),
  ...(options.only === null || 'utility'.includes(options.only) ? await utilityFigures(options) : []),
];
export default bench;
