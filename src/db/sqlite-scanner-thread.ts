/** One Worker of the scanner and the one request it is at; says how it died, and does not come back. */
import type { ScannerAnswer, ScannerRequest } from "./sqlite-scanner-protocol.ts";

type WithoutId<R> = R extends unknown ? Omit<R, "id"> : never;
export type Ask = WithoutId<ScannerRequest>;

/** A statement failed in the Worker. Carries SQLite's code, as the error itself would. */
export class ScanFailure extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.name = "ScanFailure";
    this.code = code;
  }
}

export class ScannerThread {
  readonly #worker: Worker;
  #pending: { id: number; settle: PromiseWithResolvers<readonly unknown[]> } | undefined;
  #lastId = 0;
  #death: Error | undefined;

  constructor() {
    // In an executable the Worker is an entry point of its own, and lies beside the main one if built with
    // `--entry-naming=[name].[ext]`: there as here this URL finds it.
    this.#worker = new Worker(new URL("./sqlite-scanner-worker.ts", import.meta.url).href, {
      smol: true,
    });
    this.#worker.onmessage = ({ data }: MessageEvent<ScannerAnswer>) => this.#answer(data);
    this.#worker.onerror = (event) => this.#die(new Error(`the scanner failed: ${event.message}`));
    this.#worker.addEventListener("close", () => this.#die(new Error("the scanner ended")));
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** One request at a time. */
  ask(request: Ask): Promise<readonly unknown[]> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const settle = Promise.withResolvers<readonly unknown[]>();
    const id = ++this.#lastId;
    this.#pending = { id, settle };
    this.#worker.postMessage({ ...request, id });
    return settle.promise;
  }

  /** Ends the Worker; a statement it is in the middle of ends unheard. */
  end(reason: Error): void {
    this.#die(reason);
    this.#worker.terminate();
  }

  #answer(answer: ScannerAnswer): void {
    const pending = this.#pending;
    if (pending?.id !== answer.id) return;
    this.#pending = undefined;
    if ("rows" in answer) pending.settle.resolve(answer.rows);
    else pending.settle.reject(new ScanFailure(answer.failure.message, answer.failure.code));
  }

  #die(reason: Error): void {
    this.#death ??= reason;
    this.#pending?.settle.reject(this.#death);
    this.#pending = undefined;
  }
}
