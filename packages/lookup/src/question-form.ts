/**
 * A question and its answer on the wire. A question has as many elements as the smallest batch size that holds the
 * identifiers asked, and a fresh nonce: nothing in it depends on them but the size class.
 *
 * Question: "SLQ1", epoch (4), version (4), nonce (16), elements (32 each). Answer: "SLA1", the question's nonce,
 * elements, proof (64).
 */
import { concatBytes, utf8 } from '@sluis/base';
import { type Evaluation, OPRF_PROOF_BYTES } from '@sluis/crypto';
import { malformed } from './faults.ts';

const QUESTION = utf8('SLQ1');
const ANSWER = utf8('SLA1');
export const NONCE_BYTES = 16;
const ELEMENT = 32;
const QUESTION_HEAD = 28;
const ANSWER_HEAD = 20;

export interface Question {
  readonly epoch: number;
  readonly version: number;
  readonly nonce: Uint8Array;
  /** Packed. */
  readonly blinded: Uint8Array;
}

export const questionBytes = (batch: number): number => QUESTION_HEAD + batch * ELEMENT;
export const answerBytes = (batch: number): number => ANSWER_HEAD + batch * ELEMENT + OPRF_PROOF_BYTES;

export function encodeQuestion({ epoch, version, nonce, blinded }: Question): Uint8Array {
  const numbers = new Uint8Array(8);
  new DataView(numbers.buffer).setUint32(0, epoch);
  new DataView(numbers.buffer).setUint32(4, version);
  return concatBytes(QUESTION, numbers, nonce, blinded);
}

/** Throws ProtocolError `lookup/malformed` unless its size is one of the batch sizes' and its head is right. */
export function decodeQuestion(bytes: Uint8Array, batches: readonly number[]): Question {
  if (!startsWith(bytes, QUESTION) || !batches.some((batch) => bytes.length === questionBytes(batch))) throw malformed('The question');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    epoch: view.getUint32(4),
    version: view.getUint32(8),
    nonce: bytes.slice(12, QUESTION_HEAD),
    blinded: bytes.slice(QUESTION_HEAD),
  };
}

export const encodeAnswer = (nonce: Uint8Array, { evaluated, proof }: Evaluation): Uint8Array =>
  concatBytes(ANSWER, nonce, evaluated, proof);

/** Throws ProtocolError `lookup/malformed` unless it is the answer to this nonce and of the right size. */
export function decodeAnswer(bytes: Uint8Array, nonce: Uint8Array, batch: number): Evaluation {
  const right = bytes.length === answerBytes(batch) && startsWith(bytes, ANSWER) && startsWith(bytes.subarray(4), nonce);
  if (!right) throw malformed('The answer');
  return { evaluated: bytes.slice(ANSWER_HEAD, -OPRF_PROOF_BYTES), proof: bytes.slice(-OPRF_PROOF_BYTES) };
}

const startsWith = (bytes: Uint8Array, head: Uint8Array): boolean => head.every((byte, i) => bytes[i] === byte);
