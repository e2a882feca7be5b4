/** The product composed for reading: its job kinds and recurring rows. Nothing of it is ever run. */
import { hours, instant } from "#base/time.ts";
import { compose, type Product } from "#features/index.ts";

export function productForReading(): Product {
  return compose({
    authType: "api-key",
    authenticator: () => {
      throw new Error("a product for reading authenticates nobody");
    },
    timeouts: { csr: hours(24), approval: hours(168) },
    overview: {
      build: { version: "", commit: "", modified: false, buildTime: "", runtime: "" },
      engine: "",
      settings: [],
      doors: [],
      startedAt: instant(0),
      counters: async () => ({}),
      prometheus: async () => "",
    },
  });
}
