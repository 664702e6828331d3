export { checkSetting, type Setting, MAXIMUM_PARTIES } from './setting.ts';
export { type GenerationOptions, KeyGeneration, type Revealed } from './key-generation.ts';
export { KeyResharing, type ResharingOptions } from './key-resharing.ts';
export { KeyRotation } from './key-rotation.ts';
export {
  checkKeyShare,
  checkPublicKey,
  decodeKeyShare,
  encodeKeyShare,
  keyId,
  keyName,
  type KeyKind,
  type KeyShare,
  type PublicKey,
  publicPart,
} from './key-share.ts';
export { Holder, MAXIMUM_BATCH } from './holder.ts';
export { type Finished, type HolderAnswer, type Pending, PSEUDONYM_BYTES, Pseudonymiser } from './pseudonymiser.ts';
