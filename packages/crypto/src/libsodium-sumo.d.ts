/** The few functions of libsodium's WebAssembly build that are used here; addresses and sizes in its memory are numbers. */
declare module 'libsodium-sumo' {
  export interface Sodium {
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
    _malloc(size: number): number;
    _free(at: number): undefined;
    _crypto_hash_sha512(out: number, message: number, lengthLow: number, lengthHigh: number): number;
    _crypto_core_ristretto255_from_hash(out: number, uniform: number): number;
    _crypto_core_ristretto255_is_valid_point(element: number): number;
    _crypto_core_ristretto255_add(out: number, a: number, b: number): number;
    _crypto_core_ristretto255_sub(out: number, a: number, b: number): number;
    _crypto_core_ristretto255_scalar_reduce(out: number, wide: number): undefined;
    _crypto_core_ristretto255_scalar_invert(out: number, scalar: number): number;
    _crypto_core_ristretto255_scalar_add(out: number, a: number, b: number): undefined;
    _crypto_core_ristretto255_scalar_sub(out: number, a: number, b: number): undefined;
    _crypto_core_ristretto255_scalar_mul(out: number, a: number, b: number): undefined;
    _crypto_scalarmult_ristretto255(out: number, scalar: number, element: number): number;
    _crypto_scalarmult_ristretto255_base(out: number, scalar: number): number;
  }
  export default function load(): Promise<Sodium>;
}
