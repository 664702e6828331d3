/** Fields that signed statements, receipts and the API have in common: the form of each is said here, once. */
import { z } from 'zod';

/** Of organisations, collaborations, templates and the like. */
export const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
/** Of tables and columns. */
const SQL_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

export const name = z.string().regex(NAME);
export const sqlName = z.string().regex(SQL_NAME);
/** Ids of runs and deposits, nonces. */
export const hex16 = hex(16);
/** Hashes and public keys. */
export const hex32 = hex(32);
/** Signatures. */
export const hex64 = hex(64);
/** A moment in the one form that JavaScript writes it. */
export const instant = z.string().refine((t) => !Number.isNaN(Date.parse(t)) && new Date(t).toISOString() === t);
/** A person's name in the single-user mode. */
export const person = z.string().min(1).max(200);
