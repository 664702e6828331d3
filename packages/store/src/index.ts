export { type OpenedStore, openStore, type StorePlace } from './open-store.ts';
export { shareFiles } from './share-files.ts';
