/** Which certificate is whose, according to the agreements this station has signed or that are in force. */
import { type AgreementRecord, signedAgreementOf, type StationStore } from '@sluis/flow';

export class Certificates {
  readonly #store: StationStore;
  readonly #organisation: string;
  #names = new Map<string, string>();

  constructor(store: StationStore, organisation: string) {
    this.#store = store;
    this.#organisation = organisation;
  }

  /** Reads the agreements again; called at start, after an own signature, and whenever one comes into force. */
  async refresh(): Promise<void> {
    const names = new Map<string, string>();
    const records = await this.#store.agreements();
    const add = (record: AgreementRecord) => {
      for (const o of signedAgreementOf(record).agreement.organisations) names.set(o.certificate, o.name);
    };
    // What is in force has the last word.
    records.filter((r) => r.state === 'proposed' && r.signatures[this.#organisation] !== undefined).forEach(add);
    records.filter((r) => r.state === 'in-force').forEach(add);
    this.#names = names;
  }

  /** The name pinned to a certificate, or null: a stranger. Handlers check again against the run's own agreement. */
  identify(certificate: string): string | null {
    return this.#names.get(certificate) ?? null;
  }
}

/** The store, telling when this organisation has signed an agreement and when one has come into force. */
export function watchAgreements(store: StationStore, organisation: string, changed: () => Promise<void>): StationStore {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'putInForce') {
        return async (id: string) => {
          await target.putInForce(id);
          await changed();
        };
      }
      if (property === 'addSignatures') {
        return async (id: string, signatures: Readonly<Record<string, string>>) => {
          const record = await target.addSignatures(id, signatures);
          if (signatures[organisation] !== undefined) await changed();
          return record;
        };
      }
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(target) : value;
    },
  });
}
