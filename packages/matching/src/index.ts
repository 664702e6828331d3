export * from './recipe.ts';
export { recipeOf, recipes } from './recipes.ts';
export { type KeyDefinition, keyOf, type KeyPart, type KeyReader, keyReader, MAXIMUM_PARTS } from './key.ts';
export { packBytes, packedAt, type Packed, type PackedKeys, packKeys, type Rejections, type TextColumn } from './pack.ts';
export { type Distinct, distinctKeys, onlyDistinct, repeatedRows } from './duplicates.ts';
export { type Conditions, type KeyReport, type PreparedKey, prepareKey } from './prepare.ts';
export { type AnyOfMatches, anyOf, type JointKeys, joinKeys } from './any-of.ts';
export { nameWords } from './text.ts';
export { PHONE_COUNTRIES } from './phone.ts';
