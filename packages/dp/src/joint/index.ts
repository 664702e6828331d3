export { noiseOnSecrets } from './noise-on-secrets.ts';
