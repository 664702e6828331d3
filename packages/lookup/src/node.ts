/** What of this package needs Node. */
export { evaluateOnAllCores, type PoolOptions } from './evaluation-pool.ts';
