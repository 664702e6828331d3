/** Blocks of 128 bits in an arena. */
import { ArenaModule } from './arena.ts';
import { WASM_CODE } from './blocks-wasm-code.ts';

/** What assembly-blocks/index.ts exports; see there. */
export interface BlockLogic {
  readonly xorBlocks: (x: number, y: number, z: number, blocks: number) => void;
  readonly xorEachBlock: (x: number, mask: number, z: number, blocks: number) => void;
}

/** Attach it to an `Arena`. */
export const blockLogic: ArenaModule<BlockLogic> = /* @__PURE__ */ new ArenaModule<BlockLogic>(WASM_CODE);
