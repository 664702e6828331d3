/** Turns: what concerns the same thing happens one after the other, what concerns others at the same time. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs the task when all earlier ones of that name have ended, whichever way. Not to be nested for one name. */
  of<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine.catch(() => undefined);
    this.#last.set(name, settled);
    void settled.then(() => {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    });
    return mine;
  }
}
