import { MemoryCounter } from './question-counter.ts';
import { questionCounterContract } from './question-counter.contract.ts';

questionCounterContract('in memory', () => {
  const counter = new MemoryCounter();
  return { counter, reopen: () => counter };
});
