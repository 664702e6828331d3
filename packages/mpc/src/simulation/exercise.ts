/** Runs a program at three simulated parties as the contract suite of techniques wants it. */
import type { Committee, ComputationTechnique } from '@sluis/technique';
import type { Exercise, Fault } from '@sluis/technique/contract';
import { type Message, settleCommittee } from './simulate.ts';

/** Applies a fault to one message; null loses it. */
export function bend(payload: Uint8Array, kind: Fault['kind']): Uint8Array | null {
  if (kind === 'vanish') return null;
  return kind === 'truncate' ? payload.subarray(0, payload.length - 1) : payload.map((b, i) => b ^ (i % 251) ^ 0x5a);
}

/** `convening`: whether agreeing on keys belongs to what is exercised. */
export async function exerciseCommittee(
  program: (committee: Committee) => Promise<unknown>,
  fault: Fault | null,
  convening: boolean,
  convene?: ComputationTechnique['convene'],
): Promise<Exercise> {
  let count = 0;
  let faulted = false;
  const isKey = (m: Message) => m.step === '1 keys';
  const { settled, network } = await settleCommittee(program, {
    keepTranscript: true,
    ...(convene === undefined ? {} : { convene }),
    tamper: (m) => {
      if (!convening && isKey(m)) return m.payload;
      if (fault === null || count++ !== fault.message) return m.payload;
      faulted = true;
      return bend(m.payload, fault.kind);
    },
  });
  return {
    rounds: network.rounds[0] - (convening ? 0 : 1),
    sent: network.transcript.filter((m) => convening || !isKey(m)).map((m) => m.payload),
    errors: settled.flatMap((s) => (s.status === 'rejected' ? [s.reason] : [])),
    faulted,
  };
}
