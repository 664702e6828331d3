export { type OpenedStore, openStore, type StorePlace } from './open-store.ts';
