export { rowsOnShares } from './rows-on-shares.ts';
