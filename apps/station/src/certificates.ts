/** Which certificate is whose, according to the agreements this station knows to be signed. */
import { signedAgreementOf, type StationStore } from '@sluis/flow';

export class Certificates {
  readonly #store: StationStore;
  #names = new Map<string, string>();

  constructor(store: StationStore) {
    this.#store = store;
  }

  /** Reads the agreements again; called at start and whenever one comes into force. */
  async refresh(): Promise<void> {
    const names = new Map<string, string>();
    for (const record of await this.#store.agreements()) {
      if (record.state !== 'in-force') continue;
      for (const o of signedAgreementOf(record).agreement.organisations) names.set(o.certificate, o.name);
    }
    this.#names = names;
  }

  /** The name pinned to a certificate, or null: a stranger. Handlers check again against the run's own agreement. */
  identify(certificate: string): string | null {
    return this.#names.get(certificate) ?? null;
  }
}

/** The store, telling when an agreement has come into force. */
export function watchAgreements(store: StationStore, changed: () => Promise<void>): StationStore {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'putInForce') {
        return async (id: string) => {
          await target.putInForce(id);
          await changed();
        };
      }
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(target) : value;
    },
  });
}
