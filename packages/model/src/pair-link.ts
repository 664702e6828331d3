/** The port between the two sides of a two-party protocol: an ordered, authenticated connection of one run. */

/** One end. Whoever makes it binds it to run, step and sender, meters it, and gives every wait a time limit. */
export interface PairLink {
  /** Sends one message. Resolves once the connection can take more, so that a sender never fills memory. */
  send(step: string, body: Uint8Array): Promise<void>;
  /**
   * The peer's next message, which must be of this step.
   *
   * @param bytes - the exact length due, or the longest that is accepted.
   * @throws ProtocolError naming the step, for another step or length; for a peer that is gone or silent.
   */
  receive(step: string, bytes: number | { readonly atMost: number }): Promise<Uint8Array>;
}
