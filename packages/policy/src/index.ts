export { openPolicy, Policy } from './policy.ts';
export * from './requests.ts';
